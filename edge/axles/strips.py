"""A wheel on a strip narrower than its footprint: its area, from foot to foot, and its time."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from contract.axles import CrossingFlag
from edge.axles.pulse import Pulse, half_height
from edge.axles.wheels import Signal

REACH: Final = 1.15
"""Integrated to either side of the middle, in full widths at half height: a parabola has its feet at 0.71, a triangle at 1.0. A window that
follows the shape and not the threshold keeps the area of a light wheel free of bias."""

FOOT_SHARE: Final = 0.08
"""A wheel whose pulse is skewed, braking on the strip, is integrated at least this share of its stretch beyond either threshold."""

CORE_SHARE: Final = 0.25
"""Time is the centre of what stands above this share of the peak: the feet have little load and as much noise."""

STOOD_S: Final = 2.5
"""Full width at half height beyond which a wheel stood on the strip: 0.25 m at 0.4 km/h. The integral over a stand is no load."""

COARSE: Final = 0.35
"""Relative error of the sum over a pulse of n samples at half height, times n³, from sampling alone (measured on parabolas, tests)."""


def strip_pulse(signal: Signal, rate_hz: float, stretch: tuple[int, int], bounds: tuple[int, int]) -> Pulse:
    """Measure a wheel on a strip.

    The load follows as speed / width · area, the classical result for a line sensor (COST 323, appendix on sensors).

    Parameters
    ----------
    signal
        The record.
    rate_hz
        Samples per second.
    stretch
        [start, stop) above the threshold.
    bounds
        First index and end of what does not belong to a neighbour.
    """
    above, (start, stop) = signal.above, stretch
    peak = float(np.maximum.reduce(signal.smooth[start:stop]))
    rise, fall = half_height(signal.smooth, start, stop, 0.5 * peak)
    width, middle, foot = max(fall - rise, 1.0), 0.5 * (rise + fall), FOOT_SHARE * (stop - start)
    begin = max(bounds[0], math.floor(min(middle - REACH * width, start - foot)))
    end = min(bounds[1], math.ceil(max(middle + REACH * width, stop + foot)) + 1)
    area = float(np.add.reduce(above[begin:end]))
    core = np.maximum(above[start:stop] - CORE_SHARE * peak, 0.0)
    weight = float(np.add.reduce(core))
    # A stretch that noise alone has opened may have nothing above zero; its middle is as good a place as any.
    centre = start + float(core @ np.arange(float(core.size))) / weight if weight > 0.0 else middle
    number = end - begin
    variance = signal.noise**2 * number + signal.zero.variance_of_sum(begin, end)
    lost = 0 if signal.whole else number - int(signal.valid[begin:end].sum())
    share = math.sqrt(variance) / area if area > 0.0 else 1.0
    u_share = min(1.0, math.hypot(share, COARSE / width**3, lost / number))
    stood = width > STOOD_S * rate_hz
    flags = frozenset({CrossingFlag.STOOD}) if stood else frozenset()
    return Pulse(start, stop, centre, area, peak, width, 1.0 if stood else u_share, flags)
