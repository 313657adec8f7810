"""Find where something happens on a channel, and cut out a record of it with quiet on both sides.

Works hop by hop with one state per channel and no look-ahead beyond the hop at hand. A record opens when a sample leaves the band of the
idle noise and closes when the signal has come to rest; how many wheels a record holds is decided in `wheels`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edge.axles.baseline import Baseline
from edge.axles.hops import BREAK_HOPS, HOP_S, Hop

ONSET_SIGMA = 6.0
"""Excursion that opens a record, in standard deviations of the idle noise: one false opening in 10⁹ samples of normal noise."""

REST_HOPS = 3
"""Hops of rest that close a record: 60 ms, a bicycle's wheel base at motorway speed and five time constants of a stiff plate's ring."""

LEAD_HOPS = 2
"""Quiet hops kept before an onset, for the baseline on the near side and the foot of a slow rise."""

REST_SHARE = 0.03
"""A record is over only when the level is back to this share of its peak (or to the noise): drift during a long stand is allowed for,
a wheel that stands still is not taken for zero."""

LONGEST_RECORD_S = 120.0
"""Bounds memory and turns a shifted zero into a fault: a sensor loaded longer than this is released, flagged, and its zero learnt anew."""

SINKING_REST_HOPS = 25
"""A signal that only fell is accepted as a new zero after half a second: a plate's ring after a wheel is over long before."""


@dataclass
class Record:
    """Raw samples of one channel around a disturbance.

    Attributes
    ----------
    channel
        Index of the channel.
    first_sample
        Counter of the first sample.
    parts, valid_parts
        One array per hop: counts, and whether each sample arrived.
    level_before
        Zero at the onset, counts; `noise` its standard deviation.
    lead, rest
        Number of quiet hops at the beginning and at the end.
    settled
        Counter at which the record was closed.
    overlong
        True if the record was ended because it would not end by itself.
    cut
        True if the stream ended or broke off before the signal had come to rest.
    """

    channel: int
    first_sample: int
    level_before: float
    noise: float
    lead: int
    parts: list[NDArray[np.int32]] = field(default_factory=list)
    valid_parts: list[NDArray[np.bool_]] = field(default_factory=list)
    peak: float = 0.0
    rest: int = 0
    settled: int = 0
    overlong: bool = False
    cut: bool = False

    @property
    def counts(self) -> NDArray[np.int32]:
        """(n,) int32, the whole record."""
        return np.concatenate(self.parts)

    @property
    def valid(self) -> NDArray[np.bool_]:
        """(n,) bool, False where a sample was lost."""
        return np.concatenate(self.valid_parts)


class Detector:
    """Streaming detection on all channels of a lane.

    Parameters
    ----------
    channels
        Number of channels.
    """

    def __init__(self, channels: int) -> None:
        self.baseline = Baseline(channels)
        self._open: list[Record | None] = [None] * channels
        self._busy = np.zeros(channels, np.bool_)
        self._past: deque[Hop] = deque(maxlen=LEAD_HOPS)
        self._lost_hops = 0

    def push(self, hop: Hop) -> Iterator[Record]:
        """Take one hop and give the records that it completes."""
        self._lost_hops = 0 if hop.valid.any() else self._lost_hops + 1
        if hop.follows_break or self._lost_hops == BREAK_HOPS:
            yield from self.break_off()
        whole = bool(hop.valid.all())
        if not hop.valid.any():
            yield from self._blind(hop)
            return
        counts = hop.counts if whole else hop.counts[:, hop.valid]
        if not (self.baseline.known or self.baseline.learn(counts)):
            return
        mean, var, low, high = _moments(counts, self.baseline.level)
        band = ONSET_SIGMA * self.baseline.noise
        inside = (high < band) & (low > -band)
        flat = (high - low) < 2.0 * band
        for channel in np.flatnonzero(self._busy | ~inside):
            record = self._open[channel] or self._start(int(channel), hop)
            record.parts.append(hop.counts[channel])
            record.valid_parts.append(hop.valid)
            record.peak = max(record.peak, float(high[channel]))
            at_zero = mean[channel] < max(band[channel], REST_SHARE * record.peak)
            record.rest = record.rest + 1 if flat[channel] and at_zero and whole else 0
            if self._over(record, inside=bool(inside[channel]), band=float(band[channel])):
                record.settled = hop.stop_sample
                yield self._close(record, float(mean[channel] + self.baseline.level[channel]))
        quiet = inside & ~self._busy if whole else np.zeros_like(inside)
        self.baseline.follow(quiet, mean + self.baseline.level, var)
        self._past.append(hop)

    def finish(self) -> Iterator[Record]:
        """Give what is still open when the stream ends, cut where it ended."""
        for record in self._open:
            if record is not None:
                record.settled = record.first_sample + sum(part.size for part in record.parts)
                record.cut = record.rest == 0
                yield record
        self._open = [None] * len(self._open)
        self._busy[:] = False

    def break_off(self) -> Iterator[Record]:
        """End every open record at a long loss and take every zero as unknown."""
        yield from self.finish()
        self.baseline.forget()
        self._past.clear()

    def _blind(self, hop: Hop) -> Iterator[Record]:
        """Keep the hole of a hop of which nothing arrived in open records; idle channels wait."""
        for channel in np.flatnonzero(self._busy):
            record = self._open[channel]
            if record is not None:
                record.parts.append(hop.counts[channel])
                record.valid_parts.append(hop.valid)
                record.rest = 0
        self._past.append(hop)
        yield from ()

    def _start(self, channel: int, hop: Hop) -> Record:
        first = self._past[0].first_sample if self._past else hop.first_sample
        level, noise = float(self.baseline.level[channel]), float(self.baseline.noise[channel])
        record = Record(channel, first, level, noise, lead=len(self._past))
        record.parts.extend(past.counts[channel] for past in self._past)
        record.valid_parts.extend(past.valid for past in self._past)
        self._open[channel] = record
        self._busy[channel] = True
        return record

    @staticmethod
    def _over(record: Record, *, inside: bool, band: float) -> bool:
        if len(record.parts) * HOP_S > LONGEST_RECORD_S:
            record.overlong = True
            return True
        sank = record.peak < band and not inside
        return record.rest >= (SINKING_REST_HOPS if sank else REST_HOPS)

    def _close(self, record: Record, level: float) -> Record:
        self._open[record.channel] = None
        self._busy[record.channel] = False
        self.baseline.shift(record.channel, level)
        return record


def _moments(
    counts: NDArray[np.int32], level: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Mean, variance, minimum and maximum per channel, all but the variance above `level`.

    Sums are of integers and therefore exact: 80 samples of 24 bits squared stay below 2⁵⁵.
    """
    size = counts.shape[1]
    wide = counts.astype(np.int64)
    total = wide.sum(axis=1)
    squares = np.einsum("ij,ij->i", wide, wide)
    mean = total / size
    var = (squares - total * mean) / size
    return mean - level, np.maximum(var, 0.0), counts.min(axis=1) - level, counts.max(axis=1) - level
