"""Cut the sample stream into hops whose borders are fixed by the absolute sample counter.

Every later step works on whole hops. The borders do not depend on how the stream was delivered, so the same floating-point
operations run in the same order for one sample at a time and for an hour at once, and results agree to the bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from contract.faults import RejectError
from contract.samples import Block

HOP_S = 0.020
"""Length of a hop. One period of 50 Hz hum, so that its mean over a hop is zero; short against a wheel's time on a sensor at
walking pace, long against the cost of one step of the loop."""

BREAK_HOPS = 25
"""A loss longer than this (half a second) ends whatever was going on: nothing measured before it bears on what follows."""


@dataclass(frozen=True)
class Hop:
    """Samples of all channels between two hop borders.

    Parameters
    ----------
    first_sample
        Counter of the first sample.
    counts
        (channels, n) int32; what stands at lost samples is meaningless.
    valid
        (n,) bool, False where the sample was lost.
    follows_break
        True where the stream was broken off just before this hop.
    """

    first_sample: int
    counts: NDArray[np.int32]
    valid: NDArray[np.bool_]
    follows_break: bool

    @property
    def stop_sample(self) -> int:
        """Counter just after the last sample."""
        return self.first_sample + int(self.counts.shape[1])


class Hopper:
    """Collects blocks of any size and gives back whole hops, bounded to one hop of memory.

    Parameters
    ----------
    channels
        Number of channels of the lane.
    rate_hz
        Samples per second and channel.
    """

    def __init__(self, channels: int, rate_hz: float) -> None:
        self.hop_samples: int = max(1, round(rate_hz * HOP_S))
        self._channels = channels
        self._counts = np.zeros((channels, self.hop_samples), np.int32)
        self._valid = np.zeros(self.hop_samples, np.bool_)
        self._start: int | None = None  # counter of the pending hop's first sample
        self._next = 0  # counter of the sample expected next
        self._follows_break = False

    def push(self, block: Block) -> Iterator[Hop]:
        """Take samples in order of their counter; a jump forward of the counter is a loss.

        Yields
        ------
        Hop
            Each hop that is complete.

        Raises
        ------
        RejectError
            If the counter runs backwards or the number of channels is not the lane's.
        """
        if block.counts.shape[0] != self._counts.shape[0]:
            what = f"has {block.counts.shape[0]} channels where the lane has {self._counts.shape[0]}; check the station file"
            raise RejectError("block-channels", f"block at sample {block.start}", what)
        if self._start is None:
            self._start = self._next = block.start
        if block.start < self._next:
            what = f"counter went back from {self._next}; blocks come in order and never overlap"
            raise RejectError("block-order", f"block at sample {block.start}", what)
        yield from self._lose(block.start - self._next)
        valid = np.ones(block.counts.shape[1], np.bool_)
        for gap in block.gaps:
            valid[gap.start - block.start : gap.stop - block.start] = False
        done = 0
        while done < valid.size:
            take = min(valid.size - done, self._room())
            at = self._next - self._start
            part = slice(done, done + take)
            self._counts[:, at : at + take] = np.where(valid[part], block.counts[:, part], 0)
            self._valid[at : at + take] = valid[part]
            self._next += take
            done += take
            if self._room() == 0:
                yield self._release()

    def finish(self) -> Iterator[Hop]:
        """Give back what is left of the last, partial hop."""
        if self._start is not None and self._next > self._start:
            yield self._release()

    def _room(self) -> int:
        assert self._start is not None  # noqa: S101 (set by push before any use)
        border = (self._start // self.hop_samples + 1) * self.hop_samples
        return int(border - self._next)

    def _lose(self, lost: int) -> Iterator[Hop]:
        if lost > BREAK_HOPS * self.hop_samples:
            target = self._next + lost
            yield from self.finish()
            self._start = self._next = target
            self._follows_break = True
            return
        while lost:
            assert self._start is not None  # noqa: S101 (set by push before any use)
            take = min(lost, self._room())
            at = self._next - self._start
            self._counts[:, at : at + take] = 0
            self._valid[at : at + take] = False
            self._next += take
            lost -= take
            if self._room() == 0:
                yield self._release()

    def _release(self) -> Hop:
        assert self._start is not None  # noqa: S101 (set by push before any use)
        size = self._next - self._start
        hop = Hop(self._start, self._counts[:, :size].copy(), self._valid[:size].copy(), self._follows_break)
        self._start, self._follows_break = self._next, False
        return hop
