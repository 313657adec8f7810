"""How often one plate was found overloaded within a year."""

from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central.evidence.models import Case
from central.office_settings import ReviewSettings
from central.review.deadlines import year_span_us
from central.review.views import Repeats
from central.review.workflow import ENFORCING, State
from contract.limits.pack import local_day

NOT_COUNTED: Final = (State.DISMISSED.value, State.BARRED.value)


def repeats_of(session: Session, case: Case, settings: ReviewSettings) -> Repeats | None:
    """Give how often a case's plate has others in the year of its passage; None where it has no plate.

    One trip counts once, whatever number of stations weighed it.
    """
    if case.plate is None:
        return None
    year = local_day(case.time_us, settings.utc_offset_h).year
    from_us, until_us = year_span_us(year, settings)
    trip = func.coalesce(Case.trip, Case.id)
    own = case.trip if case.trip is not None else case.id
    others = select(func.count(func.distinct(trip))).where(
        Case.plate == case.plate, Case.time_us >= from_us, Case.time_us < until_us, trip != own
    )
    enforced = sorted(decision.value for decision in ENFORCING)
    decided = session.scalar(others.where(Case.outcome.in_(enforced))) or 0
    under_way = session.scalar(others.where(Case.outcome.is_(None), Case.state.not_in(NOT_COUNTED))) or 0
    return Repeats(year, decided, under_way, settings.repeats_allowed, flagged=decided + 1 > settings.repeats_allowed)
