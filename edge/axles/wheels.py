"""Which stretches of a record are wheels: hysteresis at the noise, holes bridged, a plate's ring told from a wheel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.axles.detect import ONSET_SIGMA, Record
from edge.axles.hops import HOP_S

EDGE_SIGMA = 3.0
"""Level at which a wheel begins and ends, in standard deviations of the smoothed idle noise."""

SHORTEST_WHEEL_S = 0.003
"""A tyre's footprint of 0.2 m at 160 km/h takes 4.5 ms over a line; what is shorter is a spike."""

LOBE_SHARE, LOBE_LENGTH, LOBE_REACH_S = 0.5, 0.25, 0.25
"""A plate swings back after a wheel: a lobe lower than this share of the wheel, shorter than this share of its time on the plate, and
within this time after it, is ring. A wheel of the same vehicle takes as long as the one before it. (A light van at 40 km/h leaves lobes of
0.3 on a plate that rings at 70 Hz.)"""

SPIKE_SIGMA, SPIKE_SHARE = 8.0, 0.05
"""A sample that stands off the median of itself and its neighbours by this many noise deviations and by this share of the record's peak is
a spike of the converter or the cable; a tyre cannot load a sensor for one sample."""


@dataclass(frozen=True)
class Signal:
    """A record made ready for measuring.

    Attributes
    ----------
    first_sample
        Counter of the first sample.
    above
        (n,) float64, counts above the zero; lost samples are 0 and spikes replaced by the median of three.
    valid, spiked
        (n,) bool.
    noise
        Standard deviation of the idle noise, counts.
    """

    first_sample: int
    above: NDArray[np.float64]
    valid: NDArray[np.bool_]
    spiked: NDArray[np.bool_]
    noise: float


def prepare(record: Record) -> Signal:
    """Subtract a zero drawn from the quiet before to the quiet after, and take out spikes."""
    counts = record.counts.astype(np.float64)
    valid = record.valid
    zero = np.full(counts.size, record.level_before)
    if record.rest and not record.overlong:
        tail = np.concatenate(record.parts[-record.rest :])
        after = float(np.median(tail))
        middle_before = sum(part.size for part in record.parts[: record.lead]) / 2.0
        middle_after = counts.size - tail.size / 2.0
        share = np.clip((np.arange(counts.size) - middle_before) / (middle_after - middle_before), 0.0, 1.0)
        zero = record.level_before + share * (after - record.level_before)
    above = np.where(valid, counts - zero, 0.0)
    left = np.concatenate((above[:1], above[:-1]))
    right = np.concatenate((above[1:], above[-1:]))
    median = np.maximum(np.minimum(left, right), np.minimum(np.maximum(left, right), above))
    off = np.abs(above - median)
    spiked = valid & (off > SPIKE_SIGMA * record.noise) & (off > SPIKE_SHARE * record.peak)
    return Signal(record.first_sample, np.where(spiked, median, above), valid, spiked, record.noise)


def find_wheels(signal: Signal, rate_hz: float, *, rings: bool) -> list[tuple[int, int]]:
    """Give [start, stop) of each wheel as indices into the record, in order; `rings` says whether the sensor swings after a wheel."""
    above = signal.above
    smooth = np.convolve(above, np.full(3, 1.0 / 3.0), mode="same") if above.size >= 3 else above
    runs = _runs(smooth > EDGE_SIGMA * signal.noise / np.sqrt(3.0))
    runs = _bridge(runs, signal.valid)
    shortest = max(3, round(SHORTEST_WHEEL_S * rate_hz))
    wheels: list[tuple[int, int]] = []
    for start, stop in runs:
        if stop - start < shortest or smooth[start:stop].max() < ONSET_SIGMA * signal.noise:
            continue
        if rings and wheels and _is_lobe(above, wheels[-1], (start, stop), rate_hz):
            continue
        wheels.append((start, stop))
    return wheels


def find_presences(signal: Signal, rate_hz: float) -> list[tuple[int, int]]:
    """Give [start, stop) of each vehicle over a loop, at half of its own plateau.

    A dip to below half of the plateau parts two vehicles; both ends are where the vehicle's end stands over the loop's middle.
    """
    above = signal.above
    size = max(1, round(rate_hz * HOP_S / 2.0))
    smooth = np.convolve(above, np.full(size, 1.0 / size), mode="same") if above.size >= size else above
    found: list[tuple[int, int]] = []
    if smooth.max() <= 0.0:
        return found  # the zero itself was learnt on an occupied loop and has only sunk
    occupied = float(np.median(smooth[smooth > 0.25 * smooth.max()]))
    for start, stop in _bridge(_runs(smooth > max(0.5 * occupied, 2.0 * ONSET_SIGMA * signal.noise)), signal.valid):
        plateau = float(np.quantile(smooth[start:stop], 0.8))
        inner = _bridge(_runs(smooth[start:stop] > 0.5 * plateau), signal.valid[start:stop])
        found.extend((start + a, start + b) for a, b in inner if b - a > size)
    return found


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _bridge(runs: list[tuple[int, int]], valid: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Join stretches parted by noise or by lost samples alone; a hole longer than what it parts stays a hole."""
    joined: list[tuple[int, int]] = []
    for start, stop in runs:
        if joined:
            before, end = joined[-1]
            hole = start - end
            lost = int((~valid[end:start]).sum())
            if hole <= 2 or (lost >= hole - 2 and hole <= (end - before) + (stop - start)):
                joined[-1] = (before, stop)
                continue
        joined.append((start, stop))
    return joined


def _is_lobe(above: NDArray[np.float64], wheel: tuple[int, int], run: tuple[int, int], rate_hz: float) -> bool:
    (a, b), (start, stop) = wheel, run
    low = above[start:stop].max() < LOBE_SHARE * above[a:b].max()
    return bool(low and stop - start < LOBE_LENGTH * (b - a) and start - b < LOBE_REACH_S * rate_hz)
