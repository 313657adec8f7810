"""The matching of one lane: reads and vehicles come in, each read goes to one vehicle or to none.

The caller adds every vehicle as soon as it is weighed and every read as soon as it arrives, and asks for a vehicle's match when its
waiting time is over. By then the vehicles before and behind it are known too, so that a read two vehicles could claim is seen as such.
What arrives later still is offered by `late_matches`, for a further record.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from contract.faults import Fault, Reaction, RejectError
from contract.plates import PlateRead
from contract.station import Camera
from contract.units import US_PER_S
from edge.matching.alignment import pair_probabilities
from edge.matching.clock import JUMP_LOOK, CameraClock
from edge.matching.match import Found, Match, MatchedRead, combine
from edge.matching.passage import Passage, seen_at_us

ACCEPT_MIN: Final = 0.8
"""Probability of a pair below which the vehicle stays without the read: a wrong match is worse than none."""

MISSED: Final = 0.1
FOREIGN_HZ: Final = 0.1
"""Share of vehicles a camera misses, and reads per second of vehicles that were not weighed. Both are set high on purpose: with them a
lone read at the very edge of the tolerance is an even bet, and stays unmatched."""

REMEMBERED: Final = 256
"""Vehicles, and unmatched reads per camera, that are kept: minutes of the densest traffic."""

IDS_REMEMBERED: Final = 4_096
"""Event ids per camera by which a read that comes twice is known."""

WINDOW: Final = 4
"""Tolerances to either side within which vehicles and reads bear on a decision."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A read and the UTC at which it arrived, where known."""

    read: PlateRead
    arrived_us: int | None


@dataclass(slots=True)
class _Watch:
    """One camera: its clock, its unmatched reads by event id, the ids it has used."""

    camera: Camera
    clock: CameraClock
    unused: dict[str, _Arrival]
    seen: OrderedDict[str, None]

    def ahead_us(self, arrival: _Arrival) -> float:
        """Give by how much a read bears a later time than that of its arrival, beyond the tolerance; at most 0 for a possible one."""
        if arrival.arrived_us is None:
            return 0.0
        return arrival.read.time_us - self.clock.offset_us - arrival.arrived_us - self.clock.tolerance_us

    def within(self, expected_us: float, reach_us: float) -> list[PlateRead]:
        """Give the unused, possible reads within `reach_us` of the station's time `expected_us`."""
        offset_us = self.clock.offset_us
        return [
            arrival.read
            for arrival in self.unused.values()
            if abs(arrival.read.time_us - offset_us - expected_us) <= reach_us and self.ahead_us(arrival) <= 0
        ]


@dataclass(slots=True)
class _Known:
    """One remembered vehicle: which cameras' reads it has, and whether its match has been given out."""

    passage: Passage
    cameras: set[str]
    match: Match | None = None


class Matcher:
    """Matches plate reads to the vehicles of one lane.

    Parameters
    ----------
    lane
        The lane's id; cameras of other lanes are left out.
    cameras
        All cameras of the station.
    playback
        How much faster than real time a simulated line runs.
    """

    def __init__(self, lane: int, cameras: Iterable[Camera], playback: float = 1.0) -> None:
        self.lane = lane
        self._playback = playback
        self._watches = {c.name: _Watch(c, CameraClock(c), {}, OrderedDict()) for c in cameras if c.lane == lane}
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._faults: list[Fault] = []

    @property
    def cameras(self) -> tuple[str, ...]:
        """Names of the lane's cameras."""
        return tuple(self._watches)

    def clock_offsets_us(self) -> dict[str, int]:
        """Give per camera its clock minus the station's, as believed now."""
        return {name: round(watch.clock.offset_us) for name, watch in self._watches.items()}

    def take_faults(self) -> tuple[Fault, ...]:
        """Give, once, what went wrong since the last call: clocks that moved, reads that no vehicle claimed."""
        taken = [*self._faults]
        self._faults.clear()
        for watch in self._watches.values():
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
            If its camera does not belong to this lane.
        """
        watch = self._watches.get(read.camera)
        if watch is None:
            known = ", ".join(self._watches) or "no camera"
            raise RejectError(
                "plate-read-camera", read.camera, f"is no camera of lane {self.lane}, which has {known}; check the station file"
            )
        if read.event_id in watch.seen:
            return False
        watch.seen[read.event_id] = None
        if len(watch.seen) > IDS_REMEMBERED:
            watch.seen.popitem(last=False)
        watch.clock.read_arrived()
        arrival = _Arrival(read, arrived_us)
        watch.unused[read.event_id] = arrival
        if (ahead_us := watch.ahead_us(arrival)) > 0:
            what = (
                f"event {read.event_id} bears a time {ahead_us / US_PER_S:.3f} s later than its arrival and the tolerance allow; "
                "the camera's clock runs ahead, set it"
            )
            self._faults.append(Fault(code="camera-clock-ahead", where=read.camera, what=what, reaction=Reaction.REJECT))
        if len(watch.unused) > REMEMBERED:
            oldest = min((waiting.read for waiting in watch.unused.values()), key=_by_time)
            del watch.unused[oldest.event_id]
            what = f"event {oldest.event_id} ({oldest.text or 'no plate'}) at {oldest.time_us} us found no vehicle and is given up"
            self._faults.append(Fault(code="plate-read-unmatched", where=read.camera, what=what, reaction=Reaction.REJECT))
        return True

    def add_passage(self, passage: Passage) -> None:
        """Take a weighed vehicle in; the same key a second time changes nothing."""
        if passage.key in self._known:
            return
        self._known[passage.key] = _Known(passage, set())
        decided = (key for key, known in self._known.items() if known.match is not None)
        if len(self._known) > REMEMBERED and (oldest := next(decided, None)) is not None:
            del self._known[oldest]

    def match(self, key: str) -> Match:
        """Decide which reads belong to the vehicle; asked again, give the same answer.

        Raises
        ------
        KeyError
            If no vehicle of that key is remembered.
        """
        known = self._known[key]
        if known.match is None:
            found, reasons = [], []
            for watch in self._watches.values():
                self._doubt(watch)
                result = self._choose(watch, known)
                if isinstance(result, str):
                    reasons.append(result)
                    watch.clock.vehicle_missed()
                else:
                    found.append(result)
            known.match = combine(key, found, reasons)
        return known.match

    def late_matches(self) -> tuple[Match, ...]:
        """Give the vehicles whose match was given out without a camera's read, and whose read has now come; each once, late reads only."""
        late = []
        for key, known in self._known.items():
            if known.match is None:
                continue
            results = [self._choose(watch, known) for watch in self._watches.values() if self._may_be_late(watch, known)]
            found = [result for result in results if isinstance(result, Found)]
            if found:
                late.append(combine(key, found, []))
        return tuple(late)

    def _may_be_late(self, watch: _Watch, known: _Known) -> bool:
        return watch.camera.name not in known.cameras and bool(watch.within(self._expected(known, watch), watch.clock.tolerance_us))

    def _doubt(self, watch: _Watch) -> None:
        """Where vehicles and reads no longer come together, see whether the clock has jumped."""
        if not watch.clock.in_doubt:
            return
        reads = sorted((waiting.read for waiting in watch.unused.values()), key=_by_time)[-JUMP_LOOK:]
        alone = [known for known in self._known.values() if watch.camera.name not in known.cameras]
        expected = [self._expected(known, watch) for known in alone[-JUMP_LOOK:]]
        watch.clock.look_for_jump([read.time_us for read in reads], expected)

    def _choose(self, watch: _Watch, known: _Known) -> Found | str:
        """Give the camera's read of the vehicle, now used up, or in words why there is none."""
        name, clock = watch.camera.name, watch.clock
        expected_us = self._expected(known, watch)
        if not watch.within(expected_us, clock.tolerance_us):
            return f"{name}: no read within {watch.camera.tolerance_ms} ms of the expected time"
        if clock.in_doubt:
            return f"{name}: its reads and the vehicles no longer come together; its clock is in doubt and nothing is matched by it"
        reach_us = WINDOW * clock.tolerance_us
        around = sorted(
            (k.passage for k in self._known.values() if name not in k.cameras and abs(self._expected(k, watch) - expected_us) <= reach_us),
            key=lambda passage: (passage.time_us, passage.key),
        )
        sightings = _sightings(watch.within(expected_us, reach_us), clock.tolerance_us)
        odds = np.array([[self._odds(watch, passage, sighting[0]) for sighting in sightings] for passage in around])
        probabilities = pair_probabilities(odds)[around.index(known.passage)]
        best = int(np.argmax(probabilities))
        probability = float(probabilities[best])
        if probability < ACCEPT_MIN:
            return (
                f"{name}: ambiguous; {len(sightings)} reads and {len(around)} vehicles lie around, and the likeliest read "
                f"({sightings[best][0].text or 'no plate'}) belongs to this vehicle with probability {probability:.2f} only"
            )
        for read in sightings[best]:
            del watch.unused[read.event_id]  # one that came too early to prove anything must not be left for another vehicle either
        known.cameras.add(name)
        station_us = expected_us + clock.offset_us
        reads = tuple(
            MatchedRead(read, watch.camera.facing, probability, round(read.time_us - station_us))
            for read in sightings[best]
            if abs(read.time_us - station_us) <= clock.tolerance_us
        )
        clock.matched(sightings[best][0].time_us - expected_us, expected_us, probability)
        return Found(reads)

    def _expected(self, known: _Known, watch: _Watch) -> float:
        return seen_at_us(known.passage, watch.camera, self._playback)[0]

    def _odds(self, watch: _Watch, passage: Passage, read: PlateRead) -> float:
        """Give how many times likelier read and vehicle belong together than that both stay alone."""
        expected_us, travel_u_us = seen_at_us(passage, watch.camera, self._playback)
        residual_us = read.time_us - watch.clock.offset_us - expected_us
        if abs(residual_us) > watch.clock.tolerance_us:
            return 0.0
        sigma_s = float(np.hypot(watch.clock.sigma_us(expected_us), travel_u_us)) / US_PER_S
        density_hz = np.exp(-0.5 * (residual_us / US_PER_S / sigma_s) ** 2) / (sigma_s * np.sqrt(2 * np.pi))
        return float((1 - MISSED) * density_hz / (MISSED * FOREIGN_HZ))


def _by_time(read: PlateRead) -> tuple[int, str]:
    return read.time_us, read.event_id


def _sightings(reads: list[PlateRead], tolerance_us: int) -> list[tuple[PlateRead, ...]]:
    """Put repeated reads of one plate together, the most confident first; in order of time."""
    groups: list[list[PlateRead]] = []
    for read in sorted(reads, key=_by_time):
        same = (group for group in groups if read.text and group[0].text == read.text and read.time_us - group[0].time_us <= tolerance_us)
        group = next(same, None)
        if group is None:
            groups.append([read])
        else:
            group.append(read)
    surest = [tuple(sorted(group, key=lambda read: (-read.confidence, *_by_time(read)))) for group in groups]
    return sorted(surest, key=lambda group: _by_time(group[0]))
