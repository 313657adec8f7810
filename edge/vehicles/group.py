"""Which axles make up a vehicle: presence over the loops parts the stream of axles, rows are matched in order of passage.

Rules, in order:

1. A presence over the loop behind the array has ended: the axles that left the last row before it are one vehicle.
2. Two presences over the loop before the array share such a set: it is two vehicles close together.
3. No presence comes from a loop (it has failed): axles that all rows have seen and that nothing follows for a while are taken together, and
   parted where presences of the other loop part them or, with no loop at all, where they stand farther apart than any wheelbase.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from contract.axles import Crossing, CrossingFlag
from contract.station import Lane, Sensor, SensorKind
from contract.vehicles import VehicleFlag
from edge.vehicles.rows import Row, RowAxle, add_crossing, rows_of

LONGEST_WHEELBASE_M = 15.0
"""Greatest distance between neighbouring axles of one vehicle; drawbars of log and turbine transports reach some 13 m."""

CLOSEST_VEHICLES_M = 3.0
"""Two vehicles' nearest axles stand farther apart than this: two overhangs and a gap."""

PATIENCE_BELIEVED_S = 20.0
"""How long a complete set of axles waits for a loop that has worked so far; a truck may stand with its rear over the loop."""

PATIENCE_STANDING_S = 120.0
"""How long an incomplete set waits: a truck may stand on the array. The same bound as the longest record of a channel."""

PATIENCE_LEAST_S, PATIENCE_MOST_S = 0.5, 20.0
"""Bounds of the wait for a further axle once a loop is known to have failed."""

AXLES_MOST = 150
"""Axles waiting per row before they are released as they are: bounds memory when a sensor chatters."""


VEHICLE_AXLES_MOST = 64
"""Modular transporters have up to 40 axle lines; what shows more is a disturbance of several channels, counted as strays."""

CHATTER_FACTOR = 3
"""A row that saw more than this many times the axles of another did not see wheels."""

ANCHORS = 12
"""Axles at the front of a row that are tried as the first match."""


@dataclass(frozen=True)
class Passage:
    """The crossings of one vehicle.

    Attributes
    ----------
    axles
        Per axle, in order, the crossings by sensor name.
    entry, exit
        Presences over the loops before and behind the array, None where there was none.
    flags
        What was doubtful, with figures.
    """

    axles: tuple[dict[str, Crossing], ...]
    entry: Crossing | None
    exit: Crossing | None
    flags: dict[VehicleFlag, float] = field(default_factory=dict)


class Grouper:
    """Streaming grouping of one lane's crossings; time is the device counter handed in, never a clock.

    Parameters
    ----------
    lane
        The lane.

    Attributes
    ----------
    strays
        Crossings that belonged to no vehicle: one sensor alone saw something, or was loaded longer than any vehicle stands.
    """

    def __init__(self, lane: Lane) -> None:
        self._rate_hz = lane.rate_hz
        self._sensors = {sensor.name: sensor for sensor in lane.sensor}
        self._rows: tuple[Row, ...] = rows_of(lane)
        self._row_index = {sensor.name: index for index, row in enumerate(self._rows) for sensor in row.sensors}
        self._axles: list[list[RowAxle]] = [[] for _ in self._rows]
        loops = [sensor for sensor in lane.sensor if sensor.kind is SensorKind.LOOP]
        before = [loop for loop in loops if loop.position_m < self._rows[0].position_m]
        behind = [loop for loop in loops if loop.position_m > self._rows[-1].position_m]
        self._entry_loop: Sensor | None = max(before, key=lambda loop: loop.position_m, default=None)
        self._exit_loop: Sensor | None = min(behind, key=lambda loop: loop.position_m, default=None)
        self._entries: list[Crossing] = []
        self._exits: list[Crossing] = []
        self._believe_entry = self._entry_loop is not None
        self._believe_exit = self._exit_loop is not None
        self.strays = 0
        self._heard = 0  # counter at which the last crossing became known

    def add(self, crossing: Crossing) -> None:
        """Take one crossing, in order of `settled`."""
        self._heard = max(self._heard, crossing.settled or crossing.stop)
        if crossing.kind is SensorKind.LOOP:
            if self._entry_loop is not None and crossing.sensor == self._entry_loop.name:
                self._entries.append(crossing)
            elif (
                self._exit_loop is not None and crossing.sensor == self._exit_loop.name and CrossingFlag.CUT_OFF not in crossing.flags
            ):  # a presence that the stream broke off tells nothing about the vehicle's end
                self._exits.append(crossing)
            return
        if CrossingFlag.TOO_LONG in crossing.flags:  # a shifted zero or a stuck channel, no wheel
            self.strays += 1
            return
        add_crossing(self._axles[self._row_index[crossing.sensor]], crossing, self._sensors[crossing.sensor])

    def take(self, now: int) -> list[Passage]:
        """Give the vehicles that are complete at counter `now`."""
        passages: list[Passage] = []
        while self._exits:
            passages.extend(self._by_exit(self._exits.pop(0)))
        if self._waited_enough(now):
            passages.extend(self._release([len(axles) for axles in self._axles], None))
        return passages

    def finish(self) -> list[Passage]:
        """Give what is left when the stream ends."""
        passages = self.take(self._heard)
        return passages + self._release([len(axles) for axles in self._axles], None)

    def _by_exit(self, exit_: Crossing) -> list[Passage]:
        """Rule 1."""
        counts = [sum(axle.time < cut for axle in axles) for axles, cut in zip(self._axles, self._cuts(exit_), strict=True)]
        through = sum(axle.time < exit_.stop for axle in self._axles[-1])
        counts = [max(count, min(through, len(axles))) for count, axles in zip(counts, self._axles, strict=True)]
        if max(counts) == 0:
            return []
        self._believe_exit = True
        return self._release(counts, exit_)

    def _cuts(self, exit_: Crossing) -> list[float]:
        """Give for each row the counter at which the vehicle's rear passed it, between the rear leaving one loop and the other."""
        entry = next((entry for entry in self._entries if entry.start < exit_.start), None)
        if entry is None or self._entry_loop is None or self._exit_loop is None or entry.stop >= exit_.stop:
            return [float(exit_.stop)] * len(self._rows)
        way = self._exit_loop.position_m - self._entry_loop.position_m
        speed = (exit_.stop - entry.stop) / way
        return [entry.stop + (row.position_m - self._entry_loop.position_m) * speed for row in self._rows]

    def _waited_enough(self, now: int) -> bool:
        """Rule 3: whether the axles at hand are to be taken without the loop behind the array."""
        counts = [len(axles) for axles in self._axles]
        if max(counts) == 0:
            return False
        if max(counts) > AXLES_MOST:
            return True
        waited_s = (now - self._heard) / self._rate_hz
        equal = min(counts) == max(counts)
        covered = bool(self._entries) and self._entries[-1].stop > self._axles[0][-1].time if equal else False
        if not equal or (self._believe_entry and not covered):
            return waited_s > PATIENCE_STANDING_S
        if self._believe_exit:
            return waited_s > PATIENCE_BELIEVED_S
        speed = self._rough_speed()
        wait_s = LONGEST_WHEELBASE_M / speed if speed > 0 else PATIENCE_MOST_S
        return waited_s > min(max(wait_s, PATIENCE_LEAST_S), PATIENCE_MOST_S)

    def _rough_speed(self) -> float:
        """Speed in m/s of the first axle from the first row to the last that saw one; 0 where only one row did."""
        seen = [(row.position_m, axles[0].time) for row, axles in zip(self._rows, self._axles, strict=True) if axles]
        (near, earlier), (far, later) = seen[0], seen[-1]
        return (far - near) * self._rate_hz / (later - earlier) if later > earlier else 0.0

    def _release(self, counts: list[int], exit_: Crossing | None) -> list[Passage]:
        """Match the first `counts` axles of each row, part them into vehicles, and forget them."""
        if max(counts, default=0) == 0:
            return []
        speed = self._rough_speed()
        taken = [axles[:count] for axles, count in zip(self._axles, counts, strict=True)]
        self._axles = [axles[count:] for axles, count in zip(self._axles, counts, strict=True)]
        sequence, times, unsure = match_rows(taken, [row.position_m for row in self._rows], speed, self._rate_hz)
        last = times[-1]
        entries = [entry for entry in self._entries if entry.start < last]
        self._entries = [entry for entry in self._entries if entry.start >= last]
        parts = self._part(times, entries, speed, loops_silent=exit_ is None and not entries)
        passages = []
        for begin, end, entry in parts:
            flags: dict[VehicleFlag, float] = {}
            missing = (self._entry_loop is not None and entry is None) + (self._exit_loop is not None and exit_ is None)
            if missing or (self._entry_loop is None and self._exit_loop is None):
                flags[VehicleFlag.NO_LOOP] = float(max(missing, 1))
            if unsure:
                flags[VehicleFlag.AXLE_COUNT_UNSURE] = float(unsure)
            own_exit = exit_ if len(parts) == 1 else None
            lone = entry is None and own_exit is None and len({name for axle in sequence[begin:end] for name in axle}) < 2
            if lone or end - begin > VEHICLE_AXLES_MOST:
                self.strays += sum(len(axle) for axle in sequence[begin:end])
                continue
            passages.append(Passage(tuple(sequence[begin:end]), entry, own_exit, flags))
        self._believe_entry = self._entry_loop is not None and bool(entries)
        self._believe_exit = self._exit_loop is not None and exit_ is not None
        return passages

    def _part(
        self, times: list[float], entries: list[Crossing], speed: float, *, loops_silent: bool
    ) -> list[tuple[int, int, Crossing | None]]:
        """Rule 2 and the second half of rule 3: borders between vehicles within one matched sequence."""
        borders = [0]
        for index, (earlier, later) in enumerate(pairwise(times), start=1):
            way_m = (later - earlier) / self._rate_hz * speed
            parted = any(earlier < entry.start <= later for entry in entries[1:]) and way_m > CLOSEST_VEHICLES_M
            if parted or (loops_silent and way_m > LONGEST_WHEELBASE_M):
                borders.append(index)
        borders.append(len(times))
        owners: list[tuple[int, int, Crossing | None]] = []
        for begin, end in pairwise(borders):
            over = [entry for entry in entries if entry.start < times[begin]]
            owners.append((begin, end, over[-1] if over else None))
        return owners


def match_rows(
    rows: list[list[RowAxle]], positions_m: list[float], speed_m_s: float, rate_hz: float
) -> tuple[list[dict[str, Crossing]], list[float], int]:
    """Match the axles of several rows to one sequence.

    Rows that saw the commonest number of axles are matched in order of passage: axles do not overtake each other. A row that saw
    fewer or more is matched where the time from the reference row agrees for most of its axles.

    Returns
    -------
    tuple
        Per axle its crossings by sensor; per axle its time over the first row, device counter; number of row axles that fit nowhere.
    """
    number = _agreed_number([len(row) for row in rows if row])
    reference = next(index for index, row in enumerate(rows) if len(row) == number)
    sequence: list[dict[str, Crossing]] = [{} for _ in range(number)]
    unmatched = 0
    for row in rows:
        indices = range(number) if len(row) == number else _align(row, rows[reference])
        for index, axle in zip(indices, row, strict=True):
            if index is None:
                unmatched += 1
            else:
                sequence[index].update(axle.crossings)
    lag = (positions_m[0] - positions_m[reference]) / speed_m_s * rate_hz if speed_m_s > 0 else 0.0
    return sequence, [axle.time + lag for axle in rows[reference]], unmatched


def _agreed_number(numbers: list[int]) -> int:
    """Give the commonest number of axles; of two equally common the larger, because wheels get lost, unless a channel chattered."""
    tally = Counter(numbers)
    often = sorted(number for number, times in tally.items() if times == max(tally.values()))
    return max(number for number in often if number <= CHATTER_FACTOR * often[0])


def _align(row: list[RowAxle], reference: list[RowAxle]) -> list[int | None]:
    """Find the lag at which most axles of `row` meet one of `reference`, and give for each its partner's index."""
    times, own = np.array([axle.time for axle in reference]), np.array([axle.time for axle in row])
    best: list[int | None] = [None] * own.size
    best_score = (0, 0.0)
    tolerance = 0.3 * float(np.diff(times).min()) if times.size > 1 else float("inf")
    for lag in (own[:ANCHORS, None] - times[None, :ANCHORS]).ravel():
        miss = np.abs(own[:, None] - times[None, :] - lag)
        partner = miss.argmin(axis=1)
        off = miss.min(axis=1)
        partners: list[int | None] = [None] * own.size
        for index in np.argsort(off, kind="stable"):
            if off[index] <= tolerance and partner[index] not in partners:
                partners[index] = int(partner[index])
        score = (sum(found is not None for found in partners), -float(np.minimum(off, tolerance).sum()) if times.size > 1 else 0.0)
        if score > best_score:
            best, best_score = partners, score
    return best
