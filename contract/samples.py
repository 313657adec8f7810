"""Samples on one time base: what the assembly hands to the signal processing."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

COUNT_MAX: Final = 2**23 - 1
"""Largest reading of a 24-bit converter; at ± this value a channel is saturated."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Samples [start, stop) of the device's counter that never arrived. They are marked, never filled."""

    start: int
    stop: int

    def __post_init__(self) -> None:
        """Refuse an empty or reversed gap."""
        if not 0 <= self.start < self.stop:
            msg = f"a gap runs from a counter >= 0 to a later one, not [{self.start}, {self.stop})"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Block:
    """A run of samples of all channels of one lane, contiguous with the block before it.

    Attributes
    ----------
    start
        Device counter of the first sample.
    counts
        int32 array (channels, samples), in the order of the lane's channels; within a gap the last good value is held so that the array
        stays whole, and the gap says that those values mean nothing.
    gaps
        Lost intervals that lie within this block, clipped to it, in order.
    """

    start: int
    counts: NDArray[np.int32]
    gaps: tuple[Gap, ...] = ()

    def __post_init__(self) -> None:
        """Refuse arrays of another shape or type, and gaps outside the block."""
        if self.counts.ndim != 2 or self.counts.dtype != np.int32:
            msg = f"counts are int32 (channels, samples), not {self.counts.dtype} of shape {self.counts.shape}"
            raise ValueError(msg)
        if self.start < 0:
            msg = f"a block starts at a counter >= 0, not {self.start}"
            raise ValueError(msg)
        if any(gap.start < self.start or gap.stop > self.stop for gap in self.gaps):
            msg = f"gaps {self.gaps} reach outside the block [{self.start}, {self.stop})"
            raise ValueError(msg)

    @property
    def stop(self) -> int:
        """Device counter just after the last sample."""
        return self.start + int(self.counts.shape[1])
