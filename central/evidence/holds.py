"""Legal holds: what belongs to a vehicle, or to every vehicle of a plate, is not deleted while somebody has ordered so.

Placing and lifting are acts of the journal, which names the hold by its number and never a plate.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from central.evidence.journal import Actor, Verb, note
from central.evidence.models import HeldText, LegalHold, Record, Vehicle
from contract.faults import RejectError
from contract.records import PLATE_MAX

REASON_MAX = 500


@dataclass(frozen=True, slots=True)
class Hold:
    """An order not to delete: of one vehicle (`station`, `seq`) or of a plate, which is None once the hold is lifted."""

    id: int
    station: str | None
    seq: int | None
    plate: str | None
    reason: str
    placed_by: str
    placed_us: int
    lifted_by: str | None
    lifted_us: int | None
    lifted_reason: str | None


def hold_vehicle(session: Session, actor: Actor, station: str, seq: int, *, reason: str, now_us: int) -> int:
    """Keep all that belongs to one vehicle, and give the hold's number.

    Raises
    ------
    RejectError
        ``no-vehicle`` if there is none of that number, ``no-reason`` if none is given.
    """
    if session.scalar(select(Record.id).where(Record.station == station, Record.seq == seq, Record.type == "vehicle")) is None:
        raise RejectError(
            "no-vehicle", f"hold on {station[:40]}/{seq}", "names no stored vehicle; give station and number as the list does"
        )
    return _place(session, actor, LegalHold(station=station, seq=seq), reason, now_us)


def hold_plate(session: Session, actor: Actor, plate: str, reason: str, now_us: int) -> int:
    """Keep all that belongs to vehicles of a plate, those that are here and those to come, and give the hold's number.

    Raises
    ------
    RejectError
        ``bad-plate`` if it is none, ``no-reason`` if no reason is given.
    """
    wanted = plate.strip().upper()
    if not 1 <= len(wanted) <= PLATE_MAX:
        raise RejectError("bad-plate", "hold on a plate", f"has {len(wanted)} characters; give the whole plate, 1 to {PLATE_MAX}")
    return _place(session, actor, LegalHold(plate=wanted), reason, now_us)


def lift_hold(session: Session, actor: Actor, hold_id: int, reason: str, now_us: int) -> None:
    """Let the schedule have what a hold kept; of the hold itself all stays but the plate.

    Raises
    ------
    RejectError
        ``no-hold`` if there is none of that number in force, ``no-reason`` if no reason is given.
    """
    row = session.get(LegalHold, hold_id)
    if row is None or row.lifted_us is not None:
        raise RejectError("no-hold", f"hold {hold_id}", "is none in force; `wim-central hold list` names them")
    row.lifted_reason = _checked(reason)
    row.lifted_by, row.lifted_us, row.plate = actor.person, now_us, None
    note(session, actor, Verb.CHANGED, f"hold/{hold_id}", now_us=now_us, detail={"lifted": True, "reason": row.lifted_reason})


def holds(session: Session) -> tuple[Hold, ...]:
    """Give every hold, those in force first, then newest first."""
    rows = session.scalars(select(LegalHold).order_by(LegalHold.lifted_us.is_not(None), LegalHold.id.desc()))
    return tuple(
        Hold(
            row.id,
            row.station,
            row.seq,
            row.plate,
            row.reason,
            row.placed_by,
            row.placed_us,
            row.lifted_by,
            row.lifted_us,
            row.lifted_reason,
        )
        for row in rows
    )


def is_held() -> ColumnElement[bool]:
    """Give the condition that a `Vehicle` of a query is held: itself, or a plate that its list or its record names."""
    texts = select(HeldText.text).where(HeldText.record_id == Vehicle.record_id).correlate(Vehicle)
    of_vehicle = and_(LegalHold.station == Vehicle.station, LegalHold.seq == Vehicle.seq)
    of_plate = or_(LegalHold.plate == Vehicle.plate, LegalHold.plate.in_(texts))
    return exists().where(LegalHold.lifted_us.is_(None), or_(of_vehicle, of_plate)).correlate(Vehicle)


def _place(session: Session, actor: Actor, row: LegalHold, reason: str, now_us: int) -> int:
    row.reason, row.placed_by, row.placed_us = _checked(reason), actor.person, now_us
    session.add(row)
    session.flush()
    what = "plate" if row.station is None else f"vehicle/{row.station}/{row.seq}"
    note(session, actor, Verb.DID, f"hold/{row.id}", now_us=now_us, detail={"hold": what, "reason": row.reason})
    return row.id


def _checked(reason: str) -> str:
    given = reason.strip()
    if not 1 <= len(given) <= REASON_MAX:
        raise RejectError("no-reason", "hold", f"has a reason of {len(given)} characters; say in 1 to {REASON_MAX} by whose order and why")
    return given
