"""Trucks, passes and stores for tests of sessions."""

from datetime import UTC, date, datetime
from decimal import Decimal

from calibration.scales.stable_load import typed_load
from calibration.scales.weighbridge import WeighbridgeCertificate
from calibration.sessions import events as e
from calibration.sessions.seen import Pass
from calibration.sessions.truck import Truck

WHEN = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
CERTIFICATE = WeighbridgeCertificate(
    number="WB-1",
    institute="institute",
    valid_until=date(2027, 1, 31),
    accuracy_class="III",
    interval_kg=Decimal(20),
    max_kg=Decimal(80_000),
    expanded_uncertainty_kg=Decimal(24),
)
TWO = (6_240.0, 10_260.0)
FIVE = (6_680.0, 10_960.0, 7_600.0, 7_680.0, 7_600.0)
OPENED = e.Opened(station="demo", lane=1, standards=("cost323",), stage="initial", after_seq=10)
SENSORS = ("R0L", "R0R", "R1L", "R1R")
RATE_HZ = 4_000.0


def load(kg):
    return typed_load(Decimal(str(kg)), WHEN, CERTIFICATE, "Li")


def truck(name="A", axle_kg=TWO, **more):
    return Truck(name=name, axles=tuple(load(kg) for kg in axle_kg), **more)


def seen(seq=11, axle_kg=TWO, spacings_m=(4.8,), **more):
    fields = {
        "seq": seq,
        "record_sha256": "0" * 64,
        "capture_sha256": f"{seq:064x}",
        "lane": 1,
        "epoch": 7,
        "first_axle_sample": 20_000.0 * seq,
        "time_us": 1_790_000_000_000_000 + seq,
        "clock": "synchronised",
        "pavement_c": 21.0,
        "speed_kmh": 50.0,
        "acceleration_m_s2": 0.0,
        "spacings_m": spacings_m,
        "axle_kg": axle_kg,
        "axle_groups": tuple(range(1, len(axle_kg) + 1)),
        "gross_kg": sum(axle_kg),
        "gross_u_kg": 100.0,
        "lateral_m": None,
        "flags": {"uncalibrated": 1.0},
        "nominal_kg": {sensor: tuple(kg / 2 for kg in axle_kg) for sensor in SENSORS},
    }
    return Pass.model_validate(fields | more)


class HandClock:
    """UTC in µs, moved by hand."""

    def __init__(self):
        self.us = 1_790_000_000_000_000

    def __call__(self):
        self.us += 1_000
        return self.us
