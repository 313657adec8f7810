"""Damage to the frames of a scale on their way out."""

from __future__ import annotations

import random

from firmware_sims.scales.fault_names import LINE, FaultName

GARBAGE_MAX = 40


class LineDamage:
    """Applies the line's faults, each to a `share` of the frames."""

    def __init__(self, faults: frozenset[FaultName], share: float, rng: random.Random) -> None:
        self._faults = faults & LINE
        self._share = share
        self._rng = rng

    def frame(self, frame: bytes) -> bytes:
        """Give what goes out in place of a frame of a serial line."""
        if not frame:
            return frame
        for fault in sorted(self._faults):
            if self._rng.random() < self._share:
                frame = self._damaged(fault, frame)
        return frame

    def registers(self, data: bytes) -> bytes:
        """Give what goes out in place of registers."""
        corrupt = FaultName.CORRUPT in self._faults and self._rng.random() < self._share
        return self._rng.randbytes(len(data)) if corrupt else data

    def _damaged(self, fault: FaultName, frame: bytes) -> bytes:
        if fault is FaultName.GARBAGE:
            return self._rng.randbytes(self._rng.randint(1, GARBAGE_MAX)) + frame
        if fault is FaultName.CUT:
            return frame[: self._rng.randrange(1, max(2, len(frame)))]
        place = self._rng.randrange(len(frame))
        if fault is FaultName.CORRUPT:
            return frame[:place] + bytes((frame[place] ^ 1 << self._rng.randrange(8),)) + frame[place + 1 :]
        return swapped(frame)


def swapped(frame: bytes) -> bytes:
    """Let the first two neighbouring digits that differ change places; sums and exclusive ors do not see it."""
    for at in range(1, len(frame) - 1):
        pair = frame[at : at + 2]
        if pair.isdigit() and pair[0] != pair[1]:
            return frame[:at] + pair[::-1] + frame[at + 2 :]
    return frame
