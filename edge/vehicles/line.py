"""The line of axles on the array, and how likely a border between two vehicles lies before each of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from math import inf, log
from statistics import median

import numpy as np

from edge.vehicles.lineup import AGREE_FACTOR, LOST, MISFIT_MOST, PACE_LN, Track, line_up
from edge.vehicles.presences import Presences
from edge.vehicles.rows import RowAxle
from edge.vehicles.way import ALIKE_FACTOR, SLOWEST_M_S, Way

LONGEST_WHEELBASE_M = 15.0
"""Greatest distance between neighbouring axles of one vehicle; drawbars of log and turbine transports reach some 13 m."""

LEAST_FOLLOWING_M = 3.0
"""Nearest axles of two vehicles stand farther apart than this: an overhang behind, one before, and a gap."""

TOWED_SPACING_M = 1.85
"""Axles all closer than this to each other carry no vehicle of their own: the shortest wheelbase of a car is 1.87 m, a trailer's axles
stand at most 1.8 m apart within their group (96/53/EC). A motorcycle, which also does, loads one sensor of a row only."""

PLACE_SD_M = 0.01
"""How well one crossing tells a wheel's place, with the row's survey."""

SPEED_SIGMA, SPEED_SHARE = 4.0, 0.003
"""Two sets whose speeds differ by so many standard deviations and by this share are not coupled; a coupling keeps speeds equal."""

ASTRAY_AXLES = 2
"""By how many axles a loop's word can be off where vehicles stood between it and the rows."""

PARTED, JOINED = 3.0, -3.0
"""Log odds of a border that a loop saw, and of one where a loop saw none: loops chatter, and melt two vehicles, about once in twenty."""

TOO_CLOSE, FAR, FOLLOWING = -6.0, 9.0, -1.0
"""Log odds of distance: closer than two vehicles ever are, farther than any wheelbase, and between them."""

FASTER, ALIKE = 5.0, -1.0
"""Log odds of speed: two sets that are not coupled, and two that may be."""

TOWED = -12.0
"""Log odds of a border before axles that cannot carry themselves."""


class Line:
    """The axles that wait, along one way, with what loops, distances and speeds tell of borders between them.

    Parameters
    ----------
    way
        Direction of travel.
    axles
        Per row of the lane its waiting axles.
    front, gate
        Presences over the loops of this way.
    """

    def __init__(self, way: Way, axles: list[list[RowAxle]], front: Presences, gate: Presences) -> None:
        self.way = way
        queues = way.queues(axles)
        paces = [[way.felt_pace(axle) / way.rate_hz for axle in queue] for queue in queues]
        self.tracks: list[Track] = line_up(queues, paces, way.rows_m, way.rate_hz)
        self._front, self._gate = front, gate

    @cached_property
    def pace(self) -> float:
        """Median speed of all axles in m/s, 0 where no two rows saw one."""
        found = [pace for track in self.tracks for pace in self.way.paces(track)]
        return median(found) if found else 0.0

    @cached_property
    def met_front(self) -> list[float]:
        """When each axle met the front loop."""
        return [self.way.meets_front(track, self.pace) for track in self.tracks]

    @cached_property
    def met_gate(self) -> list[float]:
        """When each axle meets the gate; not yet, if neither it nor one behind it was seen by the last row."""
        last = max((max(track) for track in self.tracks), default=-1)
        passed = max((index for index, track in enumerate(self.tracks) if last in track), default=-1)
        return [self.way.meets_gate(track, self.pace) if index <= passed else inf for index, track in enumerate(self.tracks)]

    @cached_property
    def steady(self) -> bool:
        """Whether no axle stood between two rows, so that the times at the loops are trusted."""
        ratios = [ratio for track in self.tracks for ratio in self.way.felt_ratios(track)]
        if not ratios:
            return True
        usual, least, most = median(ratios), min(ratios), max(ratios)
        return most / ALIKE_FACTOR < usual < least * ALIKE_FACTOR and 1 / AGREE_FACTOR < least and most < AGREE_FACTOR

    @cached_property
    def far(self) -> list[int]:
        """Borders that distance alone tells: farther apart than any wheelbase, and no body was over a loop from one axle to the other."""
        borders = range(1, len(self.tracks))
        return [k for k in borders if self.steady and self.spacing_m(k) > LONGEST_WHEELBASE_M and not self._is_spanned(k)]

    def _is_spanned(self, border: int) -> bool:
        sides = ((self._front, self.met_front), (self._gate, self.met_gate))
        return any(one.start < met[border - 1] and met[border] < one.stop for presences, met in sides for one in presences.waiting)

    @property
    def strain(self) -> float:
        """How ill the axles are explained: each of them costs, as does each that was not as fast between the rows as over them."""
        ratios = [ratio for track in self.tracks for ratio in self.way.felt_ratios(track)]
        return LOST * len(self.tracks) + sum(min((log(ratio) / PACE_LN) ** 2, MISFIT_MOST) for ratio in ratios)

    @property
    def front_counts(self) -> list[int]:
        """For each presence over the front loop, how many axles had met it before it ended."""
        return self._ends[0]

    @property
    def gate_counts(self) -> list[int]:
        """The same for the gate."""
        return self._ends[1]

    @property
    def disputed(self) -> set[int]:
        """Ends of which the loops spoke differently, where vehicles stood, and that were held to be the same."""
        return self._ends[2]

    @cached_property
    def _ends(self) -> tuple[list[int], list[int], set[int]]:
        front = [sum(time < presence.stop for time in self.met_front) for presence in self._front.waiting]
        gate = [sum(time < presence.stop for time in self.met_gate) for presence in self._gate.waiting]
        if self.steady:
            return front, gate, set()
        # Who stood met a loop at another time than the pace tells: the presences in order are the same vehicles, and an end amid a close
        # group belongs to the nearest wide space.
        front, gate = self._placed(front), self._placed(gate)
        disputed = set()
        for index, (first, second) in enumerate(zip(front, gate, strict=False)):
            if first != second and first and second:
                gate[index] = first
                disputed.add(first)
        return front, gate, disputed

    def _placed(self, counts: list[int]) -> list[int]:
        wide = [k for k in range(1, len(self.tracks)) if self.spacing_m(k) > LEAST_FOLLOWING_M] + [len(self.tracks)]
        placed: list[int] = []
        for count in counts:
            later = [end for end in wide if end > (placed[-1] if placed else 0)]
            near = min(later, key=lambda end: abs(end - count), default=count)
            placed.append(near if 0 < count and abs(near - count) <= ASTRAY_AXLES else count)
        return placed

    def is_complete(self, count: int) -> bool:
        """Whether the last row saw the last of the first `count` axles, or all rows that saw any are as far."""
        last = max((max(track) for track in self.tracks), default=-1)
        return count <= len(self.tracks) and max(self.tracks[count - 1]) == last

    def spacing_m(self, border: int) -> float:
        """Give the distance between the axles before and behind a border: the least that a row tells, for who stands is not far."""
        before, behind = self.tracks[border - 1], self.tracks[border]
        found = []
        for row in before.keys() & behind.keys():
            paces = [self.way.felt_pace(track[row]) or self.pace for track in (before, behind)]
            pace = self.pace if self.steady and self.pace > 0 else max(paces)
            found.append((behind[row].time - before[row].time) / self.way.rate_hz * max(pace, SLOWEST_M_S))
        if not found:
            return (self.met_front[border] - self.met_front[border - 1]) / self.way.rate_hz * max(self.pace, SLOWEST_M_S)
        return min(found)

    def is_towed(self, border: int, end: int) -> bool:
        """Whether the axles from `border` to `end` can be a trailer only: one close group of which every axle loaded both sides."""
        if border >= len(self.tracks) or self.spacing_m(border) > LONGEST_WHEELBASE_M:
            return False
        close = all(self.spacing_m(index) <= TOWED_SPACING_M for index in range(border + 1, end))
        return close and all(self._loads_both_sides(index) for index in range(border, end))

    def _loads_both_sides(self, index: int) -> bool:
        """Whether a row saw an axle's left and right wheel; for the last axle, of which one row has spoken, the other may be to come."""
        track = self.tracks[index]
        return any(_is_two_sided(axle) for axle in track.values()) or (index == len(self.tracks) - 1 and len(track) == 1)

    def odds(self, border: int, *, begin: int = 0) -> float:
        """Give the log odds that two vehicles meet at `border`, the first of them beginning at axle `begin`."""
        if border >= len(self.tracks):
            return FAR
        spacing_m = self.spacing_m(border)
        odds = TOO_CLOSE if spacing_m < LEAST_FOLLOWING_M else FAR if spacing_m > LONGEST_WHEELBASE_M else FOLLOWING
        odds += sum(self._votes(border))
        differ = self.speeds_differ(begin, border)
        if spacing_m > LEAST_FOLLOWING_M and self.steady:
            odds += FASTER if differ else ALIKE
        end = next((count for count in self.front_counts if count > border), len(self.tracks))
        if not differ and self.is_towed(border, end):
            odds += TOWED
        return odds

    def _votes(self, border: int) -> tuple[float, float]:
        """Give what each loop says of a border: parted, joined, or nothing while no later presence has ended."""
        sides = ((self._front, self.front_counts, self.met_front), (self._gate, self.gate_counts, self.met_gate))
        both = all(presences.believed and border in counts for presences, counts, _ in sides)
        front, gate = (
            self._vote(presences, counts, border, () if both or not self.steady else met) if presences.believed else 0.0
            for presences, counts, met in sides
        )
        return front, gate

    def _vote(self, presences: Presences, counts: list[int], border: int, met: Sequence[float]) -> float:
        """Give one loop's word; a hole that only this loop saw is no border if it is too short or an axle, by `met`, stood in it."""
        if border in counts and not (met and presences.is_chatter(len(counts) - 1 - counts[::-1].index(border), met)):
            return PARTED
        if any(count > border for count in counts):
            return JOINED if self.steady else 0.0
        return 0.0

    def speeds_differ(self, begin: int, border: int) -> bool:
        """Whether the axles before `border` and the one or two behind it moved at different speeds, common acceleration allowed for.

        Each axle that two rows and more saw gives a speed and the moment it was at. Speeds follow one straight line in time if the axles
        are of one vehicle; a step of that line at the border is tested against what the places' uncertainty makes of it.
        """
        speeds, sds, moments, behind = [], [], [], []
        for index in range(begin, min(border + 2, len(self.tracks))):
            track = self.tracks[index]
            if len(track) < 2:
                continue
            time = np.array([track[row].time for row in sorted(track)]) / self.way.rate_hz
            place = np.array([self.way.rows_m[row] for row in sorted(track)])
            pace = time - time.mean()
            squares = float(pace @ pace)
            if squares > 0:
                speeds.append(float((place - place.mean()) @ pace) / squares)
                sds.append(PLACE_SD_M / squares**0.5)
                moments.append(float(time.mean()))
                behind.append(float(index >= border))
        first, second = behind.count(0.0), behind.count(1.0)
        if not first or not second:
            return False
        speed, sd, moment = np.array(speeds), np.array(sds), np.array(moments)
        columns = [np.ones_like(speed), np.array(behind)]
        if min(first, second) > 1:
            columns.append(moment - moment.mean())
        design = np.column_stack(columns) / sd[:, None]
        covariance = np.linalg.pinv(design.T @ design)
        step = float((covariance @ design.T @ (speed / sd))[1])
        return abs(step) > max(SPEED_SIGMA * float(np.sqrt(covariance[1, 1])), SPEED_SHARE * abs(float(speed.mean())))


def _is_two_sided(axle: RowAxle) -> bool:
    """Whether two sensors saw the axle at once: its left and its right wheel."""
    crossings = sorted(axle.crossings.values(), key=lambda crossing: crossing.centre)
    return any(later.start < earlier.stop for earlier, later in pairwise(crossings))
