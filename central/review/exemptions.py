"""Reasons, found by a person, for which a limit does not hold or is higher: what each must be recorded with, and whether it counts."""

from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.evidence.models import CaseExemption
from central.office_settings import ReviewSettings
from central.review.fields import Fields
from central.review.views import CaseExemptionItem
from contract.faults import RejectError
from contract.limits import RulePack
from contract.limits.pack import local_day
from contract.records import VehicleRecord

PERMITS: Final = frozenset({"transport-permit", "state-permit"})
"""Exemptions that rest on a permit: its number and its first and last day are recorded."""
REGISTERED: Final = frozenset({"tractor-or-low-speed"})
"""Exemptions that hold the vehicle against the mass in its registration: that mass is recorded."""


def check_exemption(pack: RulePack | None, fields: Fields) -> None:
    """Check that an exemption is one of the record's rules and is recorded with what it rests on.

    Raises
    ------
    RejectError
        ``exemption-unknown`` or ``field-missing``.
    """
    known = [] if pack is None else [row.id for row in pack.exemption]
    if fields.exemption not in known:
        raise RejectError("exemption-unknown", "exemption", f"{fields.exemption!r} is none of the rules' exemptions: {', '.join(known)}")
    wanted = ["permit_number", "permit_from", "permit_until"] if fields.exemption in PERMITS else []
    wanted += ["registered_kg"] if fields.exemption in REGISTERED else []
    missing = next((name for name in wanted if getattr(fields, name) is None), None)
    if missing is not None:
        raise RejectError("field-missing", missing, f"is needed for the exemption {fields.exemption}")
    if fields.permit_from and fields.permit_until and fields.permit_until < fields.permit_from:
        raise RejectError("field-invalid", "permit_until", f"{fields.permit_until} is before the permit's first day {fields.permit_from}")


def exemptions_of(
    session: Session, case_id: int, record: VehicleRecord, pack: RulePack | None, settings: ReviewSettings
) -> tuple[CaseExemptionItem, ...]:
    """Give what was recorded for a case, lifted or not, in the order in which it was found."""
    rules = {} if pack is None else {row.id: row for row in pack.exemption}
    day = local_day(record.time_us, settings.utc_offset_h)
    rows = session.scalars(select(CaseExemption).where(CaseExemption.case_id == case_id).order_by(CaseExemption.id))
    return tuple(
        CaseExemptionItem(
            number=row.id,
            rule=rules.get(row.exemption),
            exemption=row.exemption,
            evidence=row.evidence,
            permit_number=row.permit_number,
            permit_from=_day(row.permit_from),
            permit_until=_day(row.permit_until),
            registered_kg=row.registered_kg,
            found_by=row.found_by,
            found_us=row.found_us,
            lifted_by=row.lifted_by,
            lifted_us=row.lifted_us,
            counts=row.lifted_us is None and row.exemption in rules and _covers(row, day),
        )
        for row in rows
    )


def _covers(row: CaseExemption, day: date) -> bool:
    """Whether a permit, where there is one, covers the day of passage."""
    first, last = _day(row.permit_from), _day(row.permit_until)
    return (first is None or first <= day) and (last is None or day <= last)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
