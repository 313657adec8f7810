"""The platform and its display: a load that swings and comes to rest, or does not."""

from __future__ import annotations

import math
from dataclasses import dataclass

from firmware_sims.errors import SimulationError

DRIVE_ON_S = 1.5
"""The load grows over this time."""
NATURAL_HZ = 1.5
"""A truck on its springs."""
DAMPING = 0.15
"""Share of critical damping."""
SWING = 0.05
"""Share of the load by which it swings when it has come; below one part in 3 000 four seconds later."""
REST_S = 0.5
"""The display calls it motion while it has changed by more than one interval within this time."""
NEVER_AT_REST_HZ = 0.7
NEVER_AT_REST_INTERVALS = 4
TARE_INTERVALS = 50


@dataclass(frozen=True)
class Shown:
    """What the display shows: `value`, `tare` and `interval` in last digits, `decimals` of them behind the point."""

    value: int
    tare: int
    interval: int
    decimals: int
    unit: str
    moving: bool
    over: bool
    under: bool

    @property
    def net(self) -> bool:
        """Whether a tare is active."""
        return self.tare != 0


@dataclass(frozen=True)
class Platform:
    """A platform onto which a load is put at time 0.

    `load`, `capacity` and `interval` are in `unit`; `faults` are names of `fault_names.FaultName` that act on the load.
    """

    load: float
    interval: float
    capacity: float = 100_000.0
    unit: str = "kg"
    decimals: int = 0
    faults: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not 0 <= self.decimals <= 4:
            raise SimulationError(f"{self.decimals} digits behind the point; allowed are 0 to 4")
        digits = self.interval * 10**self.decimals
        if digits < 1 or abs(digits - round(digits)) > 1e-9:
            raise SimulationError(f"an interval of {self.interval:g} is no whole number of last digits with {self.decimals} decimals")
        if self.capacity <= 0 or abs(self.load) * 10**self.decimals > 999_999:
            raise SimulationError(f"a load of {self.load:g} does not fit into six digits with {self.decimals} decimals")

    def show(self, time_s: float) -> Shown:
        """Give the display at a time after the load was put on."""
        value, before = self._rounded(time_s), self._rounded(max(0.0, time_s - REST_S))
        interval = self._interval_digits
        tare = TARE_INTERVALS * interval if "net" in self.faults else 0
        return Shown(
            value=value - tare,
            tare=tare,
            interval=interval,
            decimals=self.decimals,
            unit=self.unit,
            moving=time_s < REST_S or abs(value - before) > interval,
            over="overload" in self.faults or value > self.capacity * 10**self.decimals,
            under="underload" in self.faults,
        )

    def _rounded(self, time_s: float) -> int:
        omega = 2 * math.pi * NATURAL_HZ
        since_s = max(0.0, time_s - DRIVE_ON_S)
        swing = SWING * math.exp(-DAMPING * omega * since_s) * math.sin(omega * math.sqrt(1 - DAMPING**2) * since_s)
        weight = self.load * (min(1.0, time_s / DRIVE_ON_S) + swing)
        if "motion" in self.faults:
            weight += NEVER_AT_REST_INTERVALS * self.interval * math.sin(2 * math.pi * NEVER_AT_REST_HZ * time_s)
        intervals: int = round(weight / self.interval)
        return intervals * self._interval_digits

    @property
    def _interval_digits(self) -> int:
        digits: int = round(self.interval * 10**self.decimals)
        return digits
