"""The analysis as tables: columns and raw values, from which the page, its sentences, its charts and its CSV files are all made."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from sqlalchemy.orm import Session

from central.analysis import patrol, report
from central.analysis.patrol import Patrols
from central.analysis.report import Hours, Traffic
from central.analysis.selection import month_text
from central.evidence.accounts import Login
from central.evidence.aggregates.calendar import HOURS_PER_DAY, date_of, month_of
from central.evidence.masking import PlateSight, masked_plate
from central.web.analysis.choice import Choice
from central.web.translation import N_

Value = str | int | float | None


class Kind(StrEnum):
    """How a column's values are written."""

    TEXT = "text"
    COUNT = "count"
    SHARE = "share"
    TONNES = "tonnes"
    AXLES = "axles"
    RATE = "rate"
    WORD = "word"
    """A text that is translated."""
    CARRIER = "carrier"
    """A carrier's name; None where it is not known."""
    PLATE = "plate"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its untranslated head, its unit and how its values are written."""

    head: str
    kind: Kind = Kind.COUNT
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """One table; loads are in kg, damage in equivalent standard axle loads, shares from 0 to 1."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]


WEEKDAYS: Final = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))
DECISION_WORDS: Final = {
    "penalty": N_("Penalty"),
    "warning": N_("Warning"),
    "no-action": N_("No action"),
    "dismissed": N_("Dismissed"),
    "open": N_("Not decided yet"),
}
STATION: Final = Column(N_("Station"), Kind.TEXT)
PASSAGES: Final = Column(N_("Passages"))
ASSESSED: Final = Column(N_("Assessed"))
OVERLOADS: Final = Column(N_("Overloads"))
ENFORCEABLE: Final = Column(N_("Enforceable"))
SHARE: Final = Column(N_("Overloads of the assessed"), Kind.SHARE, "%")
EXCESS: Final = Column(N_("Excess freight"), Kind.TONNES, "t")
DAMAGE: Final = Column(N_("Damage"), Kind.AXLES, "ESAL")
OVERLOAD_DAMAGE: Final = Column(N_("by overloaded vehicles"), Kind.AXLES, "ESAL")
DAMAGE_SHARE: Final = Column(N_("Share by overloaded vehicles"), Kind.SHARE, "%")


TABLE_IDS: Final = (
    *("stations", "hours", "configurations", "degrees", "decisions", "carriers"),
    *("plates", "matching", "compliance", "damage", "damage-stations", "patrol"),
)
"""Every table, in the order in which they are listed."""


class Report:
    """Everything that a page of the analysis shows, each part read from the sums when it is first asked for, and once.

    Parameters
    ----------
    session
        One of the snapshot in which the choice was read.
    choice, login
        What is shown, and to whom.
    """

    def __init__(self, session: Session, choice: Choice, login: Login) -> None:
        self._session, self._choice, self._login = session, choice, login
        self._selection = choice.selection

    def table(self, table_id: str) -> Table:
        """Give the table of an id, one of `TABLE_IDS`."""
        found: Table = getattr(self, table_id.replace("-", "_"))
        return found

    @cached_property
    def total(self) -> Traffic:
        """All the traffic."""
        return sum(self._by_station.values(), Traffic())

    @cached_property
    def week(self) -> Hours:
        """The hours of the week."""
        return report.hours(self._session, self._selection)

    @cached_property
    def patrols(self) -> Patrols:
        """The suggested patrols."""
        return patrol.suggest(self.week, self._choice.shift_h)

    @cached_property
    def stations(self) -> Table:
        """Overloads by station."""
        return _stations(self._by_station)

    @cached_property
    def hours(self) -> Table:
        """Overloads by hour and weekday."""
        return _hours(self.week)

    @cached_property
    def configurations(self) -> Table:
        """Overloads by axle configuration."""
        return _configurations(report.configurations(self._session, self._selection))

    @cached_property
    def degrees(self) -> Table:
        """Overloads by degree."""
        return _degrees(report.degrees(self._session, self._selection))

    @cached_property
    def decisions(self) -> Table:
        """What became of the cases."""
        return _decisions(report.decisions(self._session, self._selection))

    @cached_property
    def carriers(self) -> Table:
        """Overloads by carrier."""
        return _carriers(report.carriers(self._session, self._selection))

    @cached_property
    def plates(self) -> Table:
        """Plates with several overloads, whole where the reader sees every one of them."""
        plain = PlateSight.of(self._login).covers(frozenset(self._selection.stations))
        return _plates(report.repeated_plates(self._session, self._selection), plain=plain)

    @cached_property
    def matching(self) -> Table:
        """Passages without a certain plate."""
        return _matching(self._by_station)

    @cached_property
    def compliance(self) -> Table:
        """Compliance over time."""
        return _compliance(self._steps, self._choice)

    @cached_property
    def damage(self) -> Table:
        """Wear of the road over time."""
        return _damage("damage", N_("Wear of the road over time"), _step_head(self._choice), self._steps)

    @cached_property
    def damage_stations(self) -> Table:
        """Wear of the road by station."""
        return _damage("damage-stations", N_("Wear of the road by station"), STATION, list(self._by_station.items()))

    @cached_property
    def patrol(self) -> Table:
        """Suggested patrol hours."""
        return _patrol(self.patrols)

    @cached_property
    def _by_station(self) -> dict[str, Traffic]:
        return report.by_station(self._session, self._selection)

    @cached_property
    def _steps(self) -> list[tuple[str, Traffic]]:
        steps = report.by_time(self._session, self._selection, self._choice.step)
        return [(_step_label(start, self._choice), traffic) for start, traffic in steps.items()]


def share(part: float, whole: float) -> float | None:
    """Give a share, None of nothing."""
    return part / whole if whole else None


def _step_head(choice: Choice) -> Column:
    heads = {report.Step.DAY: N_("Day"), report.Step.WEEK: N_("Week from"), report.Step.MONTH: N_("Month")}
    return Column(heads[choice.step], Kind.TEXT)


def _step_label(start: int, choice: Choice) -> str:
    return month_text(month_of(start)) if choice.step is report.Step.MONTH else date_of(start).isoformat()


def _stations(found: dict[str, Traffic]) -> Table:
    columns = (STATION, PASSAGES, ASSESSED, Column(N_("Inside guard band")), OVERLOADS, ENFORCEABLE, SHARE, EXCESS)
    ordered = sorted(found.items(), key=lambda item: (-item[1].overloads, item[0]))
    rows = (
        (name, t.passages, t.assessed, t.inside_guard, t.overloads, t.enforceable, share(t.overloads, t.assessed), t.over_kg)
        for name, t in ordered
    )
    return Table("stations", N_("Overloads by station"), columns, tuple(rows))


def _hours(week: Hours) -> Table:
    columns = (
        Column(N_("Weekday"), Kind.WORD),
        Column(N_("Hour"), Kind.TEXT),
        PASSAGES,
        OVERLOADS,
        Column(N_("Days observed")),
        Column(N_("Overloads an hour"), Kind.RATE),
    )
    rows = tuple(
        (
            name,
            _clock(hour, 1),
            int(week.passages[weekday, hour]),
            int(week.overloads[weekday, hour]),
            int(week.days[weekday]),
            share(int(week.overloads[weekday, hour]), int(week.days[weekday])),
        )
        for weekday, name in enumerate(WEEKDAYS)
        for hour in range(HOURS_PER_DAY)
    )
    return Table("hours", N_("Overloads by hour and weekday"), columns, rows)


def _configurations(lines: Sequence[report.ConfigurationLine]) -> Table:
    columns = (Column(N_("Axle configuration"), Kind.TEXT), ASSESSED, OVERLOADS, SHARE, EXCESS, DAMAGE)
    rows = ((x.vehicle_class, x.assessed, x.overloads, share(x.overloads, x.assessed), x.over_kg, x.damage) for x in lines)
    return Table("configurations", N_("Overloads by axle configuration"), columns, tuple(rows))


def _degrees(lines: Sequence[report.DegreeLine]) -> Table:
    total = sum(line.overloads for line in lines)
    columns = (
        Column(N_("Over the limit by"), Kind.TEXT, "%"),
        OVERLOADS,
        Column(N_("Of all overloads"), Kind.SHARE, "%"),
        ENFORCEABLE,
        EXCESS,
    )
    rows = ((degree_label(x), x.overloads, share(x.overloads, total), x.enforceable, x.over_kg) for x in lines)
    return Table("degrees", N_("Overloads by degree"), columns, tuple(rows))


def degree_label(line: report.DegreeLine) -> str:
    """Write a band in per cent, as ``5–10`` or ``> 100``."""
    if line.upto_permille is None:
        return f"> {line.above_permille / 10:g}"
    return f"{line.above_permille / 10:g}–{line.upto_permille / 10:g}"


def _decisions(found: dict[str, int]) -> Table:
    total = sum(found.values())
    columns = (Column(N_("Outcome"), Kind.WORD), Column(N_("Cases")), Column(N_("Of all cases"), Kind.SHARE, "%"))
    rows = tuple((DECISION_WORDS[name], count, share(count, total)) for name, count in found.items()) if total else ()
    return Table("decisions", N_("What became of the cases"), columns, rows)


def _carriers(lines: Sequence[report.CarrierLine]) -> Table:
    columns = (Column(N_("Carrier"), Kind.CARRIER), Column(N_("Vehicles")), OVERLOADS, EXCESS)
    rows = ((x.carrier, x.vehicles, x.overloads, x.over_kg) for x in lines)
    return Table("carriers", N_("Overloads by carrier"), columns, tuple(rows))


def _plates(lines: Sequence[report.PlateLine], *, plain: bool) -> Table:
    columns = (
        Column(N_("Plate"), Kind.PLATE if plain else Kind.TEXT),
        Column(N_("Carrier"), Kind.CARRIER),
        OVERLOADS,
        Column(N_("Stations")),
        EXCESS,
    )
    rows = ((x.plate if plain else masked_plate(x.plate), x.carrier, x.overloads, x.stations, x.over_kg) for x in lines)
    return Table("plates", N_("Plates with several overloads"), columns, tuple(rows))


def _matching(found: dict[str, Traffic]) -> Table:
    columns = (
        STATION,
        PASSAGES,
        Column(N_("No plate read")),
        Column(N_("Plate uncertain")),
        Column(N_("Share without a plate"), Kind.SHARE, "%"),
        Column(N_("Share uncertain"), Kind.SHARE, "%"),
    )
    rows = ((name, t.passages, t.unread, t.unsure, share(t.unread, t.passages), share(t.unsure, t.passages)) for name, t in found.items())
    return Table("matching", N_("Passages without a certain plate"), columns, tuple(rows))


def _compliance(steps: list[tuple[str, Traffic]], choice: Choice) -> Table:
    columns = (_step_head(choice), ASSESSED, OVERLOADS, Column(N_("Kept to the limits"), Kind.SHARE, "%"))
    rows = ((label, t.assessed, t.overloads, share(t.assessed - t.overloads, t.assessed)) for label, t in steps)
    return Table("compliance", N_("Compliance over time"), columns, tuple(rows))


def _damage(name: str, title: str, head: Column, found: list[tuple[str, Traffic]]) -> Table:
    columns = (head, ASSESSED, DAMAGE, OVERLOAD_DAMAGE, DAMAGE_SHARE)
    rows = ((label, t.assessed, t.damage, t.overload_damage, share(t.overload_damage, t.damage)) for label, t in found)
    return Table(name, title, columns, tuple(rows))


def _patrol(found: Patrols) -> Table:
    columns = (
        Column(N_("Weekday"), Kind.WORD),
        Column(N_("Hours"), Kind.TEXT),
        Column(N_("Overloads an hour"), Kind.RATE),
        Column(N_("at least"), Kind.RATE),
        Column(N_("at most"), Kind.RATE),
        Column(N_("Counted")),
        Column(N_("Days observed")),
        Column(N_("Above the week's mean"), Kind.WORD),
    )
    rows = (
        (
            WEEKDAYS[x.weekday],
            _clock(x.hour, x.hours),
            x.rate,
            x.low,
            x.high,
            x.overloads,
            x.observed,
            N_("surely") if x.stands_out else N_("not surely"),
        )
        for x in found.suggestions
    )
    return Table("patrol", N_("Suggested patrol hours"), columns, tuple(rows))


def _clock(hour: int, hours: int) -> str:
    return f"{hour:02d}:00–{hour + hours:02d}:00"
