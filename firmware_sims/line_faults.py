"""Damage to frames on their way out over the serial line."""

from __future__ import annotations

from firmware_sims.faults import FaultBoard


class LineFaults:
    """Applies the board's line faults to one outgoing frame at a time."""

    def __init__(self, faults: FaultBoard) -> None:
        self._faults = faults

    def damage(self, frame: bytes) -> bytes:
        """Give the bytes that go out in place of `frame`: none, some, other, or more of it."""
        if self._faults.strikes("drop"):
            return b""
        rng = self._faults.rng
        if fault := self._faults.strikes("corrupt"):
            damaged = bytearray(frame)
            for _ in range(int(fault.number("bits"))):
                damaged[rng.randrange(len(frame))] ^= 1 << rng.randrange(8)
            frame = bytes(damaged)
        if self._faults.strikes("truncate"):
            frame = frame[: rng.randrange(1, len(frame))]
        if self._faults.strikes("duplicate"):
            frame += frame
        if fault := self._faults.strikes("garbled"):
            frame = rng.randbytes(int(fault.number("bytes"))) + frame
        return frame
