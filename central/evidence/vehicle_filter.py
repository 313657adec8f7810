"""What a list of vehicles, a search or an export is narrowed to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, Select

from central.evidence.models import Vehicle
from contract.verdicts import Outcome

Row = TypeVarTuple("Row")


@dataclass(frozen=True, slots=True)
class VehicleFilter:
    """What a list is narrowed to; None leaves a field open.

    Times are UTC in µs, [from_us, until_us); `plate` matches any part of it; `over_permille_min` is the least excess, in thousandths of
    the limit; `within` are the stations of which the asker may know.
    """

    station: str | None = None
    from_us: int | None = None
    until_us: int | None = None
    outcome: Outcome | None = None
    enforceable: bool | None = None
    plate: str | None = None
    within: frozenset[str] | None = None
    lane: int | None = None
    axles: int | None = None
    vehicle_class: str | None = None
    over_permille_min: int | None = None
    speed_min_mm_s: int | None = None
    speed_max_mm_s: int | None = None


def narrow(query: Select[*Row], narrowed: VehicleFilter) -> Select[*Row]:
    """Narrow any query over `Vehicle` to what a filter leaves."""
    for condition in _conditions(narrowed):
        query = query.where(condition)
    return query


def _conditions(narrowed: VehicleFilter) -> Iterator[ColumnElement[bool]]:
    equal = (
        (Vehicle.station, narrowed.station),
        (Vehicle.outcome, None if narrowed.outcome is None else narrowed.outcome.value),
        (Vehicle.enforceable, narrowed.enforceable),
        (Vehicle.lane, narrowed.lane),
        (Vehicle.axles, narrowed.axles),
        (Vehicle.vehicle_class, narrowed.vehicle_class),
    )
    yield from (column == value for column, value in equal if value is not None)
    if narrowed.within is not None:
        yield Vehicle.station.in_(narrowed.within)
    if narrowed.from_us is not None:
        yield Vehicle.time_us >= narrowed.from_us
    if narrowed.until_us is not None:
        yield Vehicle.time_us < narrowed.until_us
    if narrowed.plate:
        yield holds_text(narrowed.plate)
    if narrowed.over_permille_min is not None:
        # A vehicle without a limit has none to be over: the product is NULL, and NULL is not true.
        yield Vehicle.over_kg * 1_000 >= Vehicle.limit_kg * narrowed.over_permille_min
    if narrowed.speed_min_mm_s is not None:
        yield Vehicle.speed_mm_s >= narrowed.speed_min_mm_s
    if narrowed.speed_max_mm_s is not None:
        yield Vehicle.speed_mm_s <= narrowed.speed_max_mm_s


def holds_text(part: str) -> ColumnElement[bool]:
    """Give the condition that a vehicle's plate holds a text, however it was typed."""
    return Vehicle.plate.contains(part.strip().upper(), autoescape=True)
