"""One camera as matching sees it: its clock, its reads that no vehicle has yet, and how reliable it has been of late."""

from bisect import bisect_left, bisect_right, insort
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contract.faults import Fault, Reaction
from contract.plates import PlateRead
from contract.station import Camera
from contract.units import US_PER_S
from edge.matching import jump
from edge.matching.clock import WIDEST, CameraClock
from edge.matching.passage import Passage, Seen, seen_at

REMEMBERED: Final = 256
"""Unmatched reads per camera that are kept: minutes of the densest traffic."""

IDS_REMEMBERED: Final = 4_096
"""Event ids per camera by which a read that comes twice is known."""

FOREIGN_CAUTION: Final = 3.0
"""Times as many foreign reads as were counted that are reckoned with: a burst begins before it is counted."""

JUMP_WIDTH: Final = 4.0
"""Scatters of single pictures within which pairs agree on one shift."""

EXPECTED_REMEMBERED: Final = 1_024
"""Vehicles whose expected time is kept; asked again, it is worked out again."""

FOREIGN_MIN_HZ: Final = 0.02
"""Reads per second of vehicles that were not weighed, at least: a motorcycle a minute. More are counted as they come."""

FOREIGN_WINDOW_US: Final = (3 * US_PER_S, 33 * US_PER_S)
"""How long before now reads must lie, unmatched, to count as foreign: what is nearer may still find its vehicle."""

MISSED_MIN: Final = 0.03
MISSED_MAX: Final = 0.5
MISSED_FIRST: Final = 0.1
"""Share of vehicles a camera misses: bounds, and what is believed of one that is new."""

LIKELY: Final = 0.5
"""Probability of a jump from which one is looked for that can be followed."""

MISSED_OVER: Final = 100
"""Vehicles over which that share is followed."""


@dataclass(slots=True)
class Arrival:
    """A read and the UTC at which it arrived, where known; `explained` is the probability of the pair that was not sure enough."""

    read: PlateRead
    arrived_us: int | None
    explained: float = 0.0

    @property
    def order(self) -> tuple[int, str]:
        """By the camera's time, whatever the order of arrival."""
        return self.read.time_us, self.read.event_id


class Watch:
    """Keeps one camera's reads; see `Matcher.add_read` for what it is told."""

    def __init__(self, camera: Camera) -> None:
        self.camera = camera
        self.clock = CameraClock(camera)
        self.missed_share = MISSED_FIRST
        self.unused: list[Arrival] = []
        self.seen_ids: OrderedDict[str, None] = OrderedDict()
        self.missed_lately = 0
        self._unsure = 0
        self._expected: OrderedDict[str, Seen] = OrderedDict()

    def seen(self, passage: Passage) -> Seen:
        """Give when this camera sees a vehicle; worked out once."""
        found = self._expected.get(passage.key)
        if found is None:
            found = self._expected[passage.key] = seen_at(passage, self.camera)
            if len(self._expected) > EXPECTED_REMEMBERED:
                self._expected.popitem(last=False)
        return found

    def is_new(self, event_id: str) -> bool:
        """Whether no read of this id came before; remembers it."""
        if event_id in self.seen_ids:
            return False
        self.seen_ids[event_id] = None
        if len(self.seen_ids) > IDS_REMEMBERED:
            self.seen_ids.popitem(last=False)
        return True

    def add(self, arrival: Arrival) -> Iterable[Fault]:
        """Keep a read until a vehicle has it; give what is wrong about it, and what had to be given up for it."""
        insort(self.unused, arrival, key=lambda one: one.order)
        if (ahead_us := self.ahead_us(arrival)) > 0:
            what = (
                f"event {arrival.read.event_id} bears a time {ahead_us / US_PER_S:.3f} s later than its arrival and the tolerance allow; "
                "the camera's clock runs ahead, set it"
            )
            yield Fault(code="camera-clock-ahead", where=self.camera.name, what=what, reaction=Reaction.REJECT)
        if len(self.unused) > REMEMBERED:
            oldest = self.unused.pop(0).read
            what = f"event {oldest.event_id} ({oldest.text or 'no plate'}) at {oldest.time_us} us found no vehicle and is given up"
            yield Fault(code="plate-read-unmatched", where=self.camera.name, what=what, reaction=Reaction.REJECT)

    def ahead_us(self, arrival: Arrival) -> float:
        """Give by how much a read bears a later time than that of its arrival, beyond the tolerance; at most 0 for a possible one."""
        if arrival.arrived_us is None:
            return 0.0
        return arrival.read.time_us - self.clock.offset_us - arrival.arrived_us - self.clock.tolerance_us

    def within(self, expected_us: float, reach_us: float) -> list[PlateRead]:
        """Give the unused, possible reads within `reach_us` of a time on this camera's clock."""
        start = bisect_left(self.unused, expected_us - reach_us, key=lambda one: one.read.time_us)
        stop = bisect_right(self.unused, expected_us + reach_us, key=lambda one: one.read.time_us)
        return [arrival.read for arrival in self.unused[start:stop] if self.ahead_us(arrival) <= 0]

    def use(self, read: PlateRead) -> None:
        """Take a read out: a vehicle has it."""
        del self.unused[self._place(read)]

    def explain(self, read: PlateRead, probability: float) -> None:
        """Note that a read is some vehicle's with this probability, though not surely enough to be given to it."""
        arrival = self.unused[self._place(read)]
        arrival.explained = max(arrival.explained, probability)

    def _place(self, read: PlateRead) -> int:
        return bisect_left(self.unused, (read.time_us, read.event_id), key=lambda one: one.order)

    def foreign_hz(self, now_us: float) -> float:
        """Give how many reads a second have no vehicle, lately, on this camera's clock; doubt makes more of them than there were."""
        nearest, farthest = FOREIGN_WINDOW_US
        start = bisect_left(self.unused, now_us - farthest, key=lambda one: one.read.time_us)
        stop = bisect_left(self.unused, now_us - nearest, lo=start, key=lambda one: one.read.time_us)
        count = sum(1.0 - arrival.explained for arrival in self.unused[start:stop])
        return FOREIGN_MIN_HZ + FOREIGN_CAUTION * count * US_PER_S / (farthest - nearest)

    def decided(self, *, found: bool, seen: float) -> None:
        """Count a vehicle of this camera's own lane that was decided with or without a read, and was `seen` with some probability.

        The shares of what is missed and foreign go by probabilities, not by decisions: else doubt would feed on itself.
        """
        share = self.missed_share + (1.0 - seen - self.missed_share) / MISSED_OVER
        self._unsure = 0 if found else self._unsure + 1
        self.missed_share = min(max(share, MISSED_MIN), MISSED_MAX)
        self.missed_lately = min(self.missed_lately + 2, 2 * jump.LOOK) if not found else max(self.missed_lately - 1, 0)

    def doubt(self, alone: list[Passage]) -> float:
        """Give the probability that the clock has jumped, from what is still alone.

        Parameters
        ----------
        alone
            The latest vehicles of this camera's lanes without a read of it, in order of passage.
        """
        return jump.doubt(self._residuals_us(alone), self.clock.noise_us) if self.missed_lately else 0.0

    def follow_jump(self, alone: list[Passage]) -> bool:
        """Set the clock where it must have jumped to, and say so, if that is proven; `alone` as for `doubt`."""
        if self.clock.learned and (self._unsure < jump.SUPPORT or self.doubt(alone) < LIKELY):
            return False  # a clock by which vehicles are matched has not jumped, whatever the few that are left over look like
        width_us = min(JUMP_WIDTH * self.clock.noise_us, self.clock.tolerance_us * WIDEST)
        shift = jump.proven(self._residuals_us(alone), width_us, self.clock.tolerance_us)
        if shift is None:
            return False
        self.clock.jump(
            shift, float(max(passage.time_us for passage in alone)), is_said=self.clock.learned and abs(shift.shift_us) > width_us
        )
        self.missed_lately = 0
        return True

    def _residuals_us(self, alone: list[Passage]) -> NDArray[np.float64]:
        """Give read minus expected time of the latest unused reads and vehicles, (vehicles, reads)."""
        expected = np.array([self.clock.expected_us(self.seen(passage))[0] for passage in alone[-jump.LOOK :]], dtype=np.float64)
        reads = np.array([arrival.read.time_us for arrival in self.unused[-jump.LOOK :]], dtype=np.float64)
        residuals_us: NDArray[np.float64] = reads[None, :] - expected[:, None]
        return residuals_us
