"""One trip that several stations weighed: their cases are linked, and only one of them may be enforced."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.evidence.models import Case
from central.office_settings import ReviewSettings
from central.review.doing import record_of
from central.review.places import place_of
from central.review.sightings import Sighting, can_be_driven, sighting_of
from contract.faults import RejectError
from contract.units import US_PER_HOUR


def same_trip(session: Session, case: Case, settings: ReviewSettings) -> Case | None:
    """Give the case of another station that is of the same trip, the nearest in time; None where there is none.

    It has the same plate, lies within the hours that are set, was not reached faster than a lorry drives, and its trip does not hold the
    case's own station yet: who passes one station twice makes two trips.
    """
    if case.plate is None:
        return None
    window_us = round(settings.trip_hours * US_PER_HOUR)
    query = select(Case).where(
        Case.plate == case.plate,
        Case.station != case.station,
        Case.time_us.between(case.time_us - window_us, case.time_us + window_us),
    )
    for other in sorted(session.scalars(query), key=lambda one: (abs(one.time_us - case.time_us), one.id)):
        if not _holds_station(session, other, case) and is_drivable(session, case, other, settings):
            return other
    return None


def is_drivable(session: Session, one: Case, other: Case, settings: ReviewSettings) -> bool:
    """Whether one vehicle can have passed both stations, as far as their places and times are known."""
    here, there = _sighting(session, one), _sighting(session, other)
    return here is None or there is None or can_be_driven(here, there, settings.trip_fastest_km_h)


def _sighting(session: Session, case: Case) -> Sighting | None:
    try:
        record = record_of(session, case)
    except RejectError:  # its own screening counts it
        return None
    return sighting_of(record, "", (), place_of(session, case.station, case.time_us))


def _holds_station(session: Session, other: Case, case: Case) -> bool:
    if other.trip is None:
        return False
    query = select(Case.id).where(Case.trip == other.trip, Case.station == case.station, Case.id != case.id)
    return session.scalar(query.limit(1)) is not None
