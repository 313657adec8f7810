"""Which axles make up a vehicle: presence over the loops parts the line of axles, distance and speed where loops are silent or differ.

Rules, in order:

1. Where the loop before the array and the one behind it, the gate, both saw an end behind the same axle, the vehicle ends there, and is
   given out at once.
2. Every other place where one of them saw an end is judged by the odds that two vehicles meet there (`edge.vehicles.line`): what either
   loop saw, the distance of the axles, their speeds. What the loops contradict each other about is said: the number of axles is unsure.
3. Axles that cannot carry themselves are a trailer's, also behind a drawbar that loops do not see.
4. A loop that a vehicle passed unseen is not believed until it sees one again. Without the gate a vehicle is given out once the next
   one's second axle has passed the array, or nothing follows for a while; without any loop, distance and speed alone part the line.
5. Axles that met the rows in reverse order went against the lane: the same rules hold with the loops' parts exchanged.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from contract.axles import Crossing, CrossingFlag
from contract.station import Lane, SensorKind
from contract.vehicles import VehicleFlag
from edge.vehicles.line import LONGEST_WHEELBASE_M, Line
from edge.vehicles.memory import GroupMemory
from edge.vehicles.presences import Presences
from edge.vehicles.rows import Row, RowAxle, add_crossing, rows_of
from edge.vehicles.way import Way, is_against, ways_of

PATIENCE_BELIEVED_S = 20.0
"""How long a complete set of axles waits for a loop that has worked so far; a truck may stand with its rear over the loop."""

PATIENCE_STANDING_S = 120.0
"""How long an incomplete set waits: a truck may stand on the array. The same bound as the longest record of a channel."""

PATIENCE_LEAST_S, PATIENCE_MOST_S = 0.5, 20.0
"""Bounds of the wait for a further axle once a loop is known to have failed."""

HOLD_S = 3.0
"""How long the end of a presence at the gate waits for the front loop's word, or for the next presence, when they do not agree."""

AXLES_MOST = 150
"""Axles waiting per row before they are released as they are: bounds memory when a sensor chatters."""

VEHICLE_AXLES_MOST = 64
"""Modular transporters have up to 40 axle lines; what shows more is a disturbance of several channels, counted as strays."""


@dataclass(frozen=True)
class Passage:
    """The crossings of one vehicle.

    Attributes
    ----------
    axles
        Per axle, in order, the crossings by sensor name.
    entry, exit
        Presences over the loops that it met first and last, None where there was none.
    flags
        What was doubtful, with figures.
    direction
        1 as the lane is driven, -1 against it.
    """

    axles: tuple[dict[str, Crossing], ...]
    entry: Crossing | None
    exit: Crossing | None
    flags: dict[VehicleFlag, float] = field(default_factory=dict)
    direction: int = 1


@dataclass(frozen=True)
class _Borders:
    """Where vehicles end: numbers of axles from the front of the line, in order, and those at which the loops differ."""

    ends: list[int]
    doubted: frozenset[int] = frozenset()


class Grouper:
    """Streaming grouping of one lane's crossings; time is the device counter handed in, never a clock.

    Parameters
    ----------
    lane
        The lane.

    Attributes
    ----------
    strays
        Crossings that belonged to no vehicle: one sensor alone saw something, a presence without axles, or a load longer than any stand.
    """

    def __init__(self, lane: Lane) -> None:
        self._rate_hz = lane.rate_hz
        self._sensors = {sensor.name: sensor for sensor in lane.sensor}
        self._rows: tuple[Row, ...] = rows_of(lane)
        self._row_index = {sensor.name: index for index, row in enumerate(self._rows) for sensor in row.sensors}
        self._axles: list[list[RowAxle]] = [[] for _ in self._rows]
        self._ways = ways_of(lane)
        self._loops = {name: Presences(lane.rate_hz) for name in (self._ways[0].front, self._ways[0].gate) if name is not None}
        self._none = Presences(lane.rate_hz)
        self._none.believed = False
        self.strays = 0
        self._heard = 0  # counter at which the last crossing became known

    def memory(self) -> GroupMemory:
        """Give what it goes on from."""
        return GroupMemory(
            heard=self._heard,
            axles=tuple(tuple(tuple(axle.crossings.values()) for axle in row) for row in self._axles),
            waiting={name: tuple(loop.waiting) for name, loop in self._loops.items()},
            believed={name: loop.believed for name, loop in self._loops.items()},
        )

    def recall(self, memory: GroupMemory) -> None:
        """Go on from there.

        Raises
        ------
        ValueError
            If it is of another lane.
        """
        if len(memory.axles) != len(self._rows) or not memory.waiting.keys() == memory.believed.keys() == self._loops.keys():
            msg = f"the state of the grouping is not that of a lane of {len(self._rows)} rows with the loops {', '.join(self._loops)}"
            raise ValueError(msg)
        self._heard = memory.heard
        self._axles = [[RowAxle.of(crossings) for crossings in row] for row in memory.axles]
        for name, loop in self._loops.items():
            loop.waiting, loop.believed = list(memory.waiting[name]), memory.believed[name]

    def add(self, crossing: Crossing) -> None:
        """Take one crossing, in order of `settled`."""
        self._heard = max(self._heard, crossing.settled or crossing.stop)
        if crossing.kind is SensorKind.LOOP:
            # A presence that the stream broke off, or one of a loop that hangs, tells nothing about where a vehicle ends.
            if crossing.sensor in self._loops and not {CrossingFlag.CUT_OFF, CrossingFlag.TOO_LONG} & crossing.flags:
                self._loops[crossing.sensor].add(crossing)
            return
        if CrossingFlag.TOO_LONG in crossing.flags:  # a shifted zero or a stuck channel, no wheel
            self.strays += 1
            return
        add_crossing(self._axles[self._row_index[crossing.sensor]], crossing, self._sensors[crossing.sensor])

    def take(self, now: int) -> list[Passage]:
        """Give the vehicles that are complete at counter `now`."""
        passages: list[Passage] = []
        while (line := self._ready(now)) is not None and (borders := self._borders(line, now)) is not None:
            passages.extend(self._release(line, borders))
        return passages

    def finish(self) -> list[Passage]:
        """Give what is left when the stream ends."""
        return self.take(self._heard + round((PATIENCE_STANDING_S + 1.0) * self._rate_hz))

    def _ready(self, now: int) -> Line | None:
        """Give the line of axles where it is worth a look: the gate saw an end, it is not believed, or the axles have waited long."""
        forward, _ = self._ways
        two_loops = forward.front is not None and forward.gate is not None
        silent = two_loops and all(loop.believed and not loop.waiting for loop in self._loops.values())
        if silent and self._waited_s(now) < PATIENCE_LEAST_S and not self._is_full():
            return None  # nothing can have ended: the common case, asked at every crossing
        way = self._way()
        front, gate = self._sides(way)
        if not gate.waiting:
            patient = gate.believed and self._waited_s(now) < PATIENCE_BELIEVED_S and not self._is_full()
            if patient or not any(self._axles):
                return None
        return Line(way, self._axles, front, gate)

    def _way(self) -> Way:
        """Rule 5, unless the lane's own direction is the better account.

        It is where a presence began over the front loop before the first axle, or where it explains the crossings with less strain: the
        first may be what a gap left of a vehicle that went as it should.
        """
        forward, reverse = self._ways
        if not is_against(self._axles):
            return forward
        first = min(axles[0].time for axles in self._axles if axles)
        entered = self._loops[forward.front].waiting if forward.front else []
        if any(presence.start < first for presence in entered):
            return forward
        ahead, back = (Line(way, self._axles, *self._sides(way)).strain for way in self._ways)
        return forward if ahead < back else reverse

    def _sides(self, way: Way) -> tuple[Presences, Presences]:
        front = self._loops[way.front] if way.front else self._none
        return front, self._loops[way.gate] if way.gate else self._none

    def _waited_s(self, now: int) -> float:
        return (now - self._heard) / self._rate_hz

    def _is_full(self) -> bool:
        return max(map(len, self._axles)) > AXLES_MOST

    def _borders(self, line: Line, now: int) -> _Borders | None:
        """Give where the first vehicles end, None where that cannot be told yet."""
        front, gate = self._sides(line.way)
        if gate.waiting:
            if line.gate_counts[0] == 0:
                return _Borders([])
            waited = now - gate.waiting[0].stop > HOLD_S * self._rate_hz
            if not front.believed:
                return self._judged(line, line.gate_counts, waited=waited)
            heard = sum(presence.stop < gate.waiting[-1].stop for presence in front.waiting)
            return self._judged(line, line.front_counts[:heard], waited=waited)
        if not gate.believed:
            passed = [count for count in self._without_gate(line) if line.is_complete(count + 2)]
            ends = [count for count in passed if line.odds(count) > 0]
            if ends:
                return _Borders(ends[:1])
        return self._leftover(line, now)

    def _without_gate(self, line: Line) -> list[int]:
        """Give where vehicles may end as the front loop says, or, without any loop, wherever distance allows it."""
        front, _ = self._sides(line.way)
        return [count for count in line.front_counts if count] if front.believed else list(range(1, len(line.tracks)))

    def _judged(self, line: Line, word: list[int], *, waited: bool) -> _Borders | None:
        """Rules 1 to 3: give the borders up to the first that both loops saw, or after `waited` up to the first that one of them saw."""
        agreed = set(word) & set(line.gate_counts) - {0}
        if not agreed and not waited:
            return None
        candidates = sorted({*word, *line.gate_counts, *line.far} - {0})
        ends: list[int] = []
        for border in candidates:
            if line.odds(border, begin=ends[-1] if ends else 0) > 0:
                if not waited and self._may_be_towed(line, border):
                    return None
                ends.append(border)
                if border in agreed:
                    break
        if not waited and not (ends and ends[-1] in agreed):
            return None
        return _Borders(ends or candidates[-1:], frozenset(candidates) - agreed | line.disputed)

    def _may_be_towed(self, line: Line, border: int) -> bool:
        """Rule 3: whether the axles behind a border, not all seen yet, may turn out a trailer's."""
        if border >= len(line.tracks) or any(count > border for count in line.front_counts):
            return False
        return line.is_towed(border, len(line.tracks)) and not line.speeds_differ(0, border)

    def _leftover(self, line: Line, now: int) -> _Borders | None:
        """Rule 4: the axles at hand, once they have waited long enough for what may follow them or for the gate's word."""
        front, gate = self._sides(line.way)
        count = len(line.tracks)
        if count == 0:
            return None
        if not self._is_full() and self._waited_s(now) <= self._patience_s(line, front, gate):
            return None
        gate.believed = False
        if front.believed and not any(line.front_counts):
            front.believed = False
        ends = [border for border in self._without_gate(line) if border < count and line.odds(border) > 0]
        return _Borders([*ends[:1]] or [count])

    def _patience_s(self, line: Line, front: Presences, gate: Presences) -> float:
        if not line.is_complete(len(line.tracks)):  # some axles are still to come, or a row has failed
            return PATIENCE_STANDING_S
        covered = len(line.tracks) in line.front_counts
        if front.believed and not covered:
            return PATIENCE_STANDING_S
        if gate.believed:
            return PATIENCE_BELIEVED_S
        if covered and front.believed:
            return PATIENCE_LEAST_S
        wait_s = LONGEST_WHEELBASE_M / line.pace if line.pace > 0 else PATIENCE_MOST_S
        return min(max(wait_s, PATIENCE_LEAST_S), PATIENCE_MOST_S)

    def _release(self, line: Line, borders: _Borders) -> list[Passage]:
        """Give the vehicles up to the borders, and forget their axles and presences."""
        front, gate = self._sides(line.way)
        if not borders.ends:  # a presence at the gate without axles
            gate.take(1)
            self.strays += 1
            return []
        entries = _shares(line.front_counts, borders.ends)
        exits = _shares(line.gate_counts, borders.ends)
        passages = []
        begin = 0
        for end, entered, left in zip(borders.ends, entries, exits, strict=True):
            doubt = any(begin < border <= end for border in borders.doubted)
            passages.extend(self._vehicle(line, begin, end, front.take(entered), gate.take(left), unsure=doubt))
            begin = end
        front.believed = line.way.front is not None and any(entries)
        gate.believed = line.way.gate is not None and any(exits)
        return passages

    def _vehicle(self, line: Line, begin: int, end: int, entry: Crossing | None, exit_: Crossing | None, *, unsure: bool) -> list[Passage]:
        way = line.way
        tracks = line.tracks[begin:end]
        rows = len({row for track in tracks for row in track})
        axles = [track for track in tracks if 2 * len(track) >= rows]
        unmatched = len(tracks) - len(axles)
        for row, index in enumerate(way.order):
            last = max((track[row].time for track in tracks if row in track), default=None)
            if last is not None:
                self._axles[index] = [axle for axle in self._axles[index] if axle.time > last]
        sequence = tuple({name: crossing for row in sorted(track) for name, crossing in track[row].crossings.items()} for track in axles)
        flags: dict[VehicleFlag, float] = {}
        missing = (way.front is not None and entry is None) + (way.gate is not None and exit_ is None)
        if missing or (way.front is None and way.gate is None):
            flags[VehicleFlag.NO_LOOP] = float(max(missing, 1))
        if unmatched or unsure:
            flags[VehicleFlag.AXLE_COUNT_UNSURE] = float(max(unmatched, 1))
        met = sum(len(axle.crossings) for track in tracks for axle in track.values())
        if not sequence or len(sequence) > VEHICLE_AXLES_MOST:
            self.strays += met
            return []
        self.strays += met - sum(len(axle) for axle in sequence)
        return [Passage(sequence, entry, exit_, flags, way.direction)]


def _shares(counts: list[int], ends: list[int]) -> list[int]:
    """Give how many of a loop's presences belong to each vehicle; one that fits no vehicle's end is of a vehicle that has none else."""
    shares = []
    given = 0
    for end in ends:
        number = sum(count <= end for count in counts[given:])
        if number == 0 and given < len(counts) and counts[given] not in ends:
            number = 1
        shares.append(number)
        given += number
    return shares
