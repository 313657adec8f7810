"""Traffic at crossing level, drawn without any recording: what each sensor reads of vehicles, and one thing that drifts."""

import numpy as np

from calibration.drift.days import day_of_vehicles
from calibration.drift.passing import NO_KIND, Passings
from calibration.drift.subjects import sight_of
from contract.station import Lane

SCATTER = 0.018
"""What one sensor reads of one vehicle beside its weight and balance, relative."""


def lane_with(rows, *, sides=2):
    """Give a lane of strips: 2 m from row to row, half a lane wide each or (one side) a whole one."""
    ends = {2: [("L", 0.0, 1.75), ("R", 1.75, 3.5)], 1: [("", 0.0, 3.5)]}[sides]
    sensor = [
        {
            "name": f"R{row}{side}",
            "kind": "strip",
            "channel": f"R{row}{side}",
            "position_m": 2.0 * row,
            "width_m": 0.06,
            "lateral_m": (left, right),
            "newton_per_count": 0.5,
        }
        for row in range(rows)
        for side, left, right in ends
    ]
    return Lane.model_validate({"id": 1, "width_m": 3.5, "rate_hz": 4000.0, "sensor": sensor})


def sight_with(rows=3, *, sides=2):
    lane = lane_with(rows, sides=sides)
    return sight_of(lane, {sensor.name: 1.0 for sensor in lane.weighing_sensors})


def temperature(days):
    """Give the pavement's temperature: season and hour."""
    return 18.0 + 15.0 * np.cos(2 * np.pi * (days - 200) / 365) + 8.0 * np.cos(2 * np.pi * (days % 1.0 - 0.6))


class Traffic:
    """Days of traffic over a lane; `drift` (days, sensors) gives what each sensor reads too much, relative."""

    def __init__(self, sight, seed, *, per_day=1_500, per_k=None, drift=None, knows_temperature=True):
        self.sight = sight
        self._rng = np.random.default_rng(seed)
        self._per_day = per_day
        self._per_k = np.zeros(len(sight.sensors)) if per_k is None else per_k
        self._drift = drift
        self._knows = knows_temperature

    def vehicles(self, number):
        rng, count = self._rng, self._per_day
        when = number + rng.random(count)
        gross = np.exp(rng.normal(np.log(25_000.0), 0.5, count))
        is_tractor = (gross > 20_000) & (rng.random(count) < 0.7)
        speed = rng.uniform(40.0, 90.0, count)
        road = 0.02 * np.sin(speed[:, None] / 10.0 + np.arange(len(self.sight.sensors)))
        pavement_c = temperature(when)
        moved = self._per_k * (pavement_c - 20.0)[:, None] + road + rng.normal(0.0, SCATTER, (count, len(self.sight.sensors)))
        if self._drift is not None:
            moved = moved + self._drift(when)
        of_row = len(self.sight.sensors) / self.sight.rows
        steering = 6_500.0 * np.exp(rng.normal(0.0, 0.04, count))
        factor = np.exp(moved) / of_row
        return Passings(
            sensor_kg=gross[:, None] * factor,
            steering_kg=steering[:, None] * factor,
            kind=np.where(is_tractor, 3, NO_KIND),
            speed_kmh=speed,
            pavement_c=pavement_c if self._knows else np.full(count, np.nan),
        )

    def days(self, first, stop):
        return [day_of_vehicles(self.sight, number, self.vehicles(number)) for number in range(first, stop)]


def share_of(sight, kind, name):
    return next(subject.share for subject in sight.subjects if subject.kind == kind and subject.name == name)


def ramp(share, *, since, per_week):
    return lambda days: per_week / 7.0 * np.maximum(days - since, 0.0)[:, None] * share


def step(share, *, since, size):
    return lambda days: size * (days >= since)[:, None] * share
