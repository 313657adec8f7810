"""One simulated clock for all devices of a run."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Seconds = Callable[[], float]


class SimulatedClock:
    """Advances `speedup` times as fast as the wall clock, from 0 at its making.

    Parameters
    ----------
    speedup
        Simulated seconds per wall-clock second.
    monotonic
        Wall clock in seconds that never steps.
    utc
        Wall clock as a date, read once.
    """

    def __init__(
        self,
        speedup: float = 1.0,
        monotonic: Seconds = time.monotonic,
        utc: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.speedup = speedup
        self.monotonic = monotonic
        self._start_s = monotonic()
        self._start_utc = utc()

    def wall_s(self) -> float:
        """Give wall-clock seconds since the start."""
        return self.monotonic() - self._start_s

    def now_s(self) -> float:
        """Give simulated seconds since the start."""
        return self.wall_s() * self.speedup

    def utc_at(self, simulated_s: float) -> datetime:
        """Give the wall clock (UTC) at a simulated time."""
        return self._start_utc + timedelta(seconds=simulated_s / self.speedup)

    def utc(self) -> datetime:
        """Give the wall clock (UTC) now, without the steps the system's clock may take."""
        return self.utc_at(self.now_s())
