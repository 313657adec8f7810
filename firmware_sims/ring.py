"""The digitiser's ring buffer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

COUNT_BYTES = 3
"""A count is kept as it is sent: 24 bits, low byte first."""


class Ring:
    """Keeps the newest samples as packed counts, with a status byte each.

    Parameters
    ----------
    length
        Samples kept.
    channels
        Channels of each.

    Attributes
    ----------
    next
        Counter of the next sample to come.
    """

    def __init__(self, length: int, channels: int) -> None:
        self.length = length
        self.next = 0
        self._packed = np.zeros((length, channels * COUNT_BYTES), np.uint8)
        self._status = np.zeros(length, np.uint8)

    @property
    def oldest(self) -> int:
        """Smallest counter still kept."""
        return max(0, self.next - self.length)

    def append(self, counts: NDArray[np.int32], status: NDArray[np.uint8]) -> None:
        """Take the next samples: int32 (n, channels) within 24 bits, and uint8 (n,)."""
        skip = max(0, len(counts) - self.length)
        self.next += skip
        packed = counts[skip:].astype("<i4", order="C").view(np.uint8)
        packed = packed.reshape(-1, counts.shape[1], 4)[:, :, :COUNT_BYTES].reshape(-1, self._packed.shape[1])
        for low, high, at in self._pieces(self.next, self.next + len(packed)):
            self._packed[low:high] = packed[at : at + high - low]
            self._status[low:high] = status[skip + at : skip + at + high - low]
        self.next += len(packed)

    def read(self, start: int, stop: int) -> tuple[NDArray[np.uint8], int]:
        """Give packed counts uint8 (n, 3·channels) of counters start … stop−1 and the or of their status bytes."""
        if not self.oldest <= start <= stop <= self.next:
            raise ValueError(f"samples {start} to {stop}; the ring holds {self.oldest} to {self.next}")
        pieces = self._pieces(start, stop)
        packed = np.concatenate([self._packed[low:high] for low, high, _ in pieces] or [self._packed[:0]])
        status = 0
        for low, high, _ in pieces:
            status |= int(np.bitwise_or.reduce(self._status[low:high]))
        return packed, status

    def clear(self) -> None:
        """Forget everything and count from 0 again, as at power-up."""
        self.next = 0

    def _pieces(self, start: int, stop: int) -> list[tuple[int, int, int]]:
        """Split a range of counters into runs of the buffer: low, high, offset into the range."""
        pieces = []
        at = start
        while at < stop:
            low = at % self.length
            high = min(self.length, low + stop - at)
            pieces.append((low, high, at - start))
            at += high - low
        return pieces
