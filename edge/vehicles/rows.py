"""Pair the crossings of the left and right sensors of a row into axles over that row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from contract.axles import Crossing
from contract.station import Lane, Sensor, SensorKind
from contract.station.lane import in_rows

PAIR_M = 0.4
"""Two wheels of one axle pass a row within this distance of travel; axles stand at least 0.9 m apart."""

FOOTPRINT_M = 0.25
"""Length over which a tyre loads a line, for a first guess of speed from a strip's pulse (truck tyres 0.2 to 0.3 m)."""


@dataclass(frozen=True)
class Row:
    """Sensors that an axle meets at the same place along travel; `position_m` is the mean of their middles."""

    sensors: tuple[Sensor, ...]
    position_m: float


class RowAxle:
    """One axle over one row.

    Attributes
    ----------
    crossings
        By sensor name; taken by `add` alone.
    time
        Mean of their centres, device counter.
    """

    def __init__(self, crossing: Crossing) -> None:
        self.crossings = {crossing.sensor: crossing}
        self.time = crossing.centre

    @classmethod
    def of(cls, crossings: Sequence[Crossing]) -> Self:
        """Give the axle of crossings in the order in which they came."""
        axle = cls(crossings[0])
        for crossing in crossings[1:]:
            axle.add(crossing)
        return axle

    def add(self, crossing: Crossing) -> None:
        """Take a further wheel of the axle."""
        self.crossings[crossing.sensor] = crossing
        self.time = sum(one.centre for one in self.crossings.values()) / len(self.crossings)


def rows_of(lane: Lane) -> tuple[Row, ...]:
    """Give the lane's rows of wheel sensors in order of travel."""
    rows = in_rows(sensor for sensor in lane.sensor if sensor.kind is not SensorKind.LOOP)
    return tuple(Row(row, sum(sensor.position_m for sensor in row) / len(row)) for row in rows)


def add_crossing(axles: list[RowAxle], crossing: Crossing, sensor: Sensor) -> None:
    """Join a crossing to the axle that its other wheel belongs to, or begin a new axle; `axles` stays in order of time."""
    reach = PAIR_M / (sensor.width_m if sensor.kind is SensorKind.PLATE else FOOTPRINT_M)
    best: RowAxle | None = None
    for axle in axles:
        if crossing.sensor in axle.crossings:
            continue
        other = next(iter(axle.crossings.values()))
        width = min(crossing.width_samples or 0.0, other.width_samples or 0.0) or float(crossing.stop - crossing.start)
        near = abs(axle.time - crossing.centre) <= reach * width
        overlap = min(crossing.stop, other.stop) - max(crossing.start, other.start)
        inside = overlap > 0.5 * min(crossing.stop - crossing.start, other.stop - other.start)
        closer = best is None or abs(axle.time - crossing.centre) < abs(best.time - crossing.centre)
        if (near or inside) and closer:
            best = axle
    if best is not None:
        best.add(crossing)
    else:
        axles.append(RowAxle(crossing))
    axles.sort(key=lambda axle: axle.time)
