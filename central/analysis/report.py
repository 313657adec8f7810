"""The figures of one selection, read from the sums: some thousand rows, however many passages stand behind them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from central.analysis.selection import Selection
from central.evidence.aggregates.calendar import DAYS_PER_WEEK, HOURS_PER_DAY, first_day, month_of, start_us, weekday_of
from central.evidence.aggregates.passage import DEGREES_PERMILLE
from central.evidence.aggregates.rollups import table_of
from central.evidence.models import (
    Carrier,
    Case,
    NetworkDay,
    NetworkHour,
    OverloadPlate,
    TrafficClass,
    TrafficDay,
    TrafficDegree,
    TrafficHour,
    TrafficMonth,
)
from central.evidence.models.base import Base
from central.evidence.retention_due import DISMISSED
from contract.units import PPM

LINES_MAX: Final = 50
"""Most carriers and plates that are listed."""
OPEN: Final = "open"
DECISIONS: Final = ("penalty", "warning", "no-action", DISMISSED, OPEN)
"""What may have become of a case."""
REPEATS_MIN: Final = 2
"""Overloads from which on a plate is a repeated one."""
_READ_IN_ORDER: Final = 0
"""Added to the time that narrows a question, so that the index by which the answer is grouped is read from end to end and no other: on
SQLite that takes a third of finding the rows by time and sorting them."""
_REFERENCE_DAY: Final = 4
"""1970-01-05, a Monday: weeks are counted from it."""


class Step(StrEnum):
    """How finely time is divided."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Traffic:
    """Sums over some passages; damage in equivalent standard axle loads."""

    passages: int = 0
    assessed: int = 0
    inside_guard: int = 0
    overloads: int = 0
    enforceable: int = 0
    unread: int = 0
    unsure: int = 0
    over_kg: int = 0
    damage: float = 0.0
    overload_damage: float = 0.0

    @property
    def unmatched(self) -> int:
        """Passages that are matched with no plate, or with none that is certain enough."""
        return self.unread + self.unsure

    def __add__(self, other: "Traffic") -> "Traffic":
        return Traffic(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


@dataclass(frozen=True, slots=True)
class ConfigurationLine:
    """Assessed vehicles of one axle configuration."""

    vehicle_class: str
    assessed: int
    overloads: int
    over_kg: int
    damage: float


@dataclass(frozen=True, slots=True)
class DegreeLine:
    """Overloads of one band, over its lower end and up to its upper end, in thousandths of the limit; the last has no upper end."""

    above_permille: int
    upto_permille: int | None
    overloads: int
    enforceable: int
    over_kg: int


@dataclass(frozen=True, slots=True)
class CarrierLine:
    """Overloads of one carrier's vehicles; None stands for all whose carrier is not known."""

    carrier: str | None
    vehicles: int
    overloads: int
    over_kg: int


@dataclass(frozen=True, slots=True)
class PlateLine:
    """A plate with several overloads, and over how many stations."""

    plate: str
    carrier: str | None
    overloads: int
    stations: int
    over_kg: int


@dataclass(frozen=True, slots=True)
class Hours:
    """The week: passages and overloads by weekday (Monday first) and hour, int64 (7, 24); `days`, int64 (7,), is how many days stood behind
    each weekday, a day of each station that had a passage.
    """

    passages: NDArray[np.int64]
    overloads: NDArray[np.int64]
    days: NDArray[np.int64]

    @property
    def observed_h(self) -> NDArray[np.int64]:
        """Hours behind each cell, int64 (7, 24)."""
        return np.repeat(self.days[:, None], HOURS_PER_DAY, axis=1)


def by_station(session: Session, selection: Selection) -> dict[str, Traffic]:
    """Give the traffic of each station that had any."""
    query = _figures(TrafficMonth, TrafficMonth.station).where(*_months(TrafficMonth, selection))
    return {row[0]: _traffic(row[1:]) for row in session.execute(query)}


def by_time(session: Session, selection: Selection, step: Step) -> dict[int, Traffic]:
    """Give the traffic of each step that had any, by its first day."""
    if step is Step.MONTH:
        query = _figures(TrafficMonth, TrafficMonth.month).where(*_months(TrafficMonth, selection))
        return {first_day(row[0]): _traffic(row[1:]) for row in session.execute(query)}
    table = NetworkDay if selection.whole else TrafficDay
    found: dict[int, Traffic] = {}
    for row in session.execute(_figures(table, table.day).where(*_days(table, selection))):
        start = start_of(row[0], step)
        found[start] = found.get(start, Traffic()) + _traffic(row[1:])
    return dict(sorted(found.items()))


def start_of(day: int, step: Step) -> int:
    """Give the first day of the step that a day belongs to."""
    match step:
        case Step.DAY:
            return day
        case Step.WEEK:
            return day - (day - _REFERENCE_DAY) % DAYS_PER_WEEK
        case Step.MONTH:
            return first_day(month_of(day))


def hours(session: Session, selection: Selection) -> Hours:
    """Give the week."""
    passages, overloads = (np.zeros((DAYS_PER_WEEK, HOURS_PER_DAY), np.int64) for _ in range(2))
    table = NetworkHour if selection.whole else TrafficHour
    # One number to group by: of two columns, SQLite sorts twice as long.
    cell = (table.weekday * HOURS_PER_DAY + table.hour).label("cell")
    query = select(cell, func.sum(table.passages), func.sum(table.overloads)).where(*_months(table, selection)).group_by(cell)
    for place, passed, over in session.execute(query):
        passages.flat[place], overloads.flat[place] = passed, over
    days = np.zeros(DAYS_PER_WEEK, np.int64)
    counted = select(TrafficDay.day, func.count()).where(*_days(TrafficDay, selection)).group_by(TrafficDay.day)
    for day, count in session.execute(counted):
        days[weekday_of(day)] += count
    return Hours(passages, overloads, days)


def configurations(session: Session, selection: Selection) -> tuple[ConfigurationLine, ...]:
    """Give the axle configurations, the one with most overloads first."""
    table = TrafficClass
    sums = (func.sum(table.assessed), func.sum(table.overloads), func.sum(table.over_kg), func.sum(table.damage_ppm))
    query = select(table.vehicle_class, *sums).where(*_months(table, selection)).group_by(table.vehicle_class)
    lines = (
        ConfigurationLine(code, int(assessed), int(overloads), int(over_kg), int(damage_ppm) / PPM)
        for code, assessed, overloads, over_kg, damage_ppm in session.execute(query)
    )
    return tuple(sorted(lines, key=lambda line: (-line.overloads, -line.assessed, line.vehicle_class)))


def degrees(session: Session, selection: Selection) -> tuple[DegreeLine, ...]:
    """Give every band of overload, the lightest first."""
    table = TrafficDegree
    query = select(table.degree, func.sum(table.overloads), func.sum(table.enforceable), func.sum(table.over_kg))
    rows = session.execute(query.where(*_months(table, selection)).group_by(table.degree))
    found = {band: (int(overloads), int(enforceable), int(over_kg)) for band, overloads, enforceable, over_kg in rows}
    bounds = (0, *DEGREES_PERMILLE, None)
    return tuple(DegreeLine(bounds[band] or 0, bounds[band + 1], *found.get(band, (0, 0, 0))) for band in range(len(bounds) - 1))


def carriers(session: Session, selection: Selection) -> tuple[CarrierLine, ...]:
    """Give the carriers with most overloads, and last those whose carrier is not known; of overloads whose plate is held."""
    plates = _by_plate(selection).subquery()
    query = (
        select(Carrier.name, func.count(), func.sum(plates.c.overloads), func.sum(plates.c.over_kg))
        .select_from(plates)
        .outerjoin(Carrier, Carrier.plate == plates.c.plate)
        .group_by(Carrier.name)
    )
    lines = [CarrierLine(name, vehicles, int(overloads), int(over_kg)) for name, vehicles, overloads, over_kg in session.execute(query)]
    known = sorted((line for line in lines if line.carrier is not None), key=lambda line: (-line.overloads, line.carrier or ""))
    return (*known[:LINES_MAX], *(line for line in lines if line.carrier is None))


def repeated_plates(session: Session, selection: Selection) -> tuple[PlateLine, ...]:
    """Give the plates with most overloads, from two on; of overloads whose plate is held."""
    plates = _by_plate(selection).having(func.sum(OverloadPlate.overloads) >= REPEATS_MIN).subquery()
    found = session.execute(select(plates).order_by(plates.c.overloads.desc(), plates.c.plate).limit(LINES_MAX)).all()
    listed = OverloadPlate.plate.in_([plate for plate, *_ in found])
    counted = select(OverloadPlate.plate, func.count(OverloadPlate.station.distinct()).label("stations")).where(
        listed, *_months(OverloadPlate, selection)
    )
    stations: dict[str, int] = {row.plate: row.stations for row in session.execute(counted.group_by(OverloadPlate.plate))}
    known = select(Carrier.plate, Carrier.name).where(Carrier.plate.in_(stations))
    names: dict[str, str] = {row.plate: row.name for row in session.execute(known)}
    return tuple(PlateLine(plate, names.get(plate), int(times), stations[plate], int(over_kg)) for plate, times, over_kg in found)


def _by_plate(selection: Selection) -> Select[str, int, int]:
    """Give plate, overloads and excess freight of each plate."""
    sums = (func.sum(OverloadPlate.overloads).label("overloads"), func.sum(OverloadPlate.over_kg).label("over_kg"))
    period, month = selection.period, OverloadPlate.month + _READ_IN_ORDER
    within = (month >= period.first, month < period.end, *_stations(OverloadPlate, selection))
    return select(OverloadPlate.plate, *sums).where(*within).group_by(OverloadPlate.plate)


def decisions(session: Session, selection: Selection) -> dict[str, int]:
    """Give how many cases of the period's overloads ended as ``penalty``, ``warning``, ``no-action`` or ``dismissed``, or are ``open``.

    Read from the cases themselves, which are as few as the overloads: a decision counts from when it is made for as long as it stands.
    """
    first, end = selection.period.days
    passed_us = Case.time_us + _READ_IN_ORDER
    query = select(Case.outcome, Case.state, func.count()).where(passed_us >= start_us(first), passed_us < start_us(end))
    found = dict.fromkeys(DECISIONS, 0)
    grouped = query.where(*_stations(Case, selection)).group_by(Case.outcome, Case.state)
    for outcome, state, count in session.execute(grouped):
        found[DISMISSED if state == DISMISSED else outcome or OPEN] += count
    return found


def months_with_traffic(session: Session) -> tuple[int, int] | None:
    """Give the first and last month of any passage, None before the first one."""
    first, last = session.execute(select(func.min(NetworkDay.day), func.max(NetworkDay.day))).one()
    return None if first is None else (month_of(first), month_of(last))


def _figures(table: type[TrafficMonth | TrafficDay | NetworkDay], key: InstrumentedAttribute[Any]) -> Select[*tuple[Any, ...]]:
    """Give the sums of days, in the order of `Traffic`'s fields, after the key by which they are grouped."""
    columns = (
        table.passages,
        table.assessed,
        table.inside_guard,
        table.overloads,
        table.enforceable,
        table.unread,
        table.unsure,
        table.over_kg,
        table.damage_ppm,
        table.overload_damage_ppm,
    )
    return select(key, *(func.sum(column) for column in columns)).group_by(key).order_by(key)


def _traffic(figures: Sequence[int]) -> Traffic:
    *counts, damage_ppm, overload_damage_ppm = (int(figure) for figure in figures)
    return replace(Traffic(*counts), damage=damage_ppm / PPM, overload_damage=overload_damage_ppm / PPM)


def _days(table: type[TrafficDay | NetworkDay], selection: Selection) -> tuple[ColumnElement[bool], ...]:
    first, end = selection.period.days
    return table.day >= first, table.day < end, *_stations(table, selection)


def _months(table: type[Base], selection: Selection) -> tuple[ColumnElement[bool], ...]:
    """Narrow a table that is keyed by month and station; each is named where stations are left out, so that none of theirs is read."""
    period, month = selection.period, table_of(table).c.month
    if selection.whole:
        return month >= period.first, month < period.end
    return month.in_(range(period.first, period.end)), *_stations(table, selection)


def _stations(table: type[Base], selection: Selection) -> tuple[ColumnElement[bool], ...]:
    """Narrow a table to the stations; where none is left out there is nothing to ask of each row."""
    return () if selection.whole else (table_of(table).c.station.in_(selection.stations),)
