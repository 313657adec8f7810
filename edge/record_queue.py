"""What is ready to be written down, in order: vehicles, and the plates that came after them. Without room in the outbox it waits here."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import structlog

from contract.faults import Fault, RetryError, StopError
from contract.units import KMH_PER_M_S
from edge.lane import Ready
from edge.matching.match import Match
from edge.recorder import Recorded, Recorder

HELD_MAX: Final = 100
"""Vehicles held in memory while the outbox has no room; the digitiser's ring has them too, so a restart loses none."""

RETRY_S: Final = 1.0

_log = structlog.get_logger("edge")


@dataclass(frozen=True, slots=True)
class LatePlate:
    """A plate found for a vehicle whose record is made already, or waits in this queue; `time_us` is when its read arrived, UTC."""

    match: Match
    time_us: int


class RecordQueue:
    """One queue for both, so that a late plate always comes after the vehicle it belongs to.

    Parameters
    ----------
    recorder
        Writes down the first of the queue.
    note
        Told each time the outbox has no room.

    Attributes
    ----------
    recorded
        Vehicles recorded since the start.
    """

    def __init__(self, recorder: Recorder, note: Callable[[Fault], None]) -> None:
        self.recorded = 0
        self._recorder = recorder
        self._note = note
        self._waiting: deque[Ready | LatePlate] = deque()
        self._retry_at_s = 0.0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, ready: Iterable[Ready | LatePlate]) -> None:
        """Put what is ready behind what waits."""
        self._waiting.extend(ready)

    def write_down(self, now_s: float, *, at_once: bool = False) -> Iterator[tuple[Ready, Recorded]]:
        """Record what waits, in order, and give each vehicle as it is recorded.

        When the outbox has no room, nothing is tried for `RETRY_S`, unless `at_once`.

        Raises
        ------
        StopError
            If more than `HELD_MAX` vehicles are left waiting, or the disk failed.
        """
        while self._waiting and (at_once or now_s >= self._retry_at_s):
            first = self._waiting[0]
            try:
                recorded = self._record(first)
            except RetryError as error:
                self._note(error.fault())
                self._retry_at_s = now_s + RETRY_S
                break
            self._waiting.popleft()
            if recorded is not None:
                yield recorded
        if sum(isinstance(one, Ready) for one in self._waiting) > HELD_MAX:
            raise StopError("outbox-full", "outbox", f"has had no room for {HELD_MAX} vehicles; free the disk, or bring the uplink back")

    def _record(self, first: Ready | LatePlate) -> tuple[Ready, Recorded] | None:
        if isinstance(first, LatePlate):
            self._recorder.supplement(first.match, first.time_us)
            return None
        recorded = self._recorder.record(first)
        self.recorded += 1
        _tell(first, recorded)
        return first, recorded


def _tell(ready: Ready, recorded: Recorded) -> None:
    vehicle = ready.vehicle
    _log.info(
        "recorded",
        seq=recorded.link.seq,
        lane=ready.lane,
        vehicle_class=vehicle.vehicle_class.code,
        gross_kg=round(vehicle.gross_kg),
        u_kg=round(vehicle.gross_u_kg),
        speed_kmh=round(vehicle.speed_m_s * KMH_PER_M_S, 1),
        plate_certainty=round(ready.match.certainty, 3) if ready.match.text else None,
    )
