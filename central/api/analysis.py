"""``/api/v1/analysis``: the figures of the analysis page for programs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, HTTPException, Query, Request, status
from sqlalchemy.orm import Session

from central.access import CentralDep
from central.analysis import patrol, report
from central.analysis.patrol import SHIFT_H, SHIFTS_H
from central.analysis.report import Step
from central.analysis.selection import Period, Selection, month_text, parse_month
from central.api import analysis_schemas as schemas
from central.api.caller import Caller, RequireScope
from central.api.examples import STATION
from central.api.noting import noted
from central.evidence.accounts.groups import groups
from central.evidence.aggregates.calendar import date_of
from central.evidence.aggregates.rebuild import station_ids
from central.evidence.journal import Verb
from central.evidence.masking import PlateSight, masked_plate
from central.evidence.tokens import Scope
from contract.names import Name

router = APIRouter(prefix="/api/v1/analysis", tags=["analysis"])
MONTH: Final = r"^[0-9]{4}-[0-9]{2}$"
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The figures, over the stations and months that it names."},
    400: {"description": "The months are none, or in the wrong order."},
    404: {"description": "There is no station group of that name."},
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a request is narrowed to, who asks, and the snapshot in which the stations were read and the sums are."""

    caller: Caller
    session: Session
    selection: Selection

    def frame(self) -> dict[str, Any]:
        """Give what every answer begins with."""
        period = self.selection.period
        return {"from_month": month_text(period.first), "until_month": month_text(period.end - 1), "stations": self.selection.stations}


def chosen_by(
    *,
    request: Request,
    caller: Annotated[Caller, Depends(RequireScope(Scope.ANALYSIS_READ))],
    central: CentralDep,
    station: Annotated[Name | None, Query(description="Only this station", examples=[STATION])] = None,
    group: Annotated[str | None, Query(max_length=60, description="Only the stations of this group", examples=["north"])] = None,
    first: Annotated[str | None, Query(alias="from", pattern=MONTH, description="First month", examples=["2026-01"])] = None,
    until: Annotated[str | None, Query(pattern=MONTH, description="Last month, itself within", examples=["2026-12"])] = None,
) -> Iterator[Chosen]:
    """Give, of the caller's stations, those of a group, or one; and whole months, by default the last year. That it was read is noted."""
    standard = Period.last_year(central.now_us())
    last = standard.end - 1 if until is None else parse_month(until)
    period = Period.between(min(standard.first, last) if first is None else parse_month(first), last)
    with central.database.snapshot() as session:
        enrolled = station_ids(session)
        members = None if group is None else _members(session, group)
        stations = tuple(one for one in enrolled if caller.sees(one) and station in {None, one} and (members is None or one in members))
        chosen = Chosen(caller, session, Selection(stations, period, whole=stations == enrolled))
        figures, told = request.url.path.rpartition("/")[2], chosen.frame() | {"stations": len(stations)}
        noted(central, caller, Verb.SAW, f"list/analysis/{figures}", told, search=str(chosen.selection))
        yield chosen


ChosenDep = Annotated[Chosen, Depends(chosen_by)]
ShiftHours = Annotated[int, Query(ge=SHIFTS_H[0], le=SHIFTS_H[-1], description="Length of a patrol in hours", examples=[2])]


@router.get("/stations", summary="Overloads, matching and wear by station", responses=_ANSWERS)
def by_station(chosen: ChosenDep) -> schemas.StationsAnswer:
    """Give a line for each station that had traffic, by id."""
    found = report.by_station(chosen.session, chosen.selection)
    return schemas.StationsAnswer(
        **chosen.frame(), lines=tuple(schemas.StationLine.of(traffic, station=name) for name, traffic in found.items())
    )


@router.get("/time", summary="Compliance, matching and wear over time", responses=_ANSWERS)
def by_time(
    chosen: ChosenDep, step: Annotated[Step, Query(description="How finely time is divided", examples=[Step.WEEK])] = Step.WEEK
) -> schemas.TimeAnswer:
    """Give a line for each day, week or month that had traffic, in order; `start` is its first local day."""
    found = report.by_time(chosen.session, chosen.selection, step)
    lines = tuple(schemas.TimeLine.of(traffic, start=date_of(day)) for day, traffic in found.items())
    return schemas.TimeAnswer(**chosen.frame(), step=step, lines=lines)


@router.get("/hours", summary="Overloads by hour and weekday", responses=_ANSWERS)
def by_hour(chosen: ChosenDep) -> schemas.HoursAnswer:
    """Give the 168 hours of the week, Monday first, in local time."""
    week = report.hours(chosen.session, chosen.selection)
    return schemas.HoursAnswer(**chosen.frame(), lines=schemas.HourLine.of(week))


@router.get("/configurations", summary="Overloads by axle configuration", responses=_ANSWERS)
def by_configuration(chosen: ChosenDep) -> schemas.ConfigurationsAnswer:
    """Give a line for each configuration of assessed vehicles, the one with most overloads first."""
    found = report.configurations(chosen.session, chosen.selection)
    return schemas.ConfigurationsAnswer(**chosen.frame(), lines=tuple(schemas.ConfigurationLine.model_validate(line) for line in found))


@router.get("/degrees", summary="Overloads by degree", responses=_ANSWERS)
def by_degree(chosen: ChosenDep) -> schemas.DegreesAnswer:
    """Give every band of overload, the lightest first."""
    found = report.degrees(chosen.session, chosen.selection)
    return schemas.DegreesAnswer(**chosen.frame(), lines=tuple(schemas.DegreeLine.model_validate(line) for line in found))


@router.get("/carriers", summary="Overloads by carrier", responses=_ANSWERS)
def by_carrier(chosen: ChosenDep) -> schemas.CarriersAnswer:
    """Give the carriers with most overloads, at most fifty, and last those whose carrier is not known (null)."""
    found = report.carriers(chosen.session, chosen.selection)
    return schemas.CarriersAnswer(**chosen.frame(), lines=tuple(schemas.CarrierLine.model_validate(line) for line in found))


@router.get("/plates", summary="Plates with several overloads", responses=_ANSWERS)
def repeated(chosen: ChosenDep) -> schemas.PlatesAnswer:
    """Give the plates with most overloads, at most fifty; whole to those who act on cases, their middle hidden from the others."""
    found = report.repeated_plates(chosen.session, chosen.selection)
    login = chosen.caller.login
    plain = login is not None and PlateSight.of(login).covers(frozenset(chosen.selection.stations))
    lines = tuple(schemas.PlateLine.of(line, line.plate if plain else masked_plate(line.plate)) for line in found)
    return schemas.PlatesAnswer(**chosen.frame(), lines=lines)


@router.get("/patrol", summary="Suggested patrol hours", responses=_ANSWERS)
def suggested(chosen: ChosenDep, shift_h: ShiftHours = SHIFT_H) -> schemas.PatrolAnswer:
    """Give the best shifts, none overlapping another, with the interval in which the rate lies; or why none is suggested."""
    found = patrol.suggest(report.hours(chosen.session, chosen.selection), shift_h)
    return schemas.PatrolAnswer(
        **chosen.frame(),
        mean_rate=found.mean,
        overloads=found.overloads,
        silence=found.silence,
        interval=patrol.INTERVAL,
        lines=tuple(schemas.PatrolLine.model_validate(line) for line in found.suggestions),
    )


def _members(session: Session, group: str) -> tuple[str, ...]:
    found = next((one.stations for one in groups(session) if one.name == group), None)
    if found is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"there is no station group {group!r}")
    return found
