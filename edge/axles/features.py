"""What each hop of each channel looks like: its extremes and its moments, exact whatever the order of the sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.axles.hops import Hops


class Features(NamedTuple):
    """Figures of consecutive hops, arrays (channels, hops).

    Sums are of integers below 2⁵³ (at most some thousand samples of 24 bits, squared) and therefore exact in float64.

    Attributes
    ----------
    low, high
        Least and greatest count.
    mean, variance
        In counts and counts².
    """

    low: NDArray[np.int32]
    high: NDArray[np.int32]
    mean: NDArray[np.float64]
    variance: NDArray[np.float64]


@dataclass(slots=True)
class Course:
    """Figures of one channel hop by hop, and which of the hops are quiet, as plain lists."""

    low: list[int]
    high: list[int]
    mean: list[float]
    quiet: list[bool]

    def judge(self, first: int, place: int, zero: float, drift: float, band: float) -> None:
        """Judge anew what is quiet from hop `first` on, which is number `place` of its stretch: level and noise have changed."""
        for index in range(first, len(self.quiet)):
            level = zero + drift * (place + index - first)
            self.quiet[index] = self.high[index] - level < band and level - self.low[index] < band


def course_of(channel: int, found: Features, quiet: NDArray[np.bool_]) -> Course:
    """Give the course of one channel."""
    return Course(found.low[channel].tolist(), found.high[channel].tolist(), found.mean[channel].tolist(), quiet[channel].tolist())


def features_of(hops: Hops) -> Features:
    """Give the figures of hops of which something arrived; lost samples have no part in them."""
    counts = hops.counts if hops.whole else hops.counts[:, hops.valid]
    size = hops.size if hops.number > 1 else counts.shape[1]
    borders = np.arange(0, counts.shape[1], size)
    wide = counts.astype(np.float64).reshape(counts.shape[0], -1, size)
    mean = wide @ np.ones(size) / size
    squares = np.vecdot(wide, wide) / size
    low, high = (extreme.reduceat(counts, borders, axis=1) for extreme in (np.minimum, np.maximum))
    return Features(low, high, mean, np.maximum(squares - mean * mean, 0.0))
