"""Watches each lane's own scale drift while it weighs: vehicles and zeros into days, days kept on disk, days judged, alarms told.

It never changes a weight. What it keeps is small and may be lost without harm to any record, so that a disk that refuses it is a fault and
nothing more. A new calibration begins its days anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from calibration.drift.days import DayBook
from calibration.drift.finding import Finding
from calibration.drift.judge import judge
from calibration.drift.passing import Passings, passing_of
from calibration.drift.report import notices
from calibration.drift.store import KEPT_DAYS, DayStore
from calibration.drift.subjects import Sight, sight_of
from calibration.drift.sums import Day
from calibration.drift.words import sentence_of, verdict_of
from calibration.model import Calibration
from contract.faults import Fault, Reaction, RetryError
from contract.records import ClockState
from contract.station import Lane, Station
from contract.topics import DriftNotice
from contract.units import KMH_PER_M_S, US_PER_DAY, newton_to_kg
from contract.vehicles import Vehicle
from edge.lane import Ready

ZERO_EVERY_S: Final = 60.0
"""How often the zeros are looked at: 1 440 times a day tell their daily mean to far below what they wander."""

ZERO_AGAIN_S: Final = 1.0
"""When they are looked at again while a baseline is being learnt."""

SAVE_EVERY_S: Final = 600.0
"""How often the present day is written: what a power cut loses of it is a few dozen vehicles of the statistics, no record."""

JUDGE_EVERY_S: Final = 3.0 * 3600.0
"""How often the days are judged; it takes some hundredths of a second."""


class LaneDrift:
    """The drift of one lane under one calibration."""

    def __init__(self, lane: Lane, calibration: Calibration, store: DayStore | None) -> None:
        gains = {sensor.name: calibration.sensors[sensor.name].gain for sensor in lane.weighing_sensors}
        self.sight: Sight = sight_of(lane, gains)
        self.calibration = calibration.digest()
        self.damaged: list[Fault] = []
        self.alarms: tuple[Finding, ...] = ()
        self.notices: tuple[DriftNotice, ...] = ()
        self.zero_kg: dict[str, float] = {}
        self.without_day = 0
        self._lane = lane
        self._changed: set[int] = set()
        days: list[Day] = []
        if store is not None:
            days, damaged = store.days(lane.id, self.calibration)
            self.damaged = [error.fault() for error in damaged]
        self.book = DayBook(self.sight, days)

    def take(self, vehicle: Vehicle, day: int, pavement_c: float | None) -> None:
        """Take a vehicle into its day."""
        self.book.add_vehicle(day, _seen(self.sight, vehicle, pavement_c))
        self._changed.add(day)

    def look(self, zeros: Mapping[str, float], day: int | None, pavement_c: float | None) -> None:
        """Take the zeros of all channels, in counts by the sensor's name; without a day that is sure they are shown and not kept."""
        sensors = self._lane.weighing_sensors
        self.zero_kg = {sensor.name: newton_to_kg(zeros[sensor.name] * (sensor.newton_per_count or 0.0)) for sensor in sensors}
        if day is None:
            return
        self.book.add_zero(day, np.array(list(self.zero_kg.values())), np.nan if pavement_c is None else pavement_c)
        self._changed.add(day)

    def save(self, store: DayStore) -> None:
        """Write the days that changed."""
        for day in sorted(self._changed):
            store.put(self._lane.id, self.calibration, self.book.day(day))
            self._changed.discard(day)

    def judge(self, today: int) -> list[Fault]:
        """Judge the days up to today and give a fault for each alarm that was not there before."""
        self.book.forget_before(today - KEPT_DAYS)
        days = [day for day in self.book.days if day.number <= today]  # a clock that was wrong once must not stay the last word
        if not days:
            return []
        judgement = judge(self.sight, days)
        before = {(one.subject.kind, one.subject.name) for one in self.alarms}
        self.alarms, self.notices = judgement.alarms, notices(judgement, self._lane.id)
        return [self._fault(one) for one in self.alarms if (one.subject.kind, one.subject.name) not in before]

    def health(self) -> dict[str, Any]:
        """Give the state for the loopback door."""
        days = self.book.days
        return {
            "days": len(days),
            "vehicles": int(sum(day.compared.number for day in days)),
            "left_out": sum(day.left_out for day in days),
            "without_sure_day": self.without_day,
            "zero_kg": {name: round(value, 1) for name, value in self.zero_kg.items()},
            "alarms": [sentence_of(one, dated=True, language="en") for one in self.alarms],
        }

    def _fault(self, finding: Finding) -> Fault:
        what = f"{sentence_of(finding, dated=True, language='en')}: {verdict_of(finding, 'en')}"
        where = f"lane {self._lane.id} {finding.subject.kind} {finding.subject.name}"
        return Fault(code=f"drift-{finding.subject.kind}", where=where, what=what, reaction=Reaction.REJECT)


class DriftWatch:
    """The drift of a station's calibrated lanes.

    Parameters
    ----------
    station
        Its lanes are watched.
    calibration
        Gives what a lane goes by now. None is not watched: there is nothing it could have drifted from. A new one begins days of its own.
    path
        The file of days.
    note
        Told of alarms, and of a disk that refuses.
    """

    def __init__(
        self, station: Station, calibration: Callable[[int], Calibration | None], path: Path, note: Callable[[Fault], None]
    ) -> None:
        self._station = station
        self._calibration = calibration
        self._path = path
        self._note = note
        self._store: DayStore | None = None
        self._save_at_s = self._judge_at_s = self._look_at_s = 0.0
        self._gone_by: dict[int, Calibration] = {}
        self._lanes: dict[int, LaneDrift] = {}
        self._follow()

    @property
    def notices(self) -> tuple[DriftNotice, ...]:
        """Alarms that hold at the moment."""
        return tuple(notice for lane in self._lanes.values() for notice in lane.notices)

    def health(self) -> dict[str, Any]:
        """Give the state by lane for the loopback door."""
        return {str(number): lane.health() for number, lane in self._lanes.items()}

    def take(self, ready: Ready) -> None:
        """Take a recorded vehicle; one whose day is not sure does not count."""
        lane = self._lanes.get(ready.lane)
        if lane is None:
            return
        if ready.clock.state is ClockState.SYNCHRONISED:
            lane.take(ready.vehicle, ready.time_us // US_PER_DAY, ready.pavement_c)
        else:
            lane.without_day += 1

    def turn(self, now_s: float, now_us: int | None, zeros: Callable[[int], tuple[Mapping[str, float] | None, float | None]]) -> None:
        """Do what is due.

        Parameters
        ----------
        now_s, now_us
            Monotonic time, and UTC or None while the clock is not synchronised.
        zeros
            Gives a lane's zeros in counts (None while unknown) and its pavement's temperature.
        """
        self._follow()
        today = None if now_us is None else now_us // US_PER_DAY
        if now_s >= self._look_at_s:
            self._look_at_s = now_s + ZERO_EVERY_S
            for number, lane in self._lanes.items():
                levels, pavement_c = zeros(number)
                if levels is None:
                    self._look_at_s = now_s + ZERO_AGAIN_S
                else:
                    lane.look(levels, today, pavement_c)
        if today is not None and now_s >= self._judge_at_s:
            self._judge_at_s = now_s + JUDGE_EVERY_S
            for number, lane in self._lanes.items():
                self._judge(number, lane, today)
        if now_s >= self._save_at_s:
            self._save_at_s = now_s + SAVE_EVERY_S
            self._save()

    def close(self) -> None:
        """Write what is not written and close."""
        self._save()
        if self._store is not None:
            self._store.close()

    def _follow(self) -> None:
        """Begin anew where a lane goes by another calibration than it did."""
        for lane in self._station.lane:
            calibration = self._calibration(lane.id)
            if calibration is None or calibration is self._gone_by.get(lane.id):
                continue
            self._save()
            if self._store is None:
                self._open()
            self._gone_by[lane.id] = calibration
            self._lanes[lane.id] = self._lane(lane, calibration)

    def _judge(self, number: int, lane: LaneDrift, today: int) -> None:
        try:
            faults = lane.judge(today)
        except (ArithmeticError, ValueError) as error:  # no figure of drift is worth a station that does not weigh
            what = f"the days of drift cannot be judged ({error}); weighing goes on"
            faults = [Fault(code="drift-not-judged", where=f"lane {number}", what=what, reaction=Reaction.REJECT)]
        for fault in faults:
            self._note(fault)

    def _save(self) -> None:
        if self._store is None and self._lanes:
            self._open()
        if self._store is None:
            return
        try:
            for lane in self._lanes.values():
                lane.save(self._store)
        except RetryError as error:
            self._note(error.fault())

    def _open(self) -> None:
        try:
            self._store = DayStore(self._path)
        except RetryError as error:
            self._note(error.fault())

    def _lane(self, lane: Lane, calibration: Calibration) -> LaneDrift:
        try:
            found = LaneDrift(lane, calibration, self._store)
        except RetryError as error:
            self._note(error.fault())
            found = LaneDrift(lane, calibration, None)
        for fault in found.damaged:
            self._note(fault)
        return found


def _seen(sight: Sight, vehicle: Vehicle, pavement_c: float | None) -> Passings | None:
    """Give a vehicle as drift sees it, None where a flag or a sensor that did not weigh keeps it out."""
    if vehicle.flags or vehicle.speed_m_s <= 0.0:
        return None
    unseen = (None,) * len(vehicle.axles)
    nominal: NDArray[np.float64] = np.array([vehicle.nominal_kg.get(name, unseen) for name in sight.sensors], np.float64).T
    behind_m = np.cumsum([axle.spacing_m or 0.0 for axle in vehicle.axles])
    return passing_of(sight, nominal, behind_m, vehicle.speed_m_s * KMH_PER_M_S, np.nan if pavement_c is None else pavement_c)
