"""Cases are opened for overloads in the order in which records were stored; what else a record brings asks for another screening."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.evidence.journal import SERVICE
from central.evidence.models import Case, Record, ScreeningCursor, Supplement, Vehicle
from central.evidence.places import Place, among
from central.evidence.screenings import want_screening
from central.evidence.standing import case_standing
from central.office_settings import ReviewSettings
from central.review.acts import action_of
from central.review.doing import Doing, record_of
from central.review.fields import Fields
from central.review.gates import Checklist
from central.review.history import add_event
from central.review.proposal import degree
from central.review.workflow import State
from contract.canonical import canonical_bytes
from contract.units import US_PER_HOUR
from contract.verdicts import Outcome

BATCH: Final = 500
"""Records taken in one transaction."""
_ROW: Final = 1


def latest_taken(session: Session) -> int:
    """Give up to which record cases have been opened."""
    row = session.get(ScreeningCursor, _ROW)
    return 0 if row is None else row.record_id


def take_records(session: Session, now_us: int, settings: ReviewSettings) -> bool:
    """Take the next records, within a writing session, and give whether there were any."""
    cursor = session.get(ScreeningCursor, _ROW)
    if cursor is None:
        cursor = ScreeningCursor(id=_ROW, record_id=0)
        session.add(cursor)
    query = (
        select(Record.id, Record.station, Record.seq, Vehicle, Supplement.of_seq)
        .outerjoin(Vehicle, Vehicle.record_id == Record.id)
        .outerjoin(Supplement, Supplement.record_id == Record.id)
        .where(Record.id > cursor.record_id)
        .order_by(Record.id)
        .limit(BATCH)
    )
    taken = session.execute(query).all()
    for _, _, _, vehicle, _ in taken:
        if vehicle is not None and vehicle.outcome == Outcome.OVERLOAD.value:
            open_case(session, vehicle, now_us, settings)
    # A supplement belongs to an earlier record; and the record after a new one has its predecessor now.
    touched = {(station, of_seq or seq + 1) for _, station, seq, _, of_seq in taken} | {
        (station, seq + 1) for _, station, seq, _, _ in taken
    }
    if touched:
        want_screening(session, among(session, Case.station, Case.seq, touched))
        passed = {(station, of_seq or seq) for _, station, seq, _, of_seq in taken}
        want_screening(session, Case.id.in_(_same_plates(session, passed, settings)))
    if taken:
        cursor.record_id = taken[-1].id
        session.flush()
    return bool(taken)


def _same_plates(session: Session, places: set[Place], settings: ReviewSettings) -> list[int]:
    """Give the cases that hold other passages of the plates of some vehicles, near enough in time to be held against them."""
    fresh = session.execute(
        select(Vehicle.record_id, Vehicle.plate, Vehicle.time_us)
        .join(Record, Record.id == Vehicle.record_id)
        .where(among(session, Record.station, Record.seq, places), Vehicle.plate.is_not(None), Vehicle.playback.is_(False))
    ).all()
    query = select(Case.id, Case.record_id, Vehicle.plate, Vehicle.time_us).join(Vehicle, Vehicle.record_id == Case.record_id)
    held = session.execute(query.where(Vehicle.plate.in_({plate for _, plate, _ in fresh}))).all()
    within_us = round(settings.plate_hours * US_PER_HOUR)
    return [
        case_id
        for case_id, own_id, own_plate, own_us in held
        if any(own_plate == plate and own_id != record_id and abs(own_us - time_us) <= within_us for record_id, plate, time_us in fresh)
    ]


def open_case(session: Session, vehicle: Vehicle, now_us: int, settings: ReviewSettings) -> int:
    """Open the case of an overloaded vehicle and give its id; one that is open already stays as it is."""
    known = session.scalar(select(Case.id).where(Case.record_id == vehicle.record_id))
    if known is not None:
        return known
    row = Case(
        record_id=vehicle.record_id,
        station=vehicle.station,
        seq=vehicle.seq,
        time_us=vehicle.time_us,
        plate=vehicle.plate,
        over_kg=0,
        over_ppm=0,
        state=State.RECEIVED.value,
        version=1,
        opened_us=now_us,
        entered_us=now_us,
        gates=canonical_bytes(Checklist()),
        cleared=False,
        screening_wanted=1,
        screening_done=0,
        major=False,
    )
    session.add(row)
    session.flush()
    deciding = record_of(session, row).verdict.deciding
    if deciding is not None:
        row.over_kg, row.over_ppm = deciding.over_kg, degree(deciding.over_kg, deciding.limit_kg)
    session.flush()
    doing = Doing(session, row, action_of("open"), SERVICE, Fields(), now_us, settings)
    add_event(doing, State.RECEIVED, 1, {}, case_standing(session, row, {}))
    return row.id
