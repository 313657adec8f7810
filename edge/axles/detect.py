"""Find where something happens on a channel, and cut out a record of it with quiet on both sides.

Works hop by hop with one state per channel and no look-ahead beyond the hop at hand; idle channels are judged a stretch at a time. A record
opens when a sample leaves the band of the idle noise and closes when the signal has come to rest; how many wheels a record holds is decided
in `wheels`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.axles.baseline import Baseline
from edge.axles.features import Features, features_of
from edge.axles.history import History
from edge.axles.hops import BREAK_HOPS, HOP_S, STRETCH_HOPS, Hops
from edge.axles.hum import EVERY_STRETCHES, HumTracker

ONSET_SIGMA = 6.0
"""Excursion that opens a record, in standard deviations of the idle noise: one false opening in 10⁹ samples of normal noise."""

REST_HOPS = 3
"""Hops of rest that close a record: 60 ms, a bicycle's wheel base at motorway speed and five time constants of a stiff plate's ring."""

REST_SHARE_OF_STAY, REST_HOPS_MOST = 0.2, 10
"""A slow wheel's foot lies below the noise for long; so much of the time since the onset must be quiet, up to so many hops, before a wheel
sensor's zero is taken anew. Below 15 km/h on a plate and 5 km/h on a strip this is what decides."""

LEAD_HOPS = 10
"""Quiet hops kept before an onset where there were so many, for the zero on the near side: 0.2 s, whole periods of 50 and 60 Hz."""

PEAK_SHARE_AT_REST = 0.03
"""A record is over only when the level is back to this share of its greatest hop's mean (or to the noise): drift during a long stand is
allowed for, a wheel that stands still is not taken for zero. The mean, so that a spike cannot pass a wheel off as rest."""

LONGEST_RECORD_S = 120.0
"""Bounds memory and turns a shifted zero into a fault: a sensor loaded longer than this is released, flagged, and its zero learnt anew."""

SINKING_REST_HOPS = 25
"""A signal that only fell is accepted as a new zero after half a second: a plate's ring after a wheel is over long before."""

CALM_HOPS = 50
"""Hops whose means all lie at the zero, one second: no wheel, whatever the swing. The channel has become noisier; its noise is taken
anew."""


@dataclass(frozen=True)
class Record:
    """Raw samples of one channel around a disturbance.

    Attributes
    ----------
    channel
        Index of the channel.
    first_sample
        Counter of the first sample.
    counts, valid
        (n,) int32, and (n,) bool, False where a sample was lost.
    level_before
        Zero at the onset, counts; `noise` the standard deviation of the idle signal.
    lead, rest
        Number of quiet samples at the beginning and at the end.
    settled
        Counter at which the record was closed.
    overlong
        True if the record was ended because it would not end by itself.
    cut
        True if the stream ended or broke off before the signal had come to rest.
    hum
        Frequency in Hz and power in counts² of each line of mains hum on the channel.
    """

    channel: int
    first_sample: int
    counts: NDArray[np.int32]
    valid: NDArray[np.bool_]
    level_before: float
    noise: float
    lead: int
    rest: int
    settled: int
    overlong: bool = False
    cut: bool = False
    hum: tuple[tuple[float, float], ...] = ()


@dataclass(slots=True)
class _Open:
    """What is known of a record that has not ended."""

    first_sample: int
    onset: int
    level: float
    noise: float
    band: float
    hops: int = 0
    peak: float = 0.0
    peak_mean: float = 0.0
    rest: int = 0
    calm: int = 0

    def take(self, low: float, high: float, mean: float, *, whole: bool) -> None:
        """Take in one hop, figures above the level."""
        band = self.band
        self.hops += 1
        self.peak = max(self.peak, high)
        self.peak_mean = max(self.peak_mean, mean)
        flat = high - low < 2.0 * band
        at_zero = mean < band or mean < PEAK_SHARE_AT_REST * self.peak_mean
        self.rest = self.rest + 1 if flat and at_zero and whole else 0
        self.calm = self.calm + 1 if whole and -band < mean < band else 0

    def rested(self, *, patient: bool, inside: bool) -> bool:
        """Tell whether the signal has come to rest."""
        if self.rest < REST_HOPS:
            return False
        if self.peak < self.band and not inside:
            return self.rest >= SINKING_REST_HOPS
        stay = math.ceil(REST_SHARE_OF_STAY * (self.hops - self.rest)) if patient else 0
        return self.rest >= min(max(REST_HOPS, stay), REST_HOPS_MOST)


class Detector:
    """Streaming detection on all channels of a lane.

    Parameters
    ----------
    patient
        (channels,) bool: channels whose zero after a slow disturbance matters; loops only tell presence.
    rate_hz
        Samples per second and channel.
    hop_samples
        Samples per hop.
    """

    def __init__(self, patient: NDArray[np.bool_], rate_hz: float, hop_samples: int) -> None:
        self._patient = patient
        self._hop = hop_samples
        self._stretch = hop_samples * STRETCH_HOPS
        self.baseline = Baseline(patient.size)
        self._hum = HumTracker(patient.size, rate_hz, self._stretch)
        self._history = History()
        self._open: list[_Open | None] = [None] * patient.size
        self._busy = np.zeros(patient.size, np.bool_)
        self._idle_since = np.zeros(patient.size, np.int64)  # counter from which each idle channel has been quiet
        self._lost_hops = 0

    def push(self, hops: Hops) -> Iterator[Record]:
        """Take hops of one stretch and give the records that they complete, in order of their end."""
        seen = bool(hops.valid.any())
        self._lost_hops = 0 if seen else self._lost_hops + 1
        if hops.follows_break or self._lost_hops == BREAK_HOPS:
            yield from self.break_off()
        if not self.baseline.known:
            for hop in hops.single():
                yield from self._watch(hop) if self.baseline.known else self._learn(hop)
        else:
            yield from self._watch(hops)
        if hops.stop_sample % self._stretch == 0 and self.baseline.known:
            self._renew(hops.stop_sample)
        needed = min((record.first_sample for record in self._open if record is not None), default=hops.stop_sample)
        self._history.trim(min(needed, hops.stop_sample - self._stretch))

    def finish(self) -> Iterator[Record]:
        """Give what is still open when the stream ends, cut where it ended."""
        for channel, record in enumerate(self._open):
            if record is not None:
                yield self._close(channel, record, self._history.stop_sample, cut=record.rest == 0)

    def break_off(self) -> Iterator[Record]:
        """End every open record at a long loss and take every zero as unknown."""
        yield from self.finish()
        self.baseline.forget()
        self._history.clear()

    def _learn(self, hop: Hops) -> Iterator[Record]:
        self._history.push(hop)
        if hop.valid.any() and self.baseline.learn(hop.counts[:, hop.valid]):
            self._idle_since[:] = hop.stop_sample
        yield from ()

    def _watch(self, hops: Hops) -> Iterator[Record]:
        """Judge hops against the idle band; only channels on which something happens are followed hop by hop."""
        self._history.push(hops)
        if not hops.valid.any():
            for record in self._open:
                if record is not None:
                    record.hops, record.rest, record.calm = record.hops + 1, 0, 0
            return
        place = hops.first_sample // self._hop % STRETCH_HOPS
        found = features_of(hops)
        level = self.baseline.levels(place, hops.number)
        band = (ONSET_SIGMA * self.baseline.noise)[:, None]
        quiet = (found.high - level < band) & (level - found.low < band)
        awake = np.flatnonzero(self._busy | ~quiet.all(axis=1)).tolist()
        ended = [record for channel in awake for record in self._follow(channel, hops, found, quiet)]
        if hops.valid.all():
            self.baseline.gather(place, quiet, found)
        yield from sorted(ended, key=lambda record: (record.settled, record.channel))

    def _follow(self, channel: int, hops: Hops, found: Features, quiet: NDArray[np.bool_]) -> Iterator[Record]:
        """Go through the hops of one channel; `quiet` is corrected where a record was open."""
        low, high, mean = found.low[channel].tolist(), found.high[channel].tolist(), found.mean[channel].tolist()
        first_place, whole, patient = hops.first_sample // self._hop % STRETCH_HOPS, bool(hops.valid.all()), bool(self._patient[channel])
        record, (zero, drift, noise) = self._open[channel], self.baseline.state(channel)
        for index in range(hops.number):
            place, start = first_place + index, hops.first_sample + index * hops.size
            if record is None:
                band, level = ONSET_SIGMA * noise, zero + drift * place
                if high[index] - level < band and level - low[index] < band:
                    quiet[channel, index] = True
                    continue
                record = self._start(channel, start, level)
            quiet[channel, index] = False
            above = (low[index] - record.level, high[index] - record.level)
            record.take(*above, mean[index] - record.level, whole=whole)
            inside = above[1] < record.band and -above[0] < record.band
            stop = start + hops.size
            overlong = record.hops * HOP_S > LONGEST_RECORD_S
            if overlong or record.calm >= CALM_HOPS or record.rested(patient=patient, inside=inside):
                noisier = overlong or (record.calm >= CALM_HOPS and record.rest < REST_HOPS)
                yield self._end(channel, record, (place, stop), mean[index], noisier=noisier, overlong=overlong)
                record, (zero, drift, noise) = None, self.baseline.state(channel)

    def _start(self, channel: int, start: int, level: float) -> _Open:
        noise = float(self.baseline.noise[channel])
        first = max(start - LEAD_HOPS * self._hop, int(self._idle_since[channel]), self._history.first_sample)
        record = _Open(first, start, level, noise, ONSET_SIGMA * noise)
        self._open[channel], self._busy[channel] = record, True
        return record

    def _end(self, channel: int, record: _Open, end: tuple[int, int], level: float, *, noisier: bool, overlong: bool) -> Record:
        """Close a record at (place in the stretch, counter) and bring zero and noise of its channel to what they are now."""
        place, stop = end
        closed = self._close(channel, record, stop, overlong=overlong)
        if noisier:
            tail = closed.counts[-CALM_HOPS * self._hop :]
            self.baseline.disturb(channel, float(tail.std()))
            level = float(np.median(tail))
        self.baseline.shift(channel, place, level)
        return closed

    def _close(self, channel: int, record: _Open, stop: int, *, overlong: bool = False, cut: bool = False) -> Record:
        counts, valid = self._history.cut(channel, record.first_sample, stop)
        rest = record.rest * self._hop
        self._open[channel], self._busy[channel] = None, False
        self._idle_since[channel] = stop - rest
        return Record(
            channel=channel,
            first_sample=record.first_sample,
            counts=counts,
            valid=valid,
            level_before=record.level,
            noise=record.noise,
            lead=record.onset - record.first_sample,
            rest=min(rest, counts.size),
            settled=stop,
            overlong=overlong,
            cut=cut,
            hum=self._hum.present(channel),
        )

    def _renew(self, stop: int) -> None:
        """End a stretch: renew the baseline, and now and then the hum."""
        still = np.flatnonzero(self.baseline.renew() & ~self._busy)
        if still.size and stop // self._stretch % EVERY_STRETCHES == 0:
            counts = self._history.stretch(stop - self._stretch, stop)
            self._hum.look(still, counts[still], self.baseline.noise[still])
