"""The last minutes of raw signal, from which the capture of each vehicle is cut."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from contract.captures import clip_gaps
from contract.samples import Block, Gap


class SignalMemory:
    """Keeps the newest samples of one lane, bounded in time.

    Parameters
    ----------
    channels
        Number of channels.
    samples
        How many of the newest samples are kept at least; up to one block more may be.
    """

    def __init__(self, channels: int, samples: int) -> None:
        self._channels = channels
        self._samples = samples
        self._blocks: deque[Block] = deque()

    def push(self, block: Block) -> None:
        """Remember a block and forget what is too old. A block that does not follow the last one begins a new time base."""
        if self._blocks and self._blocks[-1].stop != block.start:
            self._blocks.clear()
        self._blocks.append(block)
        while self._blocks[0].stop < block.stop - self._samples:
            self._blocks.popleft()

    def cut(self, start: int, stop: int) -> tuple[int, NDArray[np.int32], tuple[Gap, ...]]:
        """Give what is still known of the samples [start, stop).

        Returns
        -------
        tuple
            Counter of the first sample given, int32 counts (channels, samples), and the gaps within.
        """
        parts: list[NDArray[np.int32]] = []
        gaps: list[Gap] = []
        first = None
        for block in self._blocks:
            begin, end = max(start, block.start), min(stop, block.stop)
            if begin >= end:
                continue
            first = begin if first is None else first
            parts.append(block.counts[:, begin - block.start : end - block.start])
            gaps += clip_gaps(block.gaps, begin, end)
        if first is None:
            return start, np.zeros((self._channels, 0), dtype=np.int32), ()
        return first, np.concatenate(parts, axis=1), tuple(gaps)
