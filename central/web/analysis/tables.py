"""The analysis as tables: columns and raw values, from which the page, its sentences, its charts and its CSV files are all made."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
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


@dataclass(frozen=True)
class Report:
    """Everything that a page of the analysis shows."""

    total: Traffic
    stations: Table
    hours: Table
    configurations: Table
    degrees: Table
    decisions: Table
    carriers: Table
    plates: Table
    matching: Table
    compliance: Table
    damage: Table
    damage_stations: Table
    patrol: Table
    week: Hours
    patrols: Patrols

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table, in the page's order."""
        return tuple(value for value in vars(self).values() if isinstance(value, Table))


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


def make_report(session: Session, choice: Choice, login: Login) -> Report:
    """Read the sums of a choice and lay them out."""
    selection = choice.selection
    stations = report.by_station(session, selection)
    steps = report.by_time(session, selection, choice.step)
    week = report.hours(session, selection)
    patrols = patrol.suggest(week, choice.shift_h)
    labels = {start: _step_label(start, choice) for start in steps}
    return Report(
        total=sum(stations.values(), Traffic()),
        stations=_stations(stations),
        hours=_hours(week),
        configurations=_configurations(report.configurations(session, selection)),
        degrees=_degrees(report.degrees(session, selection)),
        decisions=_decisions(report.decisions(session, selection)),
        carriers=_carriers(report.carriers(session, selection)),
        plates=_plates(report.repeated_plates(session, selection), plain=PlateSight.of(login).covers(frozenset(selection.stations))),
        matching=_matching(stations),
        compliance=_compliance([(labels[start], traffic) for start, traffic in steps.items()], choice),
        damage=_damage("damage", N_("Wear of the road over time"), _step_head(choice), [(labels[s], t) for s, t in steps.items()]),
        damage_stations=_damage("damage-stations", N_("Wear of the road by station"), STATION, list(stations.items())),
        patrol=_patrol(patrols),
        week=week,
        patrols=patrols,
    )


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
