"""What may drift in a lane, and which comparisons of its sensors show it.

Every wheel passes all sensors of its side, so that they are compared with one another: what they read differs by the road under each and
by the swing of the load, and by no vehicle's weight. The two sides are compared by the balance of traffic, and all sensors together only
with the steering axles of tractors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from contract.station import Lane, Sensor
from contract.topics import DriftKind


class Side(StrEnum):
    """Which part of the lane a sensor covers."""

    LEFT = "left"
    RIGHT = "right"
    WHOLE = "whole"


@dataclass(frozen=True)
class Subject:
    """Something that may drift: one sensor, a row, a side, all.

    `name` is the sensor's, the row's number from 1 in order of travel, or the side's; `share` (sensors,) is 1 for each sensor that is part
    of it.
    """

    kind: DriftKind
    name: str
    share: NDArray[np.float64]


@dataclass(frozen=True)
class Sight:
    """How a lane sees the drift of its own sensors.

    Attributes
    ----------
    sensors
        (S,) names of the weighing sensors, in file order.
    gain
        (S,) factor from nominal load to load, from the calibration.
    rows
        Number of rows.
    contrast
        (C, S): comparisons of the logarithms of what the sensors read, of one vehicle; the last one is the balance of the sides if there
        are two. Those of one side are orthonormal.
    two_sided
        Whether there are two sides, so that the last comparison is their balance.
    subjects
        What may drift.
    """

    sensors: tuple[str, ...]
    gain: NDArray[np.float64]
    rows: int
    contrast: NDArray[np.float64]
    two_sided: bool
    subjects: tuple[Subject, ...]


def sight_of(lane: Lane, gains: Mapping[str, float]) -> Sight:
    """Give how a lane with these gains sees drift."""
    sensors = lane.weighing_sensors
    names = [sensor.name for sensor in sensors]
    sides = {side: [i for i, sensor in enumerate(sensors) if side_of(lane, sensor) is side] for side in Side}
    rows = [[names.index(sensor.name) for sensor in row] for row in lane.weighing_rows]

    def share(indices: list[int]) -> NDArray[np.float64]:
        return np.isin(np.arange(len(names)), indices).astype(np.float64)

    two_sided = bool(sides[Side.LEFT] and sides[Side.RIGHT])
    subjects = [Subject(DriftKind.SENSOR, name, share([i])) for i, name in enumerate(names) if len(names) > 1]
    if len(rows) > 1:
        subjects += [Subject(DriftKind.ROW, str(number), share(row)) for number, row in enumerate(rows, start=1) if len(row) > 1]
    if two_sided and len(rows) > 1:
        subjects += [Subject(DriftKind.SIDE, side.value, share(sides[side])) for side in (Side.LEFT, Side.RIGHT)]
    subjects.append(Subject(DriftKind.ALL, "all", np.ones(len(names))))
    contrast = [row for indices in sides.values() for row in _within(indices, len(names))]
    if two_sided:
        contrast.append(share(sides[Side.LEFT]) / len(sides[Side.LEFT]) - share(sides[Side.RIGHT]) / len(sides[Side.RIGHT]))
    return Sight(
        sensors=tuple(names),
        gain=np.array([gains[name] for name in names]),
        rows=len(rows),
        contrast=np.array(contrast).reshape(len(contrast), len(names)),
        two_sided=two_sided,
        subjects=tuple(subjects),
    )


def side_of(lane: Lane, sensor: Sensor) -> Side:
    """Give the part of the lane that a sensor covers."""
    middle = lane.width_m / 2.0
    if sensor.lateral_m[1] <= middle:
        return Side.LEFT
    return Side.RIGHT if sensor.lateral_m[0] >= middle else Side.WHOLE


def _within(indices: list[int], size: int) -> list[NDArray[np.float64]]:
    """Give orthonormal comparisons of some of `size` sensors (Helmert): each with the mean of those before it."""
    found = []
    for number in range(1, len(indices)):
        row = np.zeros(size)
        row[indices[:number]] = 1.0 / number
        row[indices[number]] = -1.0
        found.append(row / np.linalg.norm(row))
    return found
