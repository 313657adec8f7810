"""The texts that records sign as digests: kept apart from the signed bytes, so that they can be deleted and the bytes stay verbatim."""

from collections import defaultdict
from collections.abc import Sequence

from pydantic import ValidationError
from sqlalchemy import delete, select
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from central.evidence.models import HeldText, Record
from central.evidence.rows import insert_rows
from contract.disclosures import SALT_BYTES, Disclosure, DisclosureError
from contract.records import SupplementRecord, VehicleRecord, parse_record


def hold_texts(session: Session, came: Sequence[tuple[int, Sequence[Disclosure]]]) -> None:
    """Keep what came beside records' signed bytes, by the record's id, in its order."""
    rows = [
        {"record_id": record_id, "position": position, "salt": disclosure.salt, "text": disclosure.text}
        for record_id, disclosures in came
        for position, disclosure in enumerate(disclosures)
    ]
    insert_rows(session, HeldText, rows)


def held_texts(session: Session, record_ids: Sequence[int]) -> dict[int, list[Disclosure]]:
    """Give what is still held of records, in the order in which it came; an empty list where it is nothing."""
    found: dict[int, list[Disclosure]] = defaultdict(list)
    if not record_ids:
        return found
    query = select(HeldText).where(HeldText.record_id.in_(record_ids)).order_by(HeldText.record_id, HeldText.position)
    for row in session.scalars(query):
        found[row.record_id].append(_disclosure(row))
    return found


def _disclosure(row: HeldText) -> Disclosure:
    """Give a held text; one that was damaged to what none can be is given as one that fits no digest, so that its record is named."""
    try:
        return Disclosure(salt=row.salt, text=row.text)
    except ValidationError:
        return Disclosure(salt="0" * (2 * SALT_BYTES), text="damaged")


def forget_texts(session: Session, record_ids: Sequence[int]) -> int:
    """Delete what is held of records, and give how many texts that were."""
    deleted = session.execute(delete(HeldText).where(HeldText.record_id.in_(record_ids)))
    return deleted.rowcount if isinstance(deleted, CursorResult) else 0


def stored_record(row: Record, disclosures: Sequence[Disclosure]) -> VehicleRecord | SupplementRecord:
    """Read a stored record with the texts that are still held of it; with none of them where one is not what was signed.

    Raises
    ------
    RejectError
        If the stored bytes are no record.
    """
    source = f"stored record {row.station}/{row.seq}"
    try:
        return parse_record(row.payload, source, disclosures)
    except DisclosureError:
        return parse_record(row.payload, source)  # the audit and the record's page name it
