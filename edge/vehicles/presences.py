"""What one loop saw: presences that wait for their axles, and whether the loop is believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from contract.axles import Crossing

CHATTER_S = 0.02
"""A presence that breaks for less than this chattered: at 40 m/s a gap of 0.8 m, closer than any two vehicles drive."""

WAITING_MOST = 200
"""Presences kept for axles to come: bounds memory when a loop chatters over an empty lane."""


class Presences:
    """The presences over one loop in order, and whether the loop is believed to work.

    Parameters
    ----------
    rate_hz
        Samples per second.

    Attributes
    ----------
    waiting
        Presences that no vehicle has taken.
    believed
        False once a vehicle passed that the loop did not see.
    """

    def __init__(self, rate_hz: float) -> None:
        self._rate_hz = rate_hz
        self.waiting: list[Crossing] = []
        self.believed = True

    def add(self, presence: Crossing) -> None:
        """Take a presence that has ended."""
        self.waiting.append(presence)
        del self.waiting[:-WAITING_MOST]

    def is_chatter(self, index: int, met: Sequence[float]) -> bool:
        """Whether the hole behind a presence is none between vehicles: too short, or an axle met the loop (times `met`) within it."""
        if index + 1 >= len(self.waiting):
            return False
        stop, start = self.waiting[index].stop, self.waiting[index + 1].start
        return start - stop < CHATTER_S * self._rate_hz or any(stop < time < start for time in met)

    def take(self, number: int) -> Crossing | None:
        """Take the first `number` presences as one vehicle's, joined over the holes that parted them; None for none."""
        taken, self.waiting = self.waiting[:number], self.waiting[number:]
        if not taken:
            return None
        first, last = taken[0], taken[-1]
        if first is last:
            return first
        return replace(
            last,
            start=first.start,
            centre=(first.start + last.stop) / 2.0,
            area_counts=sum(presence.area_counts for presence in taken),
            width_samples=float(last.stop - first.start),
            flags=first.flags.union(*(presence.flags for presence in taken)),
        )
