"""Vehicles and records by the figures that matter to a comparison."""

from typing import Any

from contract.records import VehicleRecord
from demo.comparison import Recorded
from demo.truth import DrivenVehicle
from tests.signing_station import concealed


def driven(number: int, **figures: Any) -> DrivenVehicle:
    usual = {
        "event": "vehicle",
        "plate": f"湘A{number:05}",
        "kind": "semi5",
        "gvw_kg": 40_000.0,
        "spacings_m": (3.0, 1.3, 6.0, 1.3),
        "speed_kmh": 72.0,
        "first_axle_sample": 10_000 * number,
        "first_axle_utc_us": 1_790_000_000_000_000,
        "limit_kg": 43_000.0,
        "overloaded": False,
    }
    return DrivenVehicle.model_validate({**usual, "number": number, **figures})


def recorded(seq: int, outcome: str = "within-limits", bars: tuple[str, ...] = (), **figures: Any) -> Recorded:
    gross_kg = figures.pop("gross_kg", 40_000)
    usual = {
        "station": "demo",
        "seq": seq,
        "prev_sha256": "0" * 64,
        "lane": 1,
        "time_us": 1_790_000_000_000_000,
        "clock": {"state": "synchronised", "u_us": 1000},
        "first_axle_sample": 10_000 * seq,
        "axles": [{"load_kg": gross_kg, "u_kg": 500, "group": 1}],
        "gross_kg": gross_kg,
        "gross_u_kg": 1_000,
        "speed_mm_s": 20_000,
        "speed_u_mm_s": 100,
        "acceleration_mm_s2": 0,
        "vehicle_class": "1",
        "body": "unknown",
        "class_confidence_ppm": 900_000,
        "plate": f"湘A{seq:05}",
        "verdict": {
            "outcome": outcome,
            "findings": [],
            "decision_rule": "expanded-uncertainty",
            "overload_probability_ppm": 0,
            "barred_by": [{"bar": bar, "detail": "as drawn by the test"} for bar in bars],
        },
        "rules": {"id": "cn", "sha256": "0" * 64},
        "software": {"name": "edge", "version": "0", "sha256": "0" * 64},
        "parameters_sha256": "0" * 64,
    }
    return Recorded(VehicleRecord.model_validate(concealed({**usual, **figures})), received_us=1_790_000_003_000_000)
