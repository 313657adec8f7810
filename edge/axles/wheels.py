"""Which stretches of a record are wheels: hysteresis at the noise, holes bridged, a plate's ring told from a wheel."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.axles.detect import ONSET_SIGMA
from edge.axles.record import Record
from edge.axles.zero import Zero, zero_of

EDGE_SIGMA = 3.0
"""Level at which a wheel begins and ends, in standard deviations of the smoothed idle noise."""

SHORTEST_M, FASTEST_M_S = 0.13, 44.4
"""A tyre loads a line over 0.2 m, above the threshold two thirds of it; at 160 km/h it takes 3 ms. What is shorter is a spike."""

SHORTEST_SAMPLES = 5
"""Two struck samples in a row are no single spike and become four under the mean of three; a tyre at 160 km/h and 1 kHz takes six."""

LOBE_SHARE, LOBE_LENGTH, LOBE_REACH_S = 0.5, 0.25, 0.25
"""A plate swings back after a wheel: a lobe lower than this share of the wheel, shorter than this share of its time on the plate, and
within this time after it, is ring. A wheel of the same vehicle takes as long as the one before it. (A light van at 40 km/h leaves lobes of
0.3 on a plate that rings at 70 Hz.)"""

SPIKE_SIGMA, SPIKE_SHARE = 8.0, 0.05
"""A sample that stands off the median of itself and its neighbours by this many noise deviations and by this share of the record's peak is
a spike of the converter or the cable; a tyre cannot load a sensor for one sample."""


THIRDS = np.full(3, 1.0 / 3.0)


class Signal(NamedTuple):
    """A record made ready for measuring.

    Attributes
    ----------
    first_sample
        Counter of the first sample.
    above, smooth
        (n,) float64, counts above the zero; lost samples are 0 and spikes replaced by the median of three; and the mean of three of it.
    valid, whole
        (n,) bool, False where a sample was lost; and whether none was.
    spikes
        Indices of the spikes, in order.
    noise
        Standard deviation of the idle noise without the hum, counts.
    zero
        The zero that was taken off.
    """

    first_sample: int
    above: NDArray[np.float64]
    smooth: NDArray[np.float64]
    valid: NDArray[np.bool_]
    whole: bool
    spikes: tuple[int, ...]
    noise: float
    zero: Zero


def prepare(record: Record, rate_hz: float) -> Signal:
    """Subtract the zero and take out spikes."""
    zero = zero_of(record, rate_hz)
    above = zero.above
    if not record.whole:
        above[~record.valid] = 0.0
    smooth = smoothed(above)
    spikes = _spikes(above, smooth, record)
    if spikes:
        for at in spikes:
            above[at] = np.median(above[max(0, at - 1) : at + 2])
        smooth = smoothed(above)
    return Signal(record.first_sample, above, smooth, record.valid, record.whole, spikes, zero.white, zero)


def smoothed(above: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the mean of each sample and its neighbours."""
    return np.correlate(above, THIRDS, mode="same") if above.size >= THIRDS.size else above


def _spikes(above: NDArray[np.float64], smooth: NDArray[np.float64], record: Record) -> tuple[int, ...]:
    """Give where single samples stand off both neighbours by more than the signal around them moves."""
    if above.size < 5:
        return ()
    limit = max(SPIKE_SIGMA * record.noise, SPIKE_SHARE * float(above.max()))
    # What stands off both neighbours by the limit stands off the mean of the three by two thirds of it.
    off_mean = np.abs(above - smooth)[1:-1]
    if off_mean.max() <= 0.66 * limit:
        return ()
    found = []
    for at in (np.flatnonzero(off_mean > 0.66 * limit) + 1).tolist():
        a, b, middle, c, d = (float(above[min(max(at + k, 0), above.size - 1)]) for k in (-2, -1, 0, 1, 2))
        off = min(abs(middle - b), abs(middle - c)) if (middle - b) * (middle - c) > 0.0 else 0.0
        if off > max(limit, abs(c - b) + max(abs(b - a), abs(d - c))) and record.valid[at - 1 : at + 2].all():
            found.append(at)
    return tuple(found)


def find_wheels(signal: Signal, rate_hz: float, plate_m: float = 0.0) -> list[tuple[int, int]]:
    """Give [start, stop) of each wheel as indices into the record, in order; a plate of this length swings after a wheel."""
    smooth = signal.smooth
    shortest = max(SHORTEST_SAMPLES, round(max(SHORTEST_M, 0.5 * plate_m) / FASTEST_M_S * rate_hz))
    wheels: list[tuple[int, int]] = []
    for start, stop in bridge(runs(smooth > EDGE_SIGMA * signal.noise / 3.0**0.5), signal):
        if stop - start < shortest or smooth[start:stop].max() < ONSET_SIGMA * signal.noise:
            continue
        if plate_m and wheels and _is_lobe(signal.above, wheels[-1], (start, stop), rate_hz):
            continue
        wheels.append((start, stop))
    return wheels


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Give [start, stop) of each stretch of True."""
    (change,) = (mask[1:] != mask[:-1]).nonzero()
    borders = [0, *(change + 1).tolist(), mask.size]
    first = 0 if mask.size and mask[0] else 1
    return list(zip(borders[first:-1:2], borders[first + 1 :: 2], strict=True))


def bridge(found: list[tuple[int, int]], signal: Signal) -> list[tuple[int, int]]:
    """Join stretches parted by noise or by lost samples alone; a hole longer than what it parts stays a hole."""
    joined: list[tuple[int, int]] = []
    for start, stop in found:
        if joined:
            before, end = joined[-1]
            hole = start - end
            lost = 0 if signal.whole else int((~signal.valid[end:start]).sum())
            if hole <= 2 or (lost >= hole - 2 and hole <= (end - before) + (stop - start)):
                joined[-1] = (before, stop)
                continue
        joined.append((start, stop))
    return joined


def _is_lobe(above: NDArray[np.float64], wheel: tuple[int, int], run: tuple[int, int], rate_hz: float) -> bool:
    (a, b), (start, stop) = wheel, run
    low = above[start:stop].max() < LOBE_SHARE * above[a:b].max()
    return bool(low and stop - start < LOBE_LENGTH * (b - a) and start - b < LOBE_REACH_S * rate_hz)
