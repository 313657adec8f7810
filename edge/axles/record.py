"""What is cut out of a channel around a disturbance, with quiet on both sides, and what is known of it while it has not ended."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.axles.hops import HOP_S
from edge.axles.occupancy import Occupancy

REST_HOPS = 3
"""Hops of rest that close a record: 60 ms, a bicycle's wheel base at motorway speed and five time constants of a stiff plate's ring."""

REST_SHARE_OF_STAY, REST_HOPS_MOST = 0.2, 10
"""A slow wheel's foot lies below the noise for long; so much of the time since the onset must be quiet, up to so many hops, before a wheel
sensor's zero is taken anew. Below 15 km/h on a plate and 5 km/h on a strip this is what decides."""

PEAK_SHARE_AT_REST = 0.03
"""A record is over only when the level is back to this share of its greatest hop's mean (or to the noise): drift during a long stand is
allowed for, a wheel that stands still is not taken for zero. The mean, so that a spike cannot pass a wheel off as rest."""

LONGEST_HOPS = round(120.0 / HOP_S)
"""Bounds memory and turns a shifted zero into a fault: a sensor loaded longer than this, two minutes, is released, flagged, and its zero
learnt anew."""

SINKING_REST_HOPS = 25
"""A signal that only fell is accepted as a new zero after half a second: a plate's ring after a wheel is over long before."""

CALM_HOPS = 50
"""Hops whose means all lie at the zero, one second: no wheel, whatever the swing. The channel has become noisier; its noise is taken
anew."""


class Record(NamedTuple):
    """Raw samples of one channel around a disturbance.

    Attributes
    ----------
    channel
        Index of the channel.
    first_sample
        Counter of the first sample.
    counts, valid, whole
        (n,) int32; (n,) bool, False where a sample was lost; and whether none was.
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
    goes_on
        True if the signal has not come to rest and its record goes on: only what has ended in it counts.
    hum
        Frequency in Hz and power in counts² of each line of mains hum on the channel.
    """

    channel: int
    first_sample: int
    counts: NDArray[np.int32]
    valid: NDArray[np.bool_]
    whole: bool
    level_before: float
    noise: float
    lead: int
    rest: int
    settled: int
    overlong: bool = False
    cut: bool = False
    goes_on: bool = False
    hum: tuple[tuple[float, float], ...] = ()


@dataclass(slots=True)
class OpenRecord:
    """What is known of a record that has not ended.

    Attributes
    ----------
    first_sample, onset
        Counters of the first sample kept, and of the hop in which the signal left the idle band.
    level, noise, band
        Zero at the onset, standard deviation of the idle signal, and the excursion that opens a record, counts.
    patient
        Whether a slow disturbance must be followed by a longer rest, because the zero after it matters.
    occupancy
        What stands on the loop; None where the channel is no loop's.
    hops, rest, calm
        Hops since the onset; those at rest, and those whose mean lies at the zero, up to the last one.
    peak, peak_mean
        Greatest sample and greatest mean of a hop above the level.
    told
        Counter up to which the loop's record has been given out.
    """

    first_sample: int
    onset: int
    level: float
    noise: float
    band: float
    patient: bool = True
    occupancy: Occupancy | None = None
    hops: int = 0
    peak: float = 0.0
    peak_mean: float = 0.0
    rest: int = 0
    calm: int = 0
    told: int = 0

    @property
    def is_told(self) -> bool:
        """Whether nothing has come that was not given out already."""
        return self.occupancy is not None and self.occupancy.is_told

    @property
    def is_overlong(self) -> bool:
        """Whether the record would not end by itself."""
        return self.hops > LONGEST_HOPS

    @property
    def is_noisier(self) -> bool:
        """Whether it was no disturbance but noise that opened the record, or a level that has come to stay."""
        return self.is_overlong or (self.calm >= CALM_HOPS and self.rest < REST_HOPS)

    def take(self, low: float, high: float, mean: float, *, whole: bool) -> bool:
        """Take in one hop, figures above the level; True if the record ends with it."""
        band = self.band
        self.hops += 1
        self.peak = max(self.peak, high)
        self.peak_mean = max(self.peak_mean, mean)
        at_zero = mean < band or mean < PEAK_SHARE_AT_REST * self.peak_mean
        self.rest = self.rest + 1 if at_zero and whole and high - low < 2.0 * band else 0
        self.calm = self.calm + 1 if -band < mean < band and whole else 0
        if self.rest >= REST_HOPS and self._has_rested(inside=high < band and -low < band):
            return True
        return self.calm >= CALM_HOPS or self.hops > LONGEST_HOPS

    def pass_over(self) -> None:
        """Take in a hop of which every sample was lost."""
        self.hops, self.rest, self.calm = self.hops + 1, 0, 0

    def _has_rested(self, *, inside: bool) -> bool:
        """Tell whether so much rest is enough."""
        if self.peak < self.band and not inside:
            return self.rest >= SINKING_REST_HOPS
        stay = math.ceil(REST_SHARE_OF_STAY * (self.hops - self.rest)) if self.patient else 0
        return self.rest >= min(max(REST_HOPS, stay), REST_HOPS_MOST)
