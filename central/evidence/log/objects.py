"""What leaves are about, held against them: the record's signed bytes, the act's entry, and nothing stored that is not a leaf."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError
from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from central.evidence.journal import ActEntry
from central.evidence.log.leaves import ACT, RECORD
from central.evidence.models import Act, LogLeaf, LogNode, Record
from contract.canonical import canonical_bytes
from contract.faults import RejectError
from contract.log.leaves import ActLeaf, RecordLeaf, parse_leaf
from contract.media import sha256_hex

Leaf = RecordLeaf | ActLeaf

BATCH: Final = 512
"""Leaves read at once, with what they are about: 130 MB if each record is as large as it may be, some 2 MB as they are."""
NAMED_MAX: Final = 20
"""Objects without a leaf that are named one by one."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A leaf that was read: its number, its bytes, what it says, and what does not fit, each as ``name: text``."""

    index: int
    data: bytes
    leaf: Leaf | None
    failures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is stored, all counted at one moment."""

    size: int
    leaves: int
    nodes: int
    records: int
    acts: int


def counts(session: Session) -> Counts:
    """Count leaves and what they must be about, in one statement: others may be writing."""
    parts = (
        select(func.coalesce(func.max(LogLeaf.leaf_index) + 1, 0)),
        select(func.count()).select_from(LogLeaf),
        select(func.count()).select_from(LogNode),
        select(func.count()).select_from(Record),
        select(func.count()).select_from(Act),
    )
    return Counts(*session.execute(select(*(part.scalar_subquery() for part in parts))).one())


def compared(session: Session, first: int, last: int) -> Iterator[Compared]:
    """Give the leaves of [first, last) that are there, each held against what it is about."""
    query = (
        select(LogLeaf, Record, Record.payload, Act)
        .outerjoin(Record, and_(LogLeaf.kind == RECORD, Record.id == LogLeaf.object_id))
        .outerjoin(Act, and_(LogLeaf.kind == ACT, Act.id == LogLeaf.object_id))
        .order_by(LogLeaf.leaf_index)
    )
    leaf_0 = _first_leaf(session)
    start = first
    # By the numbers that are there: one leaf whose number was altered would otherwise be sought through all that it skips.
    while rows := session.execute(query.where(LogLeaf.leaf_index >= start, LogLeaf.leaf_index < last).limit(BATCH)).all():
        yield from (_compare(row, record, payload, act, leaf_0) for row, record, payload, act in rows)
        start = rows[-1][0].leaf_index + 1
        session.expunge_all()


def _first_leaf(session: Session) -> Leaf | None:
    """Give the first leaf, None where there is none that can be read."""
    data = session.scalar(select(LogLeaf.leaf).where(LogLeaf.leaf_index == 0))
    try:
        return parse_leaf(data, "leaf 0") if isinstance(data, bytes) else None
    except RejectError:
        return None


def _is_dated(leaf: Leaf, time_us: int, first: Leaf | None) -> bool:
    """Whether a leaf was entered at the moment of what it is about, or later where the log was begun over it.

    A log that was begun over records has one for its first leaf; one that was begun empty has an act there, and no record is older.
    """
    begun_over = first is not None and first.kind in {RECORD, leaf.kind} and leaf.logged_us == first.logged_us
    return time_us == leaf.logged_us or (begun_over and time_us < leaf.logged_us)


def _compare(row: LogLeaf, record: Record | None, payload: bytes | None, act: Act | None, first: Leaf | None = None) -> Compared:
    place = f"leaf {row.leaf_index}"
    if not isinstance(row.leaf, bytes):  # SQLite keeps what it is given, whatever the column's type
        return Compared(row.leaf_index, str(row.leaf).encode(), None, (f"{place}: is not stored as bytes",))
    try:
        leaf = parse_leaf(row.leaf, place)
    except RejectError as error:
        return Compared(row.leaf_index, row.leaf, None, (f"{place}: {error.what}",))
    if isinstance(leaf, RecordLeaf):
        said = _record_fault(leaf, row, record, payload, first)
    else:
        said = _act_fault(leaf, row, act, first)
    return Compared(row.leaf_index, row.leaf, leaf, () if said is None else (f"{leaf} ({place}): {said}",))


def _record_fault(leaf: RecordLeaf, row: LogLeaf, record: Record | None, payload: bytes | None, first: Leaf | None) -> str | None:
    if row.kind != RECORD or record is None or payload is None:
        return "is entered in the log and not stored any more"
    if (record.station, record.seq) != (leaf.station, leaf.seq):
        return f"the leaf stands for another one, {record.station}/{record.seq}"
    if leaf.sha256 != record.sha256 or not isinstance(payload, bytes) or sha256_hex(payload) != leaf.sha256:
        return "its stored bytes are not those that were entered in the log"
    if not _is_dated(leaf, record.received_us, first):
        return "is listed as received at another moment than it was entered in the log"
    return None


def _act_fault(leaf: ActLeaf, row: LogLeaf, act: Act | None, first: Leaf | None) -> str | None:
    if row.kind != ACT or act is None:
        return "is entered in the log and not stored any more"
    if act.id != leaf.id:
        return f"the leaf stands for another one, {act.id}"
    if not isinstance(act.entry, bytes) or sha256_hex(act.entry) != leaf.sha256:
        return "its entry is not the one that was entered in the log"
    try:
        entry = ActEntry.model_validate_json(act.entry)
    except ValidationError:
        return "its entry cannot be read"
    shown = (act.time_us, act.person, act.account, act.verb, act.subject)
    if canonical_bytes(entry) != act.entry or shown != (entry.time_us, entry.person, entry.account, entry.verb.value, entry.subject):
        return "lists show another act than its entry"
    return None if _is_dated(leaf, entry.time_us, first) else "was taken at another moment than it was entered in the log"


def unlogged(session: Session) -> list[str]:
    """Name what is stored and stands in no leaf."""
    records = select(Record.station, Record.seq).where(~_has_leaf(RECORD, Record.id)).order_by(Record.id).limit(NAMED_MAX + 1)
    acts = select(Act.id).where(~_has_leaf(ACT, Act.id)).order_by(Act.id).limit(NAMED_MAX + 1)
    names = [f"record {station}/{seq}" for station, seq in session.execute(records)] + [f"act {number}" for number in session.scalars(acts)]
    return [f"{name}: is stored and not entered in the log" for name in names[:NAMED_MAX]] + (
        ["log: more is stored that is not entered in it"] if len(names) > NAMED_MAX else []
    )


def lost(session: Session) -> list[str]:
    """Name what stands in a leaf and is stored no more."""
    records = (LogLeaf.kind == RECORD) & ~exists().where(Record.id == LogLeaf.object_id)
    acts = (LogLeaf.kind == ACT) & ~exists().where(Act.id == LogLeaf.object_id)
    query = select(LogLeaf).where(records | acts).order_by(LogLeaf.leaf_index).limit(NAMED_MAX)
    return [failure for row in session.scalars(query).all() for failure in _compare(row, None, None, None).failures]


def _has_leaf(kind: str, object_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    return exists().where(LogLeaf.kind == kind, LogLeaf.object_id == object_id)
