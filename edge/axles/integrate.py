"""What one wheel left on a strip or a plate: time, area, level, width."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FOOT_SHARE = 0.15
"""The foot of a pulse below the threshold is integrated too, this share of its length on either side."""

TOP_SHARE = 0.85
"""The flat top of a plate is sought where the signal exceeds this share of its upper level; a plate's ring stays below 10 %."""

TOP_TRIM = 0.12
"""Share of the flat top left out at either end: the rest of the ramp, and the first swing of the ring."""

SECOND_STEP = 0.55
"""A single wheel's top is wider than this share of its foot. Less, with a step up before and a step down after, is two wheels."""


@dataclass(frozen=True)
class Pulse:
    """One wheel, positions as indices into the record.

    Attributes
    ----------
    start, stop
        Stretch above the threshold.
    centre
        Where the wheel stood on the middle of the sensor, with fraction.
    area
        Counts times samples.
    level
        Flat top of a plate or peak of a strip, counts.
    width
        Full width at half height, samples: the time the wheel's middle took over the plate, or the tyre's footprint over the strip.
    flat
        False where a plate never showed a top wide enough to measure.
    shared
        True where two wheels stood on the plate at once.
    """

    start: int
    stop: int
    centre: float
    area: float
    level: float
    width: float
    flat: bool = True
    shared: bool = False


def strip_pulse(above: NDArray[np.float64], start: int, stop: int, bounds: tuple[int, int]) -> Pulse:
    """Measure a wheel on a strip narrower than its footprint.

    The load follows as speed / width · area, the classical result for a line sensor (COST 323, appendix on sensors).

    Parameters
    ----------
    above
        (n,) float64, counts above zero.
    start, stop
        The wheel's stretch.
    bounds
        First and last index that do not belong to a neighbour.
    """
    foot = max(3, round(FOOT_SHARE * (stop - start)))
    a, b = max(bounds[0], start - foot), min(bounds[1], stop + foot)
    part = above[a:b]
    area = float(part.sum())
    core = np.maximum(above[start:stop], 0.0)
    weight = float(core.sum())
    # A stretch that noise alone has opened may have nothing above zero; its middle is as good a place as any.
    centre = start + (float((core * np.arange(core.size)).sum()) / weight if weight else (core.size - 1) / 2.0)
    peak = float(core.max())
    rise, fall = half_height(above, start, stop, 0.5 * peak)
    return Pulse(start, stop, centre, area, peak, fall - rise)


def plate_pulses(above: NDArray[np.float64], start: int, stop: int) -> list[Pulse]:
    """Measure a wheel, or two at once, on a plate longer than the footprint.

    The ring of the plate is taken out by averaging over the flat top, tapered at both ends so that a swing cut short counts little.
    """
    part = above[start:stop]
    upper = float(np.quantile(part, 0.9))
    top = part > TOP_SHARE * upper
    first, last = int(np.argmax(top)), int(part.size - np.argmax(top[::-1]))
    pair = _two_wheels(part, upper)
    if pair is not None:
        (begin, joined), (parted, end) = ((start + a, start + b) for a, b in pair)
        return [
            _shared(above, (begin, joined), (begin, parted), (start, stop)),
            _shared(above, (parted, end), (joined, end), (start, stop)),
        ]
    rise, fall = half_height(above, start, stop, 0.5 * upper)
    window = part[first:last]
    level, flat = flat_top(window)
    area = float(part.sum())
    return [Pulse(start, stop, (rise + fall) / 2.0, area, level, fall - rise, flat=flat)]


def flat_top(window: NDArray[np.float64]) -> tuple[float, bool]:
    """Mean of a plate's top, weights falling off at both ends; False if there are too few samples for a mean."""
    trim = round(TOP_TRIM * window.size)
    core = window[trim : window.size - trim]
    if core.size < 5:
        return float(np.median(window)), False
    ramp = np.minimum(np.arange(1, core.size + 1), np.arange(core.size, 0, -1)) / (0.25 * core.size)
    weight = np.minimum(ramp, 1.0)
    return float((weight * core).sum() / weight.sum()), True


def half_height(above: NDArray[np.float64], start: int, stop: int, height: float) -> tuple[float, float]:
    """First upward and last downward passage through `height` within the stretch, linearly interpolated, as indices."""
    part = above[start:stop] >= height
    first = start + int(np.argmax(part))
    last = start + int(part.size - 1 - np.argmax(part[::-1]))
    rise, fall = float(first), float(last)
    if first > 0 and above[first] > above[first - 1]:
        rise = first - min(1.0, (above[first] - height) / (above[first] - above[first - 1]))
    if last + 1 < above.size and above[last] > above[last + 1]:
        fall = last + min(1.0, (above[last] - height) / (above[last] - above[last + 1]))
    return rise, fall


def _two_wheels(part: NDArray[np.float64], upper: float) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Tell a staircase (one wheel, both, the other) from a trapezoid; give the stretches where each stood alone."""
    peak = float(np.quantile(part, 0.98))
    high, foot = part > 0.75 * peak, part > 0.2 * peak
    first, last = int(np.argmax(high)), int(part.size - np.argmax(high[::-1]))
    begin, end = int(np.argmax(foot)), int(part.size - np.argmax(foot[::-1]))
    lead, trail, whole = first - begin, end - last, end - begin
    if min(lead, trail) < (1.0 - SECOND_STEP) / 2.0 * whole or upper <= 0.0:
        return None
    steps = (part[begin + lead // 3 : first - lead // 4], part[last + trail // 4 : end - trail // 3])
    if any(step.size < 3 or np.ptp(np.quantile(step, (0.2, 0.8))) > 0.25 * peak for step in steps):
        return None
    return (begin, first), (last, end)


def _shared(above: NDArray[np.float64], alone: tuple[int, int], stay: tuple[int, int], run: tuple[int, int]) -> Pulse:
    """Measure one of two wheels that shared the plate: its load where it stood alone, its time from its whole stay."""
    part = above[alone[0] : alone[1]]
    trim = part.size // 3
    level = float(np.median(part[trim : max(trim + 1, part.size - trim)]))
    width = float(stay[1] - stay[0])
    return Pulse(run[0], run[1], (stay[0] + stay[1]) / 2.0, float(part.sum()), level, width, shared=True)
