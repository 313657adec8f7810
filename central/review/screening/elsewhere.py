"""The other passages of a plate, and what a person has found of them."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.evidence.models import Case, CaseEvent
from central.evidence.vehicle_detail import VehicleDetail, is_swept, vehicle
from central.evidence.vehicle_list import sightings_of
from central.office_settings import ReviewSettings
from central.review.gates import Checklist, Reason
from central.review.history import EventEntry
from central.review.places import place_of
from central.review.sightings import Sighting, differences, sighting_of
from contract.faults import RejectError
from contract.units import PPM, US_PER_HOUR

NEAREST: Final = 200
"""Other passages of one plate that are looked at, those nearest in time first: a lorry passes some ten stations a day."""
SHOWN: Final = 20
"""Reasons that one screening gives; once those are ruled out, the next ones show."""
RULING_OUT: Final = "rule-out-passage"


def doubts(session: Session, case: Case, detail: VehicleDetail, settings: ReviewSettings) -> tuple[Reason, ...]:
    """Give why a case's plate may be another vehicle's, but for the passages that a person has ruled out.

    A doubt outlives the other vehicle's plate: where that was deleted on schedule, what the last screening found stands.
    """
    ruled_out = passages_ruled_out(session, case.id)
    before = [reason for reason in Checklist.of(case.gates).doubted if _is_swept(session, str(reason.figures["passage"]))]
    found = (*before, *_found(session, detail, settings))
    return tuple(reason for reason in found if reason.figures["passage"] not in ruled_out)[:SHOWN]


def passages_ruled_out(session: Session, case_id: int) -> frozenset[str]:
    """Give the passages of which a person has found that they are no doubt about this case's plate."""
    query = select(CaseEvent.entry).where(CaseEvent.case_id == case_id, CaseEvent.action == RULING_OUT)
    return frozenset(str(EventEntry.model_validate_json(entry).fields["passage"]) for entry in session.scalars(query))


def _found(session: Session, detail: VehicleDetail, settings: ReviewSettings) -> list[Reason]:
    own = _sighting(session, detail)
    if detail.summary.plate is None or own is None:
        return []
    within_us, certainty_ppm = round(settings.plate_hours * US_PER_HOUR), round(settings.plate_certainty_min * PPM)
    places = sightings_of(session, detail.summary, within_us=within_us, certainty_ppm=certainty_ppm, limit=NEAREST)
    others = [_other(session, station, seq) for station, seq in places]
    return [reason for other in others if other is not None for reason in differences(own, other, settings.trip_fastest_km_h)]


def _other(session: Session, station: str, seq: int) -> Sighting | None:
    """Give another passage; None where its stored bytes can not be read, which the check of all that is stored names."""
    try:
        detail = vehicle(session, station, seq)
    except RejectError:
        return None
    return None if detail is None else _sighting(session, detail)


def _sighting(session: Session, detail: VehicleDetail) -> Sighting | None:
    late = [read for supplement in detail.supplements for read in supplement.record.plates]
    place = place_of(session, detail.record.station, detail.record.time_us)
    return sighting_of(detail.record, detail.summary.plate or "", late, place)


def _is_swept(session: Session, passage: str) -> bool:
    station, _, seq = passage.partition("/")
    return is_swept(session, station, int(seq))
