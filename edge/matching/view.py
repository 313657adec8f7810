"""The cameras that look at a vehicle from one side, and which of their sightings each vehicle can be.

A vehicle has one sighting in a view: where vehicles change lanes between scale and camera, the cameras of all lanes together are one view,
and what is matched is the whole road. Only what hangs together is solved: vehicles and sightings that no possible pair connects with the
vehicle in question do not bear on it.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from contract.station import Camera
from edge.matching.assignment import pair_probabilities
from edge.matching.clock import WIDEST
from edge.matching.likelihood import density_hz, direction_ratio, kind_ratio, lane_ratio
from edge.matching.passage import Passage
from edge.matching.sighting import Sighting, Timed, group
from edge.matching.watch import Watch

WINDOW: Final = 4
"""Tolerances to either side within which vehicles and reads bear on a decision."""

NEGLIGIBLE: Final = 1e-6
"""Odds below which a pair is left out: they change no probability by more than that."""

ABREAST_M: Final = 10.0
"""Cameras that look at places no further apart than this along travel can make one view."""

SHIFTS: Final = 6
"""Steps to either side by which a clock that has not been learnt is tried; the outermost is the tolerance."""

GROUPING_M_S: Final = 20.0
"""Speed by which sightings at different places are brought in order; only their order hangs on it."""

Link = Callable[["Known", Sighting], float]
"""What the other side's view says for a pair, as a likelihood ratio."""


@dataclass(slots=True)
class Known:
    """One remembered vehicle and the sightings it has, by view."""

    passage: Passage
    sightings: dict[int, Sighting] = field(default_factory=dict)
    decided: bool = False

    @property
    def order(self) -> tuple[int, str]:
        """By passage."""
        return self.passage.time_us, self.passage.key


@dataclass(frozen=True, slots=True)
class Solution:
    """Probability of each possible pair among what hangs together with one vehicle: by vehicle's key, its sightings with theirs."""

    pairs: dict[str, list[tuple[Sighting, float]]]
    vehicles: int
    sightings: int

    def best(self, key: str) -> tuple[Sighting, float] | None:
        """Give the likeliest sighting of a vehicle; None where none is possible."""
        return max(self.pairs.get(key, ()), key=lambda pair: (pair[1], pair[0].key), default=None)


class View:
    """Cameras of one facing, no two of which see the same lane."""

    def __init__(self, number: int, cameras: Sequence[Camera], lane_change_share: float) -> None:
        self.number = number
        self.facing: Literal["front", "rear"] = cameras[0].facing
        self.watches = {camera.name: Watch(camera) for camera in cameras}
        self._home = {lane: watch for watch in self.watches.values() for lane in watch.camera.lanes}
        self._change = lane_change_share
        self.tolerance_us = max(watch.clock.tolerance_us for watch in self.watches.values())

    def home(self, lane: int) -> Watch | None:
        """Give the camera that is aimed at a lane."""
        return self._home.get(lane)

    def reaches(self, lane: int) -> bool:
        """Whether a vehicle weighed in this lane can be seen here."""
        return any(self._can_see(watch, lane) for watch in self.watches.values())

    def _can_see(self, watch: Watch, lane: int) -> bool:
        return lane in watch.camera.lanes or (self._change > 0 and any(abs(own - lane) == 1 for own in watch.camera.lanes))

    def solve(self, vehicle: Known, order: Sequence[Known], link: Link | None) -> Solution:
        """Give the probabilities of a vehicle's sightings and of what hangs together with them.

        A camera whose clock has not been learnt is matched by itself, over all offsets that its tolerance allows: one offset is common to
        all its reads, so the more of them fit together the surer each of them is.
        """
        home = self.home(vehicle.passage.lane)
        if home is None or home.clock.learned:
            watches = [watch for watch in self.watches.values() if watch.clock.learned]
            if not any(self._can_see(watch, vehicle.passage.lane) for watch in watches):
                return Solution({}, 0, 0)
            return _Problem(self, watches, order, vehicle, link).solve()
        nearby = _nearby(vehicle, order, WINDOW * home.clock.tolerance_us)
        own = [known for known in nearby if known.passage.lane in home.camera.lanes]
        problem = _Problem(self, [home], own, vehicle, link)
        steps = [step / SHIFTS for step in range(-SHIFTS, SHIFTS + 1)]
        answers = [(step, *problem.solve_shifted(step * home.clock.tolerance_us)) for step in steps]
        return _mixed([(log_weight - 0.5 * (step / WIDEST) ** 2, solution) for step, solution, log_weight in answers])

    def odds(self, watch: Watch, known: Known, sighting: Sighting, link: Link | None, shift_us: float | None) -> float:
        """Give how many times likelier sighting and vehicle belong together than that both stay alone."""
        passage = known.passage
        seen = watch.seen(passage)
        expected_us, sigma_us = watch.clock.expected_us(seen)
        tolerance_us = watch.clock.tolerance_us
        reads = (read for read in sighting.reads if read.camera == watch.camera.name and abs(read.time_us - expected_us) <= tolerance_us)
        read = next(reads, None)
        if read is None:
            return 0.0
        ratio = lane_ratio(watch.camera, read, passage.lane, self._change)
        if shift_us is None:
            density = density_hz(read.time_us - expected_us, sigma_us)
        else:
            density = density_hz(read.time_us - expected_us - shift_us, tolerance_us / SHIFTS / 2)
        if ratio * density <= NEGLIGIBLE * NEGLIGIBLE:
            return 0.0
        ratio *= kind_ratio(passage, sighting.text, read, self.facing) * direction_ratio(watch.camera, read)
        if link is not None:
            ratio *= link(known, sighting)
        missed = watch.missed_share
        return ratio * density * (1 - missed) / (missed * watch.foreign_hz(expected_us))

    def sightings_near(self, vehicle: Known, watches: Iterable[Watch]) -> list[Sighting]:
        """Give the sightings by some cameras around the time at which they must see a vehicle."""
        timed = []
        for watch in watches:
            expected_us, _ = watch.clock.expected_us(watch.seen(vehicle.passage))
            back_us = watch.clock.offset_us + watch.camera.position_m / GROUPING_M_S / vehicle.passage.playback * 1e6
            reach_us = WINDOW * watch.clock.tolerance_us
            timed += [Timed(read, read.time_us - back_us) for read in watch.within(expected_us, reach_us)]
        return group(timed, self.tolerance_us)


class _Problem:
    """Vehicles and sightings around one vehicle, by some cameras of a view."""

    def __init__(self, view: View, watches: list[Watch], order: Sequence[Known], vehicle: Known, link: Link | None) -> None:
        self._view, self._watches, self._vehicle, self._link = view, watches, vehicle, link
        self._sightings = view.sightings_near(vehicle, watches)
        reach_us = WINDOW * view.tolerance_us
        self._known = [k for k in _nearby(vehicle, order, reach_us) if view.number not in k.sightings and view.reaches(k.passage.lane)]

    def solve(self) -> Solution:
        """Solve what hangs together with the vehicle."""
        pairs: dict[int, dict[str, float]] = {}
        known = {k.passage.key: k for k in self._known}
        waiting, met = [self._vehicle.passage.key], {self._vehicle.passage.key}
        while waiting:
            key = waiting.pop()
            for index in range(len(self._sightings)):
                if index in pairs or not self._odds(known[key], index, None):
                    continue
                pairs[index] = {other: odds for other, k in known.items() if (odds := self._odds(k, index, None))}
                waiting += [other for other in pairs[index] if other not in met]
                met |= pairs[index].keys()
        return self._solved(pairs, met)[0]

    def solve_shifted(self, shift_us: float) -> tuple[Solution, float]:
        """Solve all that is around with the camera's clock off by `shift_us`; also the logarithm of the weight of it all."""
        pairs = {
            index: {k.passage.key: odds for k in self._known if (odds := self._odds(k, index, shift_us))}
            for index in range(len(self._sightings))
        }
        return self._solved(pairs, {k.passage.key for k in self._known})

    def _odds(self, known: Known, index: int, shift_us: float | None) -> float:
        sighting = self._sightings[index]
        odds = max(
            (self._view.odds(watch, known, sighting, self._link, shift_us) for watch in self._watches if _has(sighting, watch)), default=0.0
        )
        return odds if odds > NEGLIGIBLE else 0.0

    def _solved(self, pairs: dict[int, dict[str, float]], keys: set[str]) -> tuple[Solution, float]:
        vehicles = [known for known in self._known if known.passage.key in keys]
        number = {known.passage.key: v for v, known in enumerate(vehicles)}
        indices = sorted(index for index, odds in pairs.items() if odds)
        odds = [{number[key]: value for key, value in pairs[index].items()} for index in indices]
        probabilities, log_weight = pair_probabilities(odds, [known.passage.lane for known in vehicles])
        found: dict[str, list[tuple[Sighting, float]]] = {known.passage.key: [] for known in vehicles}
        for index, row in zip(indices, probabilities, strict=True):
            for v, probability in row.items():
                found[vehicles[v].passage.key].append((self._sightings[index], probability))
        return Solution(found, len(vehicles), len(indices)), log_weight


def _has(sighting: Sighting, watch: Watch) -> bool:
    return any(read.camera == watch.camera.name for read in sighting.reads)


def _nearby(vehicle: Known, order: Sequence[Known], reach_us: float) -> Sequence[Known]:
    at_us = vehicle.passage.time_us
    start = bisect_left(order, at_us - reach_us, key=lambda known: known.passage.time_us)
    return order[start : bisect_right(order, at_us + reach_us, key=lambda known: known.passage.time_us)]


def _mixed(weighed: list[tuple[float, Solution]]) -> Solution:
    """Give the average of solutions by the logarithms of their weights."""
    most = max(log_weight for log_weight, _ in weighed)
    weights = [math.exp(log_weight - most) for log_weight, _ in weighed]
    whole = sum(weights)
    mixed: dict[str, dict[tuple[str, str], tuple[Sighting, float]]] = {}
    for weight, (_, solution) in zip(weights, weighed, strict=True):
        for key, pairs in solution.pairs.items():
            found = mixed.setdefault(key, {})
            for sighting, probability in pairs:
                before = found.get(sighting.key, (sighting, 0.0))[1]
                found[sighting.key] = (sighting, before + probability * weight / whole)
    widest = max((solution for _, solution in weighed), key=lambda solution: solution.sightings)
    return Solution({key: list(found.values()) for key, found in mixed.items()}, widest.vehicles, widest.sightings)


def views_of(cameras: Iterable[Camera], lane_change_share: float) -> list[View]:
    """Put the cameras that look at the whole road from one side together; each alone where no vehicle changes lanes."""
    views: list[list[Camera]] = []
    for camera in sorted(cameras, key=lambda one: (one.facing, one.position_m, one.name)):
        fitting = (
            view
            for view in views
            if lane_change_share > 0
            and view[0].facing == camera.facing
            and camera.position_m - view[0].position_m <= ABREAST_M
            and not set(camera.lanes) & {lane for other in view for lane in other.lanes}
        )
        view = next(fitting, None)
        if view is None:
            views.append([camera])
        else:
            view.append(camera)
    return [View(number, members, lane_change_share) for number, members in enumerate(views)]
