"""The matching of one station: reads and vehicles come in, each read goes to one vehicle or to none.

The caller adds every vehicle as soon as it is weighed and every read as soon as it arrives, and asks for a vehicle's match when its
waiting time is over. By then the vehicles before and behind it are known too, so that a read two vehicles could claim is seen as such.
What arrives later still is offered by `late_matches`, for a further record. docs/matching.md tells the method and its figures.
"""

from bisect import bisect_left, bisect_right, insort
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from contract.faults import Fault, RejectError
from contract.plates import PlateRead
from contract.station import Camera, Matching
from contract.units import US_PER_S
from edge.matching import jump
from edge.matching.clock import ClockState
from edge.matching.evidence import found_of, why_not
from edge.matching.likelihood import link_ratio
from edge.matching.match import Found, Match, combine
from edge.matching.passage import Passage
from edge.matching.sighting import Sighting, same_vehicles
from edge.matching.view import Known, Link, Solution, View, views_of
from edge.matching.watch import Arrival, Watch

REMEMBERED: Final = 1_024
"""Vehicles that are kept: ten minutes of three lanes full of traffic."""

CLAIMS_REMEMBERED: Final = 256
"""Reads per view that have a vehicle and by which a repeat that comes later is known."""

ALONE_AMONG: Final = 256
"""Latest vehicles among which those without a sighting are looked for."""

LATE_REACH_US: Final = 60 * US_PER_S
"""Vehicles whose passage lies further from a late read than this cannot be its: the camera's whole way and tolerance are less."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """A read that a vehicle has, at its time on the station's clock."""

    at_us: float
    read: PlateRead
    key: str
    probability: float


class Matcher:
    """Matches plate reads to the vehicles of a station.

    Parameters
    ----------
    cameras
        All cameras of the station.
    settings
        How sure a match must be, and whether vehicles change lanes between scale and camera.
    """

    def __init__(self, cameras: Iterable[Camera], settings: Matching | None = None) -> None:
        self._settings = settings or Matching()
        self._views = views_of(cameras, self._settings.lane_change_share)
        self._view_of = {name: view for view in self._views for name in view.watches}
        self._claims: dict[int, list[_Claim]] = {view.number: [] for view in self._views}
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._order: list[Known] = []
        self._matches: dict[str, Match] = {}
        self._late_reads: list[PlateRead] = []
        self._repeats: list[tuple[str, Found]] = []
        self._faults: list[Fault] = []

    @property
    def cameras(self) -> tuple[str, ...]:
        """Names of the station's cameras."""
        return tuple(self._view_of)

    def clock_offsets_us(self) -> dict[str, int]:
        """Give per camera its clock minus the station's, as believed now."""
        return {name: round(state.offset_us) for name, state in self.clock_states().items()}

    def clock_states(self) -> dict[str, ClockState]:
        """Give per camera all that is believed of its clock."""
        return {watch.camera.name: watch.clock.state() for watch in self._watches()}

    def _watches(self) -> Iterable[Watch]:
        return (watch for view in self._views for watch in view.watches.values())

    def take_faults(self) -> tuple[Fault, ...]:
        """Give, once, what went wrong since the last call: clocks that moved, reads that no vehicle claimed."""
        taken = [*self._faults]
        self._faults.clear()
        for watch in self._watches():
            taken += watch.clock.faults
            watch.clock.faults.clear()
        return tuple(taken)

    def add_read(self, read: PlateRead, arrived_us: int | None = None) -> bool:
        """Take a read in; False if it came before.

        Parameters
        ----------
        arrived_us
            UTC at which it arrived, if known: a picture cannot arrive before it was taken, so one that claims so is not matched.

        Raises
        ------
        RejectError
            If its camera does not belong to this station.
        """
        view = self._view_of.get(read.camera)
        if view is None:
            known = ", ".join(self._view_of) or "no camera"
            raise RejectError("plate-read-camera", read.camera, f"is no camera of this station, which has {known}; check the station file")
        watch = view.watches[read.camera]
        if not watch.is_new(read.event_id):
            return False
        if not self._repeats_claimed(view, watch, read):
            self._faults += watch.add(Arrival(read, arrived_us))
            self._late_reads.append(read)
        return True

    def add_passage(self, passage: Passage) -> None:
        """Take a weighed vehicle in; the same key a second time changes nothing."""
        if passage.key in self._known:
            return
        known = self._known[passage.key] = Known(passage)
        insort(self._order, known, key=lambda one: one.order)
        if len(self._known) > REMEMBERED and (oldest := next((k for k in self._known.values() if k.decided), None)) is not None:
            del self._known[oldest.passage.key]
            self._matches.pop(oldest.passage.key)
            self._order.remove(oldest)

    def match(self, key: str) -> Match:
        """Decide which reads belong to the vehicle; asked again, give the same answer.

        Raises
        ------
        KeyError
            If no vehicle of that key is remembered.
        """
        known = self._known[key]
        if not known.decided:
            found, reasons = [], []
            for view in self._views:
                if not view.reaches(known.passage.lane):
                    continue
                result = self._choose(view, known)
                if isinstance(result, Found):
                    found.append(result)
                else:
                    reasons.append(result)
            known.decided = True
            self._matches[key] = combine(key, found, reasons)
        return self._matches[key]

    def late_matches(self) -> tuple[Match, ...]:
        """Give vehicles that were decided before a read of theirs came: each read once.

        That is a view's read where the match had none, or a further read of the plate that the match has already.
        """
        found: dict[str, list[Found]] = {}
        for key, repeat in self._repeats:
            found.setdefault(key, []).append(repeat)
        self._repeats.clear()
        for known, view in self._perhaps_late():
            if view.number in known.sightings:
                continue
            result = self._choose(view, known)
            if isinstance(result, Found):
                found.setdefault(known.passage.key, []).append(result)
        return tuple(combine(key, each, []) for key, each in found.items())

    def _perhaps_late(self) -> list[tuple[Known, View]]:
        """Give the decided vehicles that a read which came since the last call could belong to, in order of passage."""
        perhaps: dict[tuple[str, int], tuple[Known, View]] = {}
        for read in self._late_reads:
            view = self._view_of[read.camera]
            watch = view.watches[read.camera]
            for known in self._around(read.time_us - watch.clock.offset_us):
                if not known.decided or view.number in known.sightings or not view.reaches(known.passage.lane):
                    continue
                if abs(watch.clock.expected_us(watch.seen(known.passage))[0] - read.time_us) <= watch.clock.tolerance_us:
                    perhaps[known.passage.key, view.number] = (known, view)
        self._late_reads.clear()
        return sorted(perhaps.values(), key=lambda one: (one[0].order, one[1].number))

    def _around(self, at_us: float) -> list[Known]:
        start = bisect_left(self._order, at_us - LATE_REACH_US, key=lambda known: known.passage.time_us)
        stop = bisect_right(self._order, at_us + LATE_REACH_US, key=lambda known: known.passage.time_us)
        return self._order[start:stop]

    def _repeats_claimed(self, view: View, watch: Watch, read: PlateRead) -> bool:
        """Whether a read repeats one that a vehicle has already; it is then that vehicle's too, and no other's."""
        claims, at_us = self._claims[view.number], read.time_us - watch.clock.offset_us
        start = bisect_left(claims, at_us - watch.clock.tolerance_us, key=lambda claim: claim.at_us)
        stop = bisect_right(claims, at_us + watch.clock.tolerance_us, lo=start, key=lambda claim: claim.at_us)
        claim = next((one for one in claims[start:stop] if same_vehicles(read, one.read) and one.key in self._known), None)
        if claim is None:
            return False
        sighting = Sighting((read,), at_us, read.text, read.confidence)
        found = found_of(sighting, view, self._known[claim.key], claim.probability)
        if found.reads:
            self._repeats.append((claim.key, found))
        return True

    def _choose(self, view: View, known: Known) -> Found | str:
        """Give the view's sighting of the vehicle, now used up, or in words why there is none."""
        home = view.home(known.passage.lane)
        if home is not None and not known.decided and home.follow_jump(self._alone(view, home, known)):
            self._look_again(home)
        solution = view.solve(known, self._order, self._link(view, known))
        best = solution.best(known.passage.key)
        if best is None:
            self._count(view, known, found=False, seen=0.0)
            return why_not(view, known, solution, 1.0)
        sighting, probability = best
        watch = view.watches[sighting.reads[0].camera]
        trust = 1.0 - watch.doubt(self._alone(view, watch, known))
        found = probability * trust >= self._settings.certainty_min
        self._count(view, known, found=found, seen=probability)
        if not found:
            for read in sighting.reads:
                view.watches[read.camera].explain(read, probability)
            return why_not(view, known, solution, trust)
        return self._claim(view, known, sighting, probability * trust)

    def _count(self, view: View, known: Known, *, found: bool, seen: float) -> None:
        """Let the camera that is aimed at the vehicle's lane learn how often it misses one, once for each vehicle."""
        home = view.home(known.passage.lane)
        if home is not None and not known.decided:
            home.decided(found=found, seen=seen)

    def _alone(self, view: View, watch: Watch, known: Known) -> list[Passage]:
        """Give the latest vehicles of a camera's lanes that have no sighting, up to those that bear on one vehicle."""
        if not watch.missed_lately:
            return []
        until = bisect_right(self._order, known.passage.time_us + 4 * watch.clock.tolerance_us, key=lambda one: one.passage.time_us)
        alone: list[Passage] = []
        for index in range(until - 1, max(-1, until - 1 - ALONE_AMONG), -1):
            one = self._order[index]
            if view.number not in one.sightings and one.passage.lane in watch.camera.lanes:
                alone.append(one.passage)
                if len(alone) == jump.LOOK:
                    break
        return alone[::-1]

    def _claim(self, view: View, known: Known, sighting: Sighting, probability: float) -> Found:
        found = found_of(sighting, view, known, probability)
        claims = self._claims[view.number]
        for read in sighting.reads:  # one outside the tolerance proves nothing, but must not be left for another vehicle either
            view.watches[read.camera].use(read)
            claim = _Claim(read.time_us - view.watches[read.camera].clock.offset_us, read, known.passage.key, probability)
            insort(claims, claim, key=lambda one: one.at_us)
        del claims[: max(0, len(claims) - CLAIMS_REMEMBERED)]
        known.sightings[view.number] = sighting
        first = min((one.read for one in found.reads), key=lambda read: (read.time_us, read.event_id))
        watch = view.watches[first.camera]
        knew = watch.clock.learned
        watch.clock.matched(first.time_us, watch.seen(known.passage), probability)
        if watch.clock.learned and not knew:
            self._look_again(watch)
        return found

    def _look_again(self, watch: Watch) -> None:
        """Let reads that found no vehicle find one now that the camera's clock is known better."""
        self._late_reads += [arrival.read for arrival in watch.unused]

    def _link(self, view: View, known: Known) -> Link | None:
        """Give what the other views say of the vehicles around: the plates they have, or may have, on their side."""
        others = [other for other in self._views if other is not view and other.reaches(known.passage.lane)]
        if not others:
            return None
        solutions: list[tuple[View, Solution]] = [
            (other, other.solve(known, self._order, None)) for other in others if other.number not in known.sightings
        ]

        def link(one: Known, sighting: Sighting) -> float:
            ratio = 1.0
            for other in others:
                if (has := one.sightings.get(other.number)) is not None:
                    ratio *= link_ratio(sighting.text, has.text)
            for _, solution in solutions:
                pairs = solution.pairs.get(one.passage.key, [])
                ratio *= 1.0 + sum(probability * (link_ratio(sighting.text, far.text) - 1.0) for far, probability in pairs)
            return max(ratio, 0.0)

        return link
