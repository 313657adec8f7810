"""What was refused: kept with the reason, and with its bytes until they are due; bounded where nobody has signed it."""

from dataclasses import dataclass
from typing import Final, Self

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from central.evidence.fault_text import WHAT_MAX, WHERE_MAX, fault_text
from central.evidence.journal import SERVICE, Detail, Verb, note, spans
from central.evidence.models import LegalHold, Quarantine, QuarantineDay
from central.evidence.paging import page_rows
from contract.faults import RejectError
from contract.media import sha256_hex
from contract.records import RECORD_MAX_BYTES
from contract.units import US_PER_DAY

EMPTY_BATCH: Final = 100
"""Messages emptied in one transaction."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A refused message; `size` and `sha256` are the whole message's, `data` at most the bytes a record may have.

    `station`, `seq` and `payload_sha256` are given only where a signature of that station vouches for them.
    """

    topic: str
    data: bytes
    size: int
    sha256: str
    fault: RejectError
    authentic: bool
    station: str | None = None
    seq: int | None = None
    payload_sha256: str | None = None

    @classmethod
    def unsigned(cls, topic: str, data: bytes, fault: RejectError) -> Self:
        """Describe a message that nobody is known to have signed."""
        shown = RejectError(fault.code, fault_text(fault.where, WHERE_MAX), fault_text(fault.what, WHAT_MAX))
        return cls(fault_text(topic, WHERE_MAX), data[:RECORD_MAX_BYTES], len(data), sha256_hex(data), shown, authentic=False)


@dataclass(frozen=True, slots=True)
class QuarantineItem:
    """A refused message as the page lists it."""

    id: int
    topic: str
    station: str | None
    seq: int | None
    code: str
    what: str
    authentic: bool
    sha256: str
    size: int
    received_us: int
    last_received_us: int
    times: int
    deleted_us: int | None
    """When its bytes were deleted on schedule."""


@dataclass(frozen=True, slots=True)
class Overflow:
    """Unauthenticated messages that were only counted, because their day's bound was reached, over all days."""

    messages: int
    size: int


def keep(session: Session, refused: Refused, *, now_us: int, unsigned_max_bytes_per_day: int) -> bool:
    """Keep a refused message; a resend of the same one is counted on it.

    Returns
    -------
    bool
        False where it was only counted: nobody had signed it and the day's bound on such bytes is reached.
    """
    query = select(Quarantine).where(Quarantine.sha256 == refused.sha256, Quarantine.topic == refused.topic)
    known = session.scalars(query).first()
    if known is not None:
        known.times += 1
        known.last_received_us = now_us
        known.code, known.what = refused.fault.code, refused.fault.what
        return True
    if not refused.authentic and not _fits(session, len(refused.data), now_us, unsigned_max_bytes_per_day):
        return False
    session.add(
        Quarantine(
            sha256=refused.sha256,
            topic=refused.topic,
            size=refused.size,
            data=refused.data,
            code=refused.fault.code,
            what=refused.fault.what,
            authentic=refused.authentic,
            station=refused.station,
            seq=refused.seq,
            received_us=now_us,
            last_received_us=now_us,
            times=1,
        )
    )
    return True


def quarantined(
    session: Session, before_id: int | None = None, limit: int = 50, *, within: frozenset[str] | None = None
) -> tuple[QuarantineItem, ...]:
    """Give refused messages, newest first, starting below `before_id`; with `within` those that these stations had signed."""
    query = select(Quarantine).order_by(Quarantine.id.desc()).limit(page_rows(limit, ahead=1))
    if before_id is not None:
        query = query.where(Quarantine.id < before_id)
    if within is not None:
        query = query.where(Quarantine.station.in_(within))
    return tuple(_item(row) for row in session.scalars(query))


def quarantined_data(session: Session, item_id: int) -> tuple[QuarantineItem, bytes] | None:
    """Give one refused message with its bytes, None if there is none of that number."""
    row = session.get(Quarantine, item_id)
    return None if row is None else (_item(row), row.data)


def empty_due(session: Session, now_us: int, after_days: float) -> tuple[int, int]:
    """Delete the bytes of the next messages that last came so long ago, for they may hold plates; give how many, and how many bytes.

    What was refused, when and why stays. A message of a vehicle that is under a legal hold is kept whole.
    """
    held = exists().where(LegalHold.lifted_us.is_(None), LegalHold.station == Quarantine.station, LegalHold.seq == Quarantine.seq)
    due = select(Quarantine.id, func.length(Quarantine.data)).where(
        Quarantine.deleted_us.is_(None), Quarantine.last_received_us < now_us - round(after_days * US_PER_DAY), ~held
    )
    found = session.execute(due.order_by(Quarantine.id).limit(EMPTY_BATCH)).all()
    if not found:
        return 0, 0
    ids, size = [identity for identity, _ in found], sum(size for _, size in found)
    session.execute(update(Quarantine).where(Quarantine.id.in_(ids)).values(data=b"", deleted_us=now_us))
    detail: Detail = {"messages": len(ids), "bytes": size, "numbers": spans(ids)}
    note(session, SERVICE, Verb.DELETED, "retention/quarantine", now_us=now_us, detail=detail)
    return len(ids), size


def quarantine_count(session: Session, *, within: frozenset[str] | None = None) -> int:
    """Give the number of refused messages that are kept; with `within` of those that these stations had signed."""
    query = select(func.count()).select_from(Quarantine)
    return session.scalar(query if within is None else query.where(Quarantine.station.in_(within))) or 0


def overflow(session: Session) -> Overflow:
    """Give what was only counted."""
    messages, size = session.execute(
        select(func.coalesce(func.sum(QuarantineDay.counted_messages), 0), func.coalesce(func.sum(QuarantineDay.counted_bytes), 0))
    ).one()
    return Overflow(int(messages), int(size))


def _fits(session: Session, size: int, now_us: int, bound: int) -> bool:
    day = session.get(QuarantineDay, now_us // US_PER_DAY)
    if day is None:
        day = QuarantineDay(day=now_us // US_PER_DAY, kept_bytes=0, counted_messages=0, counted_bytes=0)
        session.add(day)
    if day.kept_bytes + size > bound:
        day.counted_messages += 1
        day.counted_bytes += size
        return False
    day.kept_bytes += size
    return True


def _item(row: Quarantine) -> QuarantineItem:
    return QuarantineItem(
        row.id,
        row.topic,
        row.station,
        row.seq,
        row.code,
        row.what,
        row.authentic,
        row.sha256,
        row.size,
        row.received_us,
        row.last_received_us,
        row.times,
        row.deleted_us,
    )
