"""What of the vehicles is due to be deleted, by the schedule that `central.evidence.retention` carries out."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from central.evidence.holds import is_held
from central.evidence.models import Case, Record, Supplement, Vehicle
from contract.units import US_PER_DAY
from contract.verdicts import Outcome

BATCH: Final = 100
"""Vehicles in one transaction: short enough that ingest does not wait."""
STRETCH: Final = 500
"""Vehicles that are looked at at a time for what is due."""

NOT_OVERLOADED: Final = tuple(str(outcome) for outcome in Outcome if outcome is not Outcome.OVERLOAD)
DISMISSED: Final = "dismissed"
"""State of a case that led to nothing (`central.review.workflow`)."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How many days media and plates are kept: of vehicles that were not overloaded after they came, of overloads after their case was
    dismissed or closed, and of supplements whose vehicle never came.
    """

    not_overloaded_days: float
    dismissed_case_days: float
    closed_case_days: float
    orphan_days: float


@dataclass(frozen=True, slots=True)
class Due:
    """What one sweep takes: records of vehicles, or of supplements, after how many days."""

    vehicles: tuple[int, ...] = ()
    supplements: tuple[int, ...] = ()
    after_days: float = 0.0


def find_due(session: Session, now_us: int, schedule: Schedule) -> Due | None:
    """Find what is due next, None where nothing is. It looks at much that is not due, so it is asked before anything is locked.

    Parameters
    ----------
    session
        A reading one.
    now_us
        UTC in µs.
    schedule
        How long what is kept.
    """
    after = schedule.not_overloaded_days
    for outcome in NOT_OVERLOADED:
        if found := _not_overloaded(session, outcome, _before_us(now_us, after)):
            return Due(vehicles=found, after_days=after)
    for over, days in _cases_over(now_us, schedule):
        if cases := session.scalars(_is_due(over).order_by(Vehicle.record_id).limit(BATCH)).all():
            return Due(vehicles=tuple(cases), after_days=days)
    late = session.scalars(_late_supplements(_before_us(now_us, schedule.orphan_days)).limit(BATCH)).all()
    return Due(supplements=tuple(late)) if late else None


def still_due(session: Session, due: Due, now_us: int, schedule: Schedule) -> tuple[list[int], list[int]]:
    """Give what is still due of the vehicles and of the supplements that were found, within a writing session: a hold may have come."""
    if due.supplements:
        query = _late_supplements(_before_us(now_us, schedule.orphan_days)).where(Supplement.record_id.in_(due.supplements))
        return [], list(session.scalars(query))
    came_before = Record.received_us < _before_us(now_us, schedule.not_overloaded_days)
    light = select(Vehicle.record_id).join(Record, Record.id == Vehicle.record_id).where(Vehicle.outcome.in_(NOT_OVERLOADED), came_before)
    found: set[int] = set()
    for query in (light, *(over for over, _ in _cases_over(now_us, schedule))):
        found.update(session.scalars(_is_due(query).where(Vehicle.record_id.in_(due.vehicles))))
    return sorted(found), []


def _before_us(now_us: int, days: float) -> int:
    return now_us - round(days * US_PER_DAY)


def _is_due(query: Select[int]) -> Select[int]:
    """Of the vehicles of a query, those that were not swept and are not held."""
    return query.where(Vehicle.swept_us.is_(None), ~is_held())


def _not_overloaded(session: Session, outcome: str, before_us: int) -> tuple[int, ...]:
    """Give what is due of vehicles of one outcome that are no case.

    Records are numbered as they come, so the first stretch in which none is old enough ends the search; what came while the clock was set
    back waits for those before it.
    """
    after_id = 0
    while True:
        query = select(Vehicle.record_id, Record.received_us, is_held()).join(Record, Record.id == Vehicle.record_id)
        query = query.where(Vehicle.swept_us.is_(None), Vehicle.outcome == outcome, Vehicle.record_id > after_id)
        stretch = session.execute(query.order_by(Vehicle.record_id).limit(STRETCH)).all()
        old = [(record_id, held) for record_id, received_us, held in stretch if received_us < before_us]
        if due := [record_id for record_id, held in old if not held]:
            return tuple(due[:BATCH])
        if not old:
            return ()
        after_id = stretch[-1][0]


def _cases_over(now_us: int, schedule: Schedule) -> tuple[tuple[Select[int], float], ...]:
    """Give what is due of overloads whose case has ended long enough ago, and after how many days; one without a case waits for it."""
    overloads = select(Vehicle.record_id).join(Case, Case.record_id == Vehicle.record_id).where(Vehicle.outcome == Outcome.OVERLOAD.value)
    dismissed, closed = schedule.dismissed_case_days, schedule.closed_case_days
    return (
        (overloads.where(Case.state == DISMISSED, Case.entered_us < _before_us(now_us, dismissed)), dismissed),
        (overloads.where(Case.state != DISMISSED, Case.closed_us < _before_us(now_us, closed)), closed),
    )


def _late_supplements(before_us: int) -> Select[int]:
    """Give supplements that came after their vehicle was swept, and such whose vehicle has not come at all."""
    own = aliased(Record)  # by its number a vehicle is found through its record alone
    its_own = and_(own.station == Supplement.station, own.seq == Supplement.of_seq, own.id == Vehicle.record_id)
    is_orphan = and_(~exists().where(its_own), Record.received_us < before_us)
    query = select(Supplement.record_id).join(Record, Record.id == Supplement.record_id)
    query = query.where(Supplement.swept_us.is_(None), or_(exists().where(its_own, Vehicle.swept_us.is_not(None)), is_orphan))
    return query.order_by(Supplement.record_id)
