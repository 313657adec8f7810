"""Examples of what the API answers, as the document shows them; a test holds each against its schema."""

import json
from importlib import resources
from typing import Any, Final

STATION: Final = "G104-K12"
TIME_US: Final = 1_772_438_400_000_000
SHA256: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

VEHICLE: Final[dict[str, Any]] = {
    "station": STATION,
    "seq": 5,
    "lane": 1,
    "time_us": TIME_US,
    "received_us": TIME_US + 1_400_000,
    "plate": "苏A12345",
    "plate_masked": False,
    "plate_certainty_ppm": 991_200,
    "axles": 6,
    "vehicle_class": "6-axle combination",
    "speed_mm_s": 19_400,
    "gross_kg": 61_300,
    "gross_u_kg": 1_200,
    "limit_kg": 49_000,
    "over_kg": 12_300,
    "outcome": "overload",
    "enforceable": True,
    "playback": False,
    "chain": "linked",
    "mark": None,
}
VEHICLES: Final[dict[str, Any]] = {"vehicles": [VEHICLE], "next": f"{TIME_US}-5"}
STATIONS: Final[dict[str, Any]] = {
    "stations": [
        {
            "id": STATION,
            "name": "G104 K12+300, towards the city",
            "enrolled_us": TIME_US,
            "records": 5,
            "last_seq": 5,
            "last_record_us": TIME_US,
            "status": None,
            "status_received_us": None,
        }
    ],
    "next": None,
}
QUARANTINE: Final[dict[str, Any]] = {
    "messages": [
        {
            "id": 1,
            "topic": f"wim/v1/{STATION}/records",
            "station": None,
            "seq": None,
            "code": "not-an-envelope",
            "what": "is no JSON",
            "authentic": False,
            "sha256": SHA256,
            "size": 7,
            "received_us": TIME_US,
            "last_received_us": TIME_US,
            "times": 1,
            "deleted_us": None,
        }
    ],
    "next": None,
    "counted_messages": 0,
    "counted_bytes": 0,
}
HEALTH: Final[dict[str, Any]] = {"status": "ok", "broker": "connected", "database": "ok"}


def vehicle_example() -> dict[str, Any]:
    """Give a whole vehicle, as a simulated station signed it."""
    text = resources.files("central.api").joinpath("vehicle_example.json").read_text(encoding="utf-8")
    value: dict[str, Any] = json.loads(text)
    return value
