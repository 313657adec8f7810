"""How the sensors on either side shared each axle's load, row by row: all that a lane of half-wide sensors tells across it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import hypot

import numpy as np
from numpy.typing import NDArray

from contract.axles import Crossing
from contract.station import Lane, Sensor
from edge.vehicles.swing import APART, swing_of

ROLL_SD, ROLL_FREEDOM = 0.02, 4.0
"""By how much an axle's share swings from row to row (roll, wheels that hop each for themselves) before the vehicle's own swing is seen,
and the weight of that in degrees of freedom."""

LOAD_SD = 0.05
"""Swing of an axle's load on a good road before the vehicle's own is seen (5 to 10 % of the static load), with the same weight."""


@dataclass(frozen=True)
class Sides:
    """The weighing sensors of one row that lie wholly left and wholly right of the lane's middle."""

    left: tuple[Sensor, ...]
    right: tuple[Sensor, ...]

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of the sensors of both sides."""
        return frozenset(sensor.name for sensor in (*self.left, *self.right))


def sides_of(lane: Lane) -> tuple[Sides, ...]:
    """Give the rows that have sensors on both sides and none across the middle, in order of travel."""
    middle_m = lane.width_m / 2.0
    rows = []
    for sensors in lane.weighing_rows:
        left = tuple(sensor for sensor in sensors if sensor.lateral_m[1] <= middle_m)
        right = tuple(sensor for sensor in sensors if sensor.lateral_m[0] >= middle_m)
        if left and right and len(left) + len(right) == len(sensors):
            rows.append(Sides(left, right))
    return tuple(rows)


@dataclass(frozen=True)
class Shares:
    """What each row felt of each axle, (axles, rows) float64 each, NaN where a row cannot tell.

    Attributes
    ----------
    left
        Part of the axle's load that the row's left side bore, 0 … 1.
    load_kg
        The axle's load on both sides.
    u
        Standard uncertainty of `left` by the signals.
    """

    left: NDArray[np.float64]
    load_kg: NDArray[np.float64]
    u: NDArray[np.float64]

    @property
    def mean_kg(self) -> NDArray[np.float64]:
        """(axles,) mean load over the rows, 0 where none can tell."""
        seen = ~np.isnan(self.load_kg)
        mean: NDArray[np.float64] = np.where(seen, self.load_kg, 0.0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
        return mean


def left_shares(axles: tuple[dict[str, Crossing], ...], loads_kg: dict[str, tuple[float | None, ...]], rows: tuple[Sides, ...]) -> Shares:
    """Give what part of each axle's load each row's left side bore, and the axles' loads.

    Parameters
    ----------
    axles
        Crossings by sensor name, per axle.
    loads_kg
        Per sensor the load of each axle, corrected by gain, None where it did not see the axle.
    rows
        Rows with two sides.

    Returns
    -------
    Shares
        A side that saw nothing of an axle bore none of it, unless it saw nothing of the whole vehicle while the same side of another row
        did: then its channel is at fault.
    """
    left = _sum_kg(loads_kg, [row.left for row in rows], len(axles))
    right = _sum_kg(loads_kg, [row.right for row in rows], len(axles))
    for side in (left, right):
        blind = (side <= 0.0).all(axis=0)
        if not blind.all():
            side[:, blind] = np.nan
    total = left + right
    flawed = np.array([[any(axle[name].flags for name in row.names & axle.keys()) for row in rows] for axle in axles])
    total[(total <= 0.0) | flawed] = np.nan
    share = left / total
    noise = np.array([[hypot(_u(axle, row.left), _u(axle, row.right)) for row in rows] for axle in axles])
    return Shares(share, total, share * (1.0 - share) * noise)


def _u(axle: dict[str, Crossing], side: tuple[Sensor, ...]) -> float:
    """Relative standard uncertainty of what one side felt of an axle; the least sure sensor's."""
    return max((axle[sensor.name].u_share or 0.0 for sensor in side if sensor.name in axle), default=0.0)


def _sum_kg(loads_kg: dict[str, tuple[float | None, ...]], sides: list[tuple[Sensor, ...]], axles: int) -> NDArray[np.float64]:
    """(axles, rows) what a side's sensors bore together; none of them having seen an axle is 0."""
    return np.array([[sum(max(loads_kg[sensor.name][k] or 0.0, 0.0) for sensor in side) for side in sides] for k in range(axles)])


def share_change(shares: Shares) -> tuple[float, float]:
    """Give by how much the left share of all axles together changed over the rows, and the standard deviation of that.

    Every axle meets a row at the same place of the vehicle's path. So a path that bends or leads over the sensors' ends shifts load between
    the sides of all axles alike, by h·a/(g·track), 0.08 for each 1 m/s² across. What axles do each for themselves is scatter. So is the
    roll that the road gives to all of them alike, because the two tracks under a row are not equally high; the swing of the loads tells
    its size.
    """
    known = ~np.isnan(shares.left)
    whole = known.all(axis=1)
    rows = known.shape[1]
    if rows < 2 or not whole.any():
        return 0.0, 0.0
    seen, mean_kg = shares.left[whole], shares.mean_kg[whole]
    weight = mean_kg / mean_kg.sum()
    of_row = weight @ seen
    own = seen - of_row - (seen - of_row).mean(axis=1, keepdims=True)
    own2 = (ROLL_SD**2 * ROLL_FREEDOM + float((own**2).sum())) / (ROLL_FREEDOM + (seen.shape[0] - 1) * (rows - 1))
    swing = swing_of(seen, shares.load_kg[whole], shares.u[whole])
    load2 = (LOAD_SD**2 * ROLL_FREEDOM + float(swing.load2.sum())) / (ROLL_FREEDOM + float(swing.freedom.sum()))
    return float(of_row.max() - of_row.min()), float(np.sqrt(2.0 * (own2 * (weight**2).sum() + APART**2 * load2)))
