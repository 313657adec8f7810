"""Vehicles over a loop: each presence from half of its own level to half of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge.axles.detect import ONSET_SIGMA, PRESENT_SIGMA
from edge.axles.hops import HOP_S
from edge.axles.occupancy import HALF
from edge.axles.pulse import Pulse, half_height
from edge.axles.wheels import Signal, bridge, runs

OCCUPIED_SHARE = 0.25
"""Share of the greatest level above which a loop counts as occupied for a first guess of its level."""

PLATEAU_QUANTILE = 0.8
"""A presence's own level: what it shows less than a fifth of its time above."""


def smoothing_samples(rate_hz: float) -> int:
    """Give over how many samples a loop's signal is averaged before it is judged."""
    return max(1, round(rate_hz * HOP_S / 2.0))


def loop_pulses(signal: Signal, rate_hz: float) -> list[Pulse]:
    """Give the presence of each vehicle.

    A dip to below half of the plateau parts two vehicles; both ends are where the vehicle's end stands over the loop's middle.
    """
    size = smoothing_samples(rate_hz)
    smooth = _averaged(signal.above, size)
    top = float(smooth.max())
    if top <= 0.0:
        return []  # the zero itself was learnt on an occupied loop and has only sunk
    occupied = _median(smooth[smooth > OCCUPIED_SHARE * top])
    pulses: list[Pulse] = []
    for start, stop in bridge(runs(smooth > max(HALF * occupied, PRESENT_SIGMA * signal.noise)), signal):
        plateau = float(np.partition(smooth[start:stop], rank := int(PLATEAU_QUANTILE * (stop - start)))[rank])
        inside = np.zeros(smooth.size, np.bool_)
        inside[start:stop] = smooth[start:stop] > HALF * plateau
        # Of a vehicle most samples stand out by themselves; two that were struck by a spike only smear over the smoothing's length.
        held = [span for span in bridge(runs(inside), signal) if span[1] - span[0] > size]
        presences = (_presence(signal.above, *span) for span in held)
        pulses.extend(pulse for pulse in presences if pulse.level > ONSET_SIGMA * signal.noise)
    return pulses


def _presence(above: NDArray[np.float64], start: int, stop: int) -> Pulse:
    part = above[start:stop]
    level = _median(part)
    rise, fall = half_height(above, start, stop, HALF * level)
    return Pulse(start, stop, (rise + fall) / 2.0, float(part.sum()), level, fall - rise)


def _averaged(above: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Give the mean over `size` samples around each, none counted beyond the ends, by differences of the running sum."""
    if above.size < size:
        return above
    total = np.concatenate((np.zeros(size // 2 + 1), above, np.zeros((size - 1) // 2))).cumsum()
    return np.asarray((total[size:] - total[:-size]) / size)


def _median(values: NDArray[np.float64]) -> float:
    """Give the median of one or more finite values."""
    middle = values.size // 2
    parted = np.partition(values, middle)
    upper = float(parted[middle])
    return upper if values.size % 2 else 0.5 * (float(parted[:middle].max()) + upper)
