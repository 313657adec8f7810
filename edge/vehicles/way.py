"""One direction of travel over a lane's rows and loops: which comes first, and when an axle meets a loop.

A wrong-way driver meets the same sensors in reverse. Mirrored, its passage is like any other, so the grouping is written once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from contract.axles import CrossingFlag
from contract.station import Lane, Sensor, SensorKind
from edge.vehicles.lineup import AGREE_FACTOR, Track
from edge.vehicles.rows import RowAxle, rows_of

SLOWEST_M_S, FASTEST_M_S = 0.1, 60.0
"""What a pace may be; beyond it the two crossings are not of one axle."""

ALIKE_FACTOR = 1.5
"""As `AGREE_FACTOR`, from interval to interval and from axle to axle of those on the array: their footprints differ by less."""

CUT_SHORT = {CrossingFlag.GAP, CrossingFlag.CUT_OFF}
"""A crossing of which samples were lost seems shorter than it was, and its wheel faster."""

HALF_HEIGHT_M = 0.16
"""Over what length a line sensor feels a wheel at half height of its pulse: two thirds of a footprint of 0.2 to 0.3 m, its pressure
being that of a parabola."""


@dataclass(frozen=True)
class Way:
    """A direction of travel.

    Attributes
    ----------
    direction
        1 as the lane is driven, -1 against it.
    order
        Indices of the lane's rows in the order in which they are met.
    rows_m
        Their positions along this way, m; increasing.
    front, gate
        The loops met before the first and behind the last row, None where there is none.
    front_m, gate_m
        Their positions along this way.
    felt_m
        Per wheel sensor, over what length it feels a wheel at half height: a plate's own, for a line that of a tyre.
    rate_hz
        Samples per second.
    """

    direction: int
    order: tuple[int, ...]
    rows_m: tuple[float, ...]
    front: str | None
    gate: str | None
    front_m: float
    gate_m: float
    felt_m: Mapping[str, float]
    rate_hz: float

    def queues(self, axles: list[list[RowAxle]]) -> list[list[RowAxle]]:
        """Give the rows' axles in the order of this way."""
        return [axles[index] for index in self.order]

    def felt_pace(self, axle: RowAxle) -> float:
        """Give the speed in m/s of an axle from its time over the sensors of one row, 0 where they did not measure it whole."""
        whole = [(name, one.width_samples) for name, one in axle.crossings.items() if one.width_samples and not one.flags & CUT_SHORT]
        widths = [self.felt_m[name] / width for name, width in whole]
        if len(widths) > 2:
            return median(widths) * self.rate_hz
        return sum(widths) / max(len(widths), 1) * self.rate_hz  # the same for the two sensors that most rows have, at a tenth of the cost

    def paces(self, track: Track) -> list[float]:
        """Give the speeds in m/s of an axle between the rows that saw it."""
        rows = sorted(track)
        return [
            (self.rows_m[later] - self.rows_m[earlier]) * self.rate_hz / max(track[later].time - track[earlier].time, 1e-9)
            for earlier, later in pairwise(rows)
        ]

    def pace_at(self, track: Track, row: int, other: int | None, usual: float) -> float:
        """Give the speed in m/s of an axle at `row`: from the time to row `other`, or over the sensor where that is not steady."""
        felt = self.felt_pace(track[row])
        pace = felt or usual
        if other is not None:
            time = abs(track[row].time - track[other].time)
            between = abs(self.rows_m[row] - self.rows_m[other]) * self.rate_hz / time if time > 0 else 0.0
            if not felt or felt / AGREE_FACTOR < between < felt * AGREE_FACTOR:
                pace = between
        return pace if SLOWEST_M_S < pace < FASTEST_M_S else min(max(usual, SLOWEST_M_S), FASTEST_M_S)

    def felt_ratios(self, track: Track) -> list[float]:
        """Give the pace over the sensors relative to that between the rows, per interval and its two ends: equal for who does not stand."""
        rows = sorted(track)
        felt = [(self.felt_pace(track[earlier]), self.felt_pace(track[later])) for earlier, later in pairwise(rows)]
        return [one / pace for pace, ends in zip(self.paces(track), felt, strict=True) for one in ends if one > 0]

    def meets_front(self, track: Track, usual: float) -> float:
        """Give when an axle met the front loop, device counter, from the first row that saw it."""
        first, *more = sorted(track)
        pace = self.pace_at(track, first, more[0] if more else None, usual)
        return track[first].time - (self.rows_m[first] - self.front_m) / pace * self.rate_hz

    def meets_gate(self, track: Track, usual: float) -> float:
        """Give when an axle meets the gate, device counter, from the last row that saw it."""
        *more, last = sorted(track)
        pace = self.pace_at(track, last, more[-1] if more else None, usual)
        return track[last].time + (self.gate_m - self.rows_m[last]) / pace * self.rate_hz


def ways_of(lane: Lane) -> tuple[Way, Way]:
    """Give the lane's way and its reverse; of several loops on one side the one nearest to the rows counts."""
    rows_m = tuple(row.position_m for row in rows_of(lane))
    loops = [sensor for sensor in lane.sensor if sensor.kind is SensorKind.LOOP]
    before = max((loop for loop in loops if loop.position_m < rows_m[0]), key=_place, default=None)
    behind = min((loop for loop in loops if loop.position_m > rows_m[-1]), key=_place, default=None)
    order = tuple(range(len(rows_m)))
    front_m = before.position_m if before else rows_m[0]
    gate_m = behind.position_m if behind else rows_m[-1]
    front, gate = before.name if before else None, behind.name if behind else None
    mirrored = tuple(-place for place in reversed(rows_m))
    felt = {sensor.name: felt_m(sensor) for sensor in lane.sensor}
    return (
        Way(1, order, rows_m, front, gate, front_m, gate_m, felt, lane.rate_hz),
        Way(-1, tuple(reversed(order)), mirrored, gate, front, -gate_m, -front_m, felt, lane.rate_hz),
    )


def felt_m(sensor: Sensor) -> float:
    """Give over what length a wheel sensor feels a wheel at half height of its pulse: a plate's own, for a line that of a tyre."""
    return sensor.width_m if sensor.kind is SensorKind.PLATE else HALF_HEIGHT_M


def is_against(queues: list[list[RowAxle]]) -> bool:
    """Whether the first axle waiting went against the lane: it met the rows in descending order of position, the last one first."""
    times = [queue[0].time for queue in queues if queue]
    if len(times) < 2:
        return len(queues) > 1 and bool(queues[-1]) and bool(times)
    return all(later < earlier for earlier, later in pairwise(times))


def _place(sensor: Sensor) -> float:
    return sensor.position_m
