"""The newest samples of a lane, kept until no record needs them any more."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from edge.axles.hops import Hops


class History:
    """Samples by device counter. Its bound is set by who trims it: two minutes of a lane of ten channels at 4 kHz are 19 MB."""

    def __init__(self) -> None:
        self._hops: deque[Hops] = deque()

    @property
    def first_sample(self) -> int:
        """Counter of the oldest sample kept."""
        return self._hops[0].first_sample

    @property
    def stop_sample(self) -> int:
        """Counter just after the newest sample."""
        return self._hops[-1].stop_sample

    def push(self, hops: Hops) -> None:
        """Remember hops that follow the last ones."""
        self._hops.append(hops)

    def withdraw(self) -> None:
        """Forget the newest hops, which come again."""
        self._hops.pop()

    def trim(self, first_sample: int) -> None:
        """Forget what ends at or before this counter."""
        while self._hops and self._hops[0].stop_sample <= first_sample:
            self._hops.popleft()

    def clear(self) -> None:
        """Forget everything: what comes next does not follow."""
        self._hops.clear()

    def cut(self, channel: int, first_sample: int, stop_sample: int) -> tuple[NDArray[np.int32], NDArray[np.bool_], bool]:
        """Give counts and validity, (n,) each, of one channel, and whether no sample of it was lost; the span must still be kept."""
        parts, valid, whole = [], [], True
        for hops in reversed(self._hops):
            if hops.first_sample >= stop_sample:
                continue
            if hops.stop_sample <= first_sample:
                break
            part = slice(max(0, first_sample - hops.first_sample), stop_sample - hops.first_sample)
            parts.append(hops.counts[channel, part])
            valid.append(hops.valid[part])
            whole = whole and hops.whole
        counts = np.concatenate(parts[::-1])
        if whole:
            return counts, np.ones(counts.size, np.bool_), True
        arrived = np.concatenate(valid[::-1])
        return counts, arrived, bool(arrived.all())

    def stretch(self, first_sample: int, stop_sample: int) -> NDArray[np.int32]:
        """Give the counts (channels, n) of all channels; the span must still be kept."""
        parts = [
            hops.counts[:, max(0, first_sample - hops.first_sample) : stop_sample - hops.first_sample]
            for hops in self._hops
            if hops.first_sample < stop_sample and hops.stop_sample > first_sample
        ]
        return np.concatenate(parts, axis=1)
