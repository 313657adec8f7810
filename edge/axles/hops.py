"""Cut the sample stream into hops whose borders are fixed by the absolute sample counter.

Every later step works on whole hops, and every estimate of the idle channel is renewed on borders of a fixed number of hops. Neither
depends on how the stream was delivered, so the same floating-point operations run in the same order for one sample at a time and for an
hour at once, and results agree to the bit. What has arrived is handed on in runs of hops: idle signal costs a few array operations a run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from contract.faults import RejectError
from contract.samples import Block

HOP_S = 0.020
"""Length of a hop. One period of 50 Hz hum, so that its mean over a hop is zero; short against a wheel's time on a sensor at
walking pace, long against the cost of one step of the loop."""

STRETCH_HOPS = 20
"""Hops after which level and noise of idle channels are renewed: 0.4 s hold whole periods of 50 and of 60 Hz and of all their harmonics."""

BREAK_HOPS = 25
"""A loss longer than this (half a second) ends whatever was going on: nothing measured before it bears on what follows."""


class Hops(NamedTuple):
    """Consecutive hops of all channels within one stretch; several only where no sample is lost.

    Attributes
    ----------
    first_sample
        Counter of the first sample.
    counts
        (channels, n) int32; 0 at lost samples.
    valid, whole
        (n,) bool, False where the sample was lost; and whether none was.
    size
        Samples per hop; n is a multiple of it. The first and the last hop of a stream may be shorter than the others.
    follows_break
        True where the stream was broken off just before.
    """

    first_sample: int
    counts: NDArray[np.int32]
    valid: NDArray[np.bool_]
    whole: bool
    size: int
    follows_break: bool = False

    @property
    def number(self) -> int:
        """How many hops."""
        return self.valid.size // self.size

    @property
    def stop_sample(self) -> int:
        """Counter just after the last sample."""
        return self.first_sample + self.valid.size

    def single(self) -> Iterator[Hops]:
        """Give the hops one by one."""
        for at in range(0, int(self.counts.shape[1]), self.size):
            part = slice(at, at + self.size)
            valid = self.valid[part]
            whole = self.whole or bool(valid.all())
            yield Hops(self.first_sample + at, self.counts[:, part], valid, whole, self.size, self.follows_break and at == 0)


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
        self.stretch_samples: int = STRETCH_HOPS * self.hop_samples
        self._channels = channels
        self._counts: list[NDArray[np.int32]] = []  # of the pending, incomplete hop
        self._valid: list[NDArray[np.bool_]] = []
        self._start: int | None = None  # counter of the pending hop's first sample
        self._next = 0  # counter of the sample expected next
        self._follows_break = False

    def push(self, block: Block) -> Iterator[Hops]:
        """Take samples in order of their counter; a jump forward of the counter is a loss.

        Yields
        ------
        Hops
            What is complete.

        Raises
        ------
        RejectError
            If the counter runs backwards or the number of channels is not the lane's.
        """
        if block.counts.shape[0] != self._channels:
            what = f"has {block.counts.shape[0]} channels where the lane has {self._channels}; check the station file"
            raise RejectError("block-channels", f"block at sample {block.start}", what)
        if self._start is None:
            self._start = self._next = block.start
        if block.start < self._next:
            what = f"counter went back from {self._next}; blocks come in order and never overlap"
            raise RejectError("block-order", f"block at sample {block.start}", what)
        lost = block.start - self._next
        if lost > BREAK_HOPS * self.hop_samples:
            yield from self.finish()
            self._start = self._next = block.start
            self._follows_break = True
        elif lost:
            yield from self._take(np.zeros((self._channels, lost), np.int32), np.zeros(lost, np.bool_))
        valid = np.ones(block.counts.shape[1], np.bool_)
        for gap in block.gaps:
            valid[gap.start - block.start : gap.stop - block.start] = False
        yield from self._take(np.where(valid, block.counts, np.int32(0)) if block.gaps else block.counts, valid)

    def begun(self) -> Hops | None:
        """Give what has arrived of the hop that is not complete; None if nothing has."""
        if not self._counts:
            return None
        return self._pending(sum(part.size for part in self._valid))

    def finish(self) -> Iterator[Hops]:
        """Give back what is left of the last, partial hop."""
        if self._start is not None and self._next > self._start:
            yield from self._release(self._next - self._start)

    def _take(self, counts: NDArray[np.int32], valid: NDArray[np.bool_]) -> Iterator[Hops]:
        """Append samples and give every hop that they complete, as many at once as lie in one stretch."""
        done = 0
        while done < valid.size:
            assert self._start is not None  # noqa: S101 (set by push before any use)
            border = (self._start // self.hop_samples + 1) * self.hop_samples
            if self._start % self.hop_samples == 0:
                whole = (self._next + valid.size - done) // self.hop_samples * self.hop_samples
                border = max(border, min(whole, (self._start // self.stretch_samples + 1) * self.stretch_samples))
            take = min(valid.size - done, border - self._next)
            self._counts.append(counts[:, done : done + take])
            self._valid.append(valid[done : done + take])
            self._next += take
            done += take
            if self._next == border:
                yield from self._release(self.hop_samples)

    def _release(self, size: int) -> Iterator[Hops]:
        hops = self._pending(size)
        self._start, self._follows_break = self._next, False
        self._counts, self._valid = [], []
        if hops.number == 1 or hops.whole:
            yield hops
        else:
            yield from hops.single()

    def _pending(self, size: int) -> Hops:
        assert self._start is not None  # noqa: S101 (set by push before any use)
        (counts, valid), more = (self._counts[0], self._valid[0]), len(self._counts) > 1
        if more:
            counts, valid = np.concatenate(self._counts, axis=1), np.concatenate(self._valid)
        return Hops(self._start, counts, valid, bool(valid.all()), min(size, valid.size), self._follows_break)
