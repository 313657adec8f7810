"""How the vehicle moved: one fit of speed, acceleration and axle distances to every crossing at a known place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lapack

from contract.axles import Crossing
from contract.station import Lane, SensorKind

PLACE_SD_M = 0.004
"""How well a crossing's time tells the place of a wheel: half a sample at 30 m/s and 4 kHz, and the noise on the edges."""

LEAST_SPAN_S = 0.001
"""Crossings at two places that all lie within this time are one electrical event: a wheel would have to go 0.1 m at 100 m/s."""

SURVEY_U_M = 0.005
"""Standard uncertainty of a sensor's surveyed position: what no fit can see."""

BEND_LIMIT_M = 0.06
"""Scatter of places beyond which constant acceleration is no description: the vehicle stopped or shifted gears on the array."""

HUBER_K = 2.0
"""Residuals beyond this many scales are weighted down (Huber 1964)."""

ACCELERATION_SD_M_S2 = 1.5
"""Spread of accelerations assumed where a vehicle's way is followed freely; heavy vehicles brake with up to 5, pull away with 1."""

IDLE_SHARE = 0.35
"""A vehicle whose slowest pace on the array is below this share of its fastest, and below walking pace, has stopped. The pace is a mean
over the time between two crossings, so that even a stand shows as slow rather than as zero."""

WALKING_M_S = 1.4

LOOP_WEIGHT = 0.08
"""Weight of a loop's edge as a place against a wheel's: a loop tells the bumper's place to some 5 cm."""


@dataclass(frozen=True)
class Observation:
    """Axle `axle` stood at `place_m` at `time_s` (from the first crossing)."""

    axle: int
    place_m: float
    time_s: float


@dataclass(frozen=True)
class Motion:
    """The fitted movement.

    Attributes
    ----------
    origin
        Device counter of time zero.
    first_axle_s
        Time at which the first axle stood at position 0.
    offsets_m
        (axles,) distance of each axle behind the first in the direction of the lane; negative for who drives against it.
    speed_m_s, speed_u_m_s
        Mean speed over the array and its expanded uncertainty (k = 2).
    acceleration_m_s2
        Mean over the array.
    scatter_m
        Standard deviation of the places about the fit.
    stopped
        Whether the vehicle came to (nearly) a stand.
    speed_at
        Speed in m/s at a time in s from `origin`.
    place_at
        Place of the first axle in m at a time in s.
    """

    origin: float
    first_axle_s: float
    offsets_m: NDArray[np.float64]
    speed_m_s: float
    speed_u_m_s: float
    acceleration_m_s2: float
    scatter_m: float
    stopped: bool
    speed_at: Callable[[float], float]
    place_at: Callable[[float], float]

    @property
    def behind_m(self) -> NDArray[np.float64]:
        """(axles,) distance of each axle behind the first, whatever the direction."""
        return self.offsets_m if self.speed_m_s >= 0.0 else -self.offsets_m


def observe(axles: tuple[dict[str, Crossing], ...], lane: Lane) -> tuple[float, list[Observation]]:
    """Turn crossings into places and times; a plate tells two places, where the wheel's middle met its edges."""
    origin = min(crossing.centre for axle in axles for crossing in axle.values())
    found = []
    for index, axle in enumerate(axles):
        for crossing in axle.values():
            sensor = lane.sensor_named(crossing.sensor)
            time_s = (crossing.centre - origin) / lane.rate_hz
            if sensor.kind is SensorKind.PLATE and crossing.width_samples:
                half_s, half_m = 0.5 * crossing.width_samples / lane.rate_hz, 0.5 * sensor.width_m
                found.append(Observation(index, sensor.position_m - half_m, time_s - half_s))
                found.append(Observation(index, sensor.position_m + half_m, time_s + half_s))
            else:
                found.append(Observation(index, sensor.position_m, time_s))
    return origin, found


def fit_motion(axles: tuple[dict[str, Crossing], ...], lane: Lane, loops: tuple[Crossing, ...] = ()) -> Motion | None:
    """Fit the movement of one vehicle; None where no axle was seen at two places and times, so that no speed can be told.

    The model place = x0 + v t + a t²/2 of the first axle, with each further axle a fixed distance behind, is linear in all unknowns; it is
    solved by least squares with Huber's weights. Where it does not hold, the way is followed freely (see `_follow`).
    """
    origin, seen = observe(axles, lane)
    count = len(axles)
    if not any(len({obs.place_m for obs in seen if obs.axle == axle}) > 1 for axle in range(count)):
        return None
    times = np.array([obs.time_s for obs in seen])
    if np.ptp(times) < LEAST_SPAN_S:
        return None
    places = np.array([obs.place_m for obs in seen])
    owner = np.array([obs.axle for obs in seen])
    steady = _fit_steady(times, places, owner, count, origin)
    if steady.scatter_m < BEND_LIMIT_M and steady.speed_m_s > 0:
        return steady
    bumpers = _bumpers(loops, lane, origin, count)
    times = np.append(times, [obs.time_s for obs in bumpers])
    places = np.append(places, [obs.place_m for obs in bumpers])
    owner = np.append(owner, [obs.axle for obs in bumpers])
    return _follow(times, places, owner, count, origin)


def _bumpers(loops: tuple[Crossing, ...], lane: Lane, origin: float, count: int) -> list[Observation]:
    """Give front and rear of the vehicle over the loops, as two further axles numbered `count` and `count + 1`."""
    if len(loops) < 2:  # one loop alone only adds as many unknowns as it tells
        return []
    found = []
    for loop in loops:
        place = lane.sensor_named(loop.sensor).position_m
        found.append(Observation(count, place, (loop.start - origin) / lane.rate_hz))
        found.append(Observation(count + 1, place, (loop.stop - origin) / lane.rate_hz))
    return found


def _design(columns: list[NDArray[np.float64]], owner: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    behind = -(owner[:, None] == np.arange(1, count)[None, :]).astype(np.float64)
    return np.column_stack([*columns, behind])


def _fit_steady(times: NDArray[np.float64], places: NDArray[np.float64], owner: NDArray[np.int64], count: int, origin: float) -> Motion:
    middle = 0.5 * (times.min() + times.max())
    t = times - middle
    matrix = _design([np.ones_like(t), t, 0.5 * t**2], owner, count)
    # One strip row pair and one axle cannot tell acceleration: a weak pull towards none keeps the answer finite and honest.
    prior = np.zeros((1, matrix.shape[1]))
    prior[0, 2] = PLACE_SD_M / 2.0
    stacked, target = np.vstack((matrix, prior)), np.append(places, 0.0)
    # Reweighted least squares in an orthonormal basis of what the unknowns can do: well conditioned whatever they are.
    basis, size, turn = np.linalg.svd(stacked, full_matrices=False)
    able = size > size[0] * target.size * np.finfo(np.float64).eps
    basis = basis[:, able]
    weight = np.ones(target.size)
    for _ in range(8):
        weighted = (basis * weight[:, None]).T
        _, inner, _ = lapack.dposv(weighted @ basis, weighted @ target)
        residual = (target - basis @ inner)[:-1]
        away = np.abs(residual)
        scale = max(1.4826 * median(away.tolist()), PLACE_SD_M / 4.0)
        known, weight[:-1] = weight[:-1].copy(), np.minimum(1.0, HUBER_K * scale / np.maximum(away, 1e-12))
        if (weight[:-1] == known).all():
            break  # every further step would be this one again
    solution = (inner / size[able]) @ turn[able]
    scatter = float(np.sqrt(np.mean(residual**2)))
    x0, v, a = (float(value) for value in solution[:3])
    covariance = np.linalg.inv(stacked.T @ (stacked * weight[:, None])) * max(scatter, PLACE_SD_M / 2.0) ** 2
    offsets = np.concatenate(([0.0], solution[3:]))

    def place_at(time_s: float) -> float:
        s = time_s - middle
        return float(x0 + v * s + 0.5 * a * s * s)

    def speed_at(time_s: float) -> float:
        return float(v + a * (time_s - middle))

    slowest = min(speed_at(float(times.min())), speed_at(float(times.max())))
    return Motion(
        origin=origin,
        first_axle_s=_when(place_at, speed_at, 0.0, middle - x0 / v if v > 0 else 0.0),
        offsets_m=offsets,
        speed_m_s=v,
        speed_u_m_s=2.0 * float(np.hypot(np.sqrt(covariance[1, 1]), v * np.sqrt(2.0) * SURVEY_U_M / max(np.ptp(places), SURVEY_U_M))),
        acceleration_m_s2=a,
        scatter_m=scatter,
        stopped=slowest < min(IDLE_SHARE * v, WALKING_M_S),
        speed_at=speed_at,
        place_at=place_at,
    )


def _follow(times: NDArray[np.float64], places: NDArray[np.float64], owner: NDArray[np.int64], count: int, origin: float) -> Motion:
    """Follow a way with changing acceleration: places at the moments observed, joined by the smoothest speed.

    Integrated random-walk prior (the smoothing spline of Wahba 1978 in its discrete form): the change of speed from one interval to
    the next is penalised by the acceleration a vehicle can have.
    """
    knots, index = np.unique(np.round(times, 6), return_inverse=True)
    size = knots.size
    at_knot = (index[:, None] == np.arange(size)[None, :]).astype(np.float64)
    bodies = max(count, int(owner.max()) + 1)
    behind = -(owner[:, None] == np.arange(1, bodies)[None, :]).astype(np.float64)
    trust = np.where(owner < count, 1.0, LOOP_WEIGHT) / PLACE_SD_M
    data = np.hstack((at_knot, behind)) * trust[:, None]
    steps = np.maximum(np.diff(knots), 1e-4)
    bend = np.zeros((max(size - 2, 0), size + bodies - 1))
    for row in range(size - 2):
        near, far = steps[row], steps[row + 1]
        bend[row, row : row + 3] = np.array([1.0 / near, -(1.0 / near + 1.0 / far), 1.0 / far])
        bend[row] /= ACCELERATION_SD_M_S2 * np.sqrt(0.5 * (near + far)) * np.sqrt(0.1)
    matrix = np.vstack((data, bend))
    target = np.concatenate((places * trust, np.zeros(bend.shape[0])))
    solution = np.linalg.lstsq(matrix, target, rcond=None)[0]
    way, offsets = solution[:size], np.concatenate(([0.0], solution[size : size + count - 1]))
    residual = (data @ solution - places * trust)[owner < count] * PLACE_SD_M
    pace = np.diff(way) / steps
    middles = 0.5 * (knots[1:] + knots[:-1])

    def place_at(time_s: float) -> float:
        if time_s < knots[0]:
            return float(way[0] + (time_s - knots[0]) * pace[0])
        if time_s > knots[-1]:
            return float(way[-1] + (time_s - knots[-1]) * pace[-1])
        return float(np.interp(time_s, knots, way))

    def speed_at(time_s: float) -> float:
        return float(np.interp(time_s, middles, pace))

    begin, end = float(times[owner < count].min()), float(times[owner < count].max())
    mean = (place_at(end) - place_at(begin)) / (end - begin)
    crossing = np.flatnonzero((way[:-1] <= 0.0) & (way[1:] > 0.0))
    first = knots[0] - way[0] / max(pace[0], 1e-3)
    if crossing.size:
        i = int(crossing[0])
        first = knots[i] - way[i] / pace[i]
    return Motion(
        origin=origin,
        first_axle_s=float(first),
        offsets_m=offsets,
        speed_m_s=float(mean),
        speed_u_m_s=2.0 * float(np.std(pace) / np.sqrt(pace.size)) if pace.size > 1 else abs(mean),
        acceleration_m_s2=float((pace[-1] - pace[0]) / max(middles[-1] - middles[0], 1e-3)) if pace.size > 1 else 0.0,
        scatter_m=float(np.sqrt(np.mean(residual**2))),
        stopped=float(pace.min()) < min(IDLE_SHARE * float(pace.max()), WALKING_M_S),
        speed_at=speed_at,
        place_at=place_at,
    )


def _when(place_at: Callable[[float], float], speed_at: Callable[[float], float], place_m: float, guess_s: float) -> float:
    """Solve place_at(t) = place_m by Newton's method from a close guess."""
    time_s = guess_s
    for _ in range(4):
        speed = speed_at(time_s)
        if speed <= 0.0:
            return guess_s
        time_s -= (place_at(time_s) - place_m) / speed
    return time_s
