"""Wheels on a plate longer than their footprint: the ring taken out, one wheel's level or several wheels' steps."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contract.axles import CrossingFlag
from edge.axles.pulse import Pulse, half_height
from edge.axles.ring import RingMemory, fit_ring, without_ring
from edge.axles.wheels import Signal, find_wheels, smoothed

RAMP: Final = 1.5
"""Half of a whole ramp over the time between a quarter and three quarters of it: a parabolic footprint has 1.44, an even one 1.0."""

TAPER_SHARE: Final = 0.25
"""Share of the flat top over which the weight rises at either end, so that a swing cut short counts little."""

LEAST_TOP: Final = 5
"""Fewer samples are no flat top."""

EVEN_RAMPS: Final = 0.7
"""Ramps whose times differ more than this, give or take a sample, were passed at different speeds."""

FOOT_SHARE: Final = 0.1
"""Integrated beyond either threshold, as a share of the stretch: the foot of a ramp under a light wheel."""

RING_DOUBT: Final = 0.2
"""Share of what taking out the ring changed that is doubted: tyre and axle swing with the plate as long as they stand on it."""

STEP_SHARE: Final = 0.2
"""A step of the level smaller than this share of the peak is the load swinging, not another wheel."""

STAY_SHARE: Final = 0.3
"""Wheels that share a plate stay on it equally long, to this share."""


def plate_pulses(signal: Signal, rate_hz: float, plate_m: float, memory: RingMemory) -> list[Pulse]:
    """Measure all wheels of a record of a plate of this length; its ring is learnt from them."""
    wheels = find_wheels(signal, rate_hz, plate_m)
    found = fit_ring(_tails(signal, wheels), signal.noise)
    if found is not None:
        memory.learn(found)
    blur = 0
    force = signal
    if memory.ring is not None:
        above, growth, blur = without_ring(signal.above, memory.ring)
        force = signal._replace(above=above, smooth=smoothed(above), noise=max(growth, 0.5) * signal.noise)
        wheels = find_wheels(force, rate_hz, plate_m)
    pulses = []
    for index, (start, stop) in enumerate(wheels):
        lower = (wheels[index - 1][1] + start) // 2 if index else 0
        upper = (stop + wheels[index + 1][0]) // 2 if index + 1 < len(wheels) else signal.above.size
        stairs = _stairs(force.above, start, stop, blur)
        if stairs is None:
            pulses.append(_one(signal, force, (start, stop), (lower, upper), blur))
        else:
            pulses.extend(_several(force, (start, stop), stairs))
    return pulses


def _tails(signal: Signal, wheels: list[tuple[int, int]]) -> list[NDArray[np.float64]]:
    """Give the free swings: from the deepest sample after each wheel to the next wheel, or to the end."""
    tails = []
    for index, (_, stop) in enumerate(wheels):
        end = wheels[index + 1][0] - 3 if index + 1 < len(wheels) else signal.above.size
        if end - stop > LEAST_TOP and signal.valid[stop:end].all():
            tails.append(signal.above[stop + int(signal.above[stop:end].argmin()) : end])
    return tails


def _one(signal: Signal, force: Signal, stretch: tuple[int, int], bounds: tuple[int, int], blur: int) -> Pulse:
    """Measure a wheel that had the plate for itself.

    Its load is the area over the time between the middles of both ramps: the mean over the whole passage, weighted with the share of the
    footprint on the plate. That averages the load's swing for longer than the flat top does and needs no speed. A wheel that halted on an
    edge of the plate betrays itself by unequal ramps; then the flat top speaks.
    """
    start, stop = stretch
    above = force.above
    upper = float(np.quantile(above[start:stop], 0.8))
    first, last, even = _top(above, stretch, upper, blur)
    flat = last - first >= LEAST_TOP
    quarter = max(2, (last - first) // 4)
    near, far = (float(above[first : first + quarter].mean()), float(above[last - quarter : last].mean())) if flat else (upper, upper)
    rise, fall = half_height(above, start, stop, 0.5 * near)[0], half_height(above, start, stop, 0.5 * far)[1]
    width = max(fall - rise, 1.0)
    foot = FOOT_SHARE * (stop - start) + blur
    begin, end = max(bounds[0], math.floor(start - foot)), min(bounds[1], math.ceil(stop + foot))
    area = float(above[begin:end].sum())
    weight = _taper(last - first) if flat else np.ones(1)
    top = float(weight @ above[first:last]) if flat else area / width
    level = area / width if even else top
    change = top - float(weight @ signal.above[first:last]) if flat else 0.0
    edge = force.noise * (first - rise) / max(upper, 1.0)  # samples by which noise shifts a ramp
    variance = signal.noise**2 / width + signal.zero.variance_of_sum(begin, end) / width**2 + (RING_DOUBT * change) ** 2
    lost = 1.0 - float(signal.valid[first:last].mean()) if flat else 0.0
    u_share = min(1.0, math.hypot(math.sqrt(variance) / level, edge / width, lost)) if level > 0.0 else 1.0
    flags = frozenset[CrossingFlag]() if flat else frozenset({CrossingFlag.NO_FLAT_TOP})
    return Pulse(start, stop, 0.5 * (rise + fall), area, level, width, u_share, flags)


def _top(above: NDArray[np.float64], stretch: tuple[int, int], upper: float, blur: int) -> tuple[int, int, bool]:
    """Give [first, last) where the wheel stood wholly on the plate, by the length of its ramps, and whether both ramps took as long."""
    low, high = (half_height(above, *stretch, share * upper) for share in (0.25, 0.75))
    ramp_up, ramp_down = max(high[0] - low[0], 0.0), max(low[1] - high[1], 0.0)
    first = 0.5 * (low[0] + high[0]) + RAMP * ramp_up + 0.5 * blur
    last = 0.5 * (low[1] + high[1]) - RAMP * ramp_down - 0.5 * blur
    even = min(ramp_up, ramp_down) > EVEN_RAMPS * max(ramp_up, ramp_down) - 1.0
    return math.ceil(first), max(math.ceil(first), math.floor(last)), even


def _taper(size: int) -> NDArray[np.float64]:
    """Give weights of sum 1 that fall off at both ends."""
    ramp = np.minimum(np.arange(1, size + 1), np.arange(size, 0, -1)) / (TAPER_SHARE * size)
    weight = np.minimum(ramp, 1.0)
    return np.asarray(weight / weight.sum())


def _stairs(above: NDArray[np.float64], start: int, stop: int, blur: int) -> list[tuple[int, int, float]] | None:
    """Find the steps [begin, end) with their heights by which wheels come and go; None where one wheel explains the stretch."""
    part = above[start:stop]
    peak = float(np.quantile(part, 0.98))
    lag = max(3, blur, part.size // 60)
    if part.size < 8 * lag or peak <= 0.0:
        return None
    padded = np.concatenate((np.full(lag, 0.0), part, np.full(lag, 0.0)))
    slope = padded[lag:] - padded[:-lag]
    limit = 0.25 * float(np.abs(slope).max())
    steps = []
    for sign in (1.0, -1.0):
        edges = np.flatnonzero(np.diff(np.concatenate(([False], sign * slope > limit, [False])).astype(np.int8)))
        for a, b in edges.reshape(-1, 2).tolist():
            begin, end = a, min(b + lag - 1, padded.size - 1)
            height = float(padded[end] - padded[begin])
            if sign * height > STEP_SHARE * peak:
                steps.append((start - lag + begin, start - lag + end, height))
    steps.sort()
    ups, downs = [s for s in steps if s[2] > 0], [s for s in steps if s[2] < 0]
    if len(ups) < 2 or len(ups) != len(downs):
        return None
    stays = [down[0] + down[1] - up[0] - up[1] for up, down in zip(ups, downs, strict=True)]
    even = min(stays) > 0 and max(stays) - min(stays) < STAY_SHARE * max(stays)
    apart = all(later[0] > earlier[1] for earlier, later in pairwise(steps))
    return steps if even and apart else None


def _several(force: Signal, stretch: tuple[int, int], steps: list[tuple[int, int, float]]) -> list[Pulse]:
    """Weigh wheels that share the plate: each plateau between steps is the sum of those that stand on it."""
    ups, downs = [s for s in steps if s[2] > 0], [s for s in steps if s[2] < 0]
    rows, values, sizes = [], [], []
    for (_, begin, _), (end, _, _) in pairwise(steps):
        middle = 0.5 * (begin + end)
        rows.append([float(0.5 * (u[0] + u[1]) < middle < 0.5 * (d[0] + d[1])) for u, d in zip(ups, downs, strict=True)])
        values.append(float(np.median(force.above[begin : max(end, begin + 1)])))
        sizes.append(max(end - begin, 1))
    root = np.sqrt(np.array(sizes, np.float64))
    loads = np.linalg.lstsq(np.array(rows) * root[:, None], np.array(values) * root, rcond=None)[0]
    pulses = []
    for up, down, load in zip(ups, downs, loads.tolist(), strict=True):
        rise, fall = 0.5 * (up[0] + up[1]), 0.5 * (down[0] + down[1])
        disagree = 0.5 * abs(abs(up[2]) - abs(down[2]))  # how much the load changed, or was misread, between coming and going
        u_share = min(1.0, math.hypot(disagree, force.noise / math.sqrt(min(sizes))) / load) if load > 0.0 else 1.0
        area = load * (fall - rise)
        pulses.append(Pulse(*stretch, 0.5 * (rise + fall), area, load, fall - rise, u_share, frozenset({CrossingFlag.TWO_WHEELS})))
    return pulses
