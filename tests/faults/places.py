"""Every place at which a bit of a case is stored: members and headers of its bundle, files of its media, columns of its rows."""

import io
import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, undefer

from central.evidence.log.memory import FILE_NAME
from central.evidence.models import Base, Blob, Record
from contract.bundle.archive import ArchiveReader
from tests.bundled import Evidence
from tests.faults.vouched import VOUCHED

NUMBER: Final = struct.Struct("<q")
FRACTION: Final = struct.Struct("<d")
NAME_BYTES: Final = 200
"""Columns up to so long may stand in a name."""
NUMBER_MAX: Final = 2**62
"""Numbers from here on are none that the database's driver takes."""
TABLES: Final[dict[str, Any]] = {
    mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers if mapper.class_.__tablename__ in VOUCHED
}
_CASE: Final = ("case {row.case_id}",)
_RECORD: Final = ("{record}",)
MARKS: Final[dict[str, tuple[str, ...]]] = {
    "record": ("{row.station}/{row.seq}",),
    **dict.fromkeys(("vehicle", "supplement", "late_match", "disclosure", "media"), _RECORD),
    **dict.fromkeys(("blob", "deletion"), ("blob {row.sha256:.16}",)),
    "station": ("station {row.id}",),
    **dict.fromkeys(("station_key", "station_publication"), ("station {row.station}",)),
    "legal_hold": ("hold {row.id}:",),
    "case_file": ("case {row.id}",),
    **dict.fromkeys(("case_event", "case_part", "case_exemption", "case_objection", "notice", "issued_document"), _CASE),
    "reweighing": ("re-weighing {row.id} ",),
    "act": ("act {row.id} ",),
    "log_leaf": ("leaf {row.leaf_index}:", "(leaf {row.leaf_index})", "leaves 0 to 255"),
    "log_node": ("kept hash",),
    "log_checkpoint": ("checkpoint {row.id}:", "checkpoint {row.id} "),
    **dict.fromkeys(
        ("log_cosignature", "log_timestamp"), ("checkpoint {row.checkpoint_id}:", "checkpoint {row.checkpoint_id} is not there")
    ),
}
"""How whoever finds a row changed names it: by what it belongs to."""


@dataclass(frozen=True)
class Place:
    """Some bytes that can be flipped: of the bundle, a file, or one column of one row (`key`: its primary key).

    One of `marks` must stand in what is said of it, so that it counts as named. They are filled from `row`, the columns, and `record`, the
    name of the record that the row is of.
    """

    kind: str
    name: str
    size: int
    marks: tuple[str, ...]
    table: Any = None
    key: tuple[Any, ...] = ()
    column: str = ""
    offset: int = 0
    row: Mapping[str, Any] = field(default_factory=dict)
    record: str = ""

    def is_named(self, said: list[str], changed: object = None) -> bool:
        """Whether what is said names the place: as it was called, or, where the flipped bit is in its name, as it is called now."""
        rows = (self.row, {**self.row, self.column: changed})
        marks = [mark.format(row=SimpleNamespace(**row), record=self.record) for mark in self.marks for row in rows]
        return any(mark in one for one in said for mark in marks)


def places(evidence: Evidence) -> Iterator[Place]:
    """Give all of them."""
    for member in ArchiveReader(io.BytesIO(evidence.data), "bundle").members.values():
        if member.size:
            yield Place("bundle member", f"bundle member {member.name}", member.size, (member.name,), offset=member.offset)
    yield Place("bundle file", "bundle headers and members", len(evidence.data), (": ",))
    blobs = evidence.logged.bench.central.blobs
    with evidence.logged.bench.central.database.read() as session:
        memory = evidence.logged.keeper.folder / FILE_NAME
        yield Place(
            "file of the log", "last checkpoint beside the key", memory.stat().st_size, (FILE_NAME, "beside the key"), key=(str(memory),)
        )
        for sha256, size in session.execute(select(Blob.sha256, Blob.size)):
            yield Place("blob file", f"blob {sha256}", size, (sha256[:16],), key=(str(blobs.path(sha256)),))
        records = {row.id: f"{row.station}/{row.seq}" for row in session.scalars(select(Record))}
        for name, table in TABLES.items():
            yield from _columns(session, name, table, records)


def _columns(session: Session, name: str, table: Any, records: dict[int, str]) -> Iterator[Place]:
    mapper = inspect(table)
    keys = [column.key for column in mapper.primary_key]
    wanted = VOUCHED[name].split()
    deferred = [undefer(getattr(table, attribute.key)) for attribute in mapper.column_attrs if attribute.deferred]
    for row in session.scalars(select(table).options(*deferred)):
        key = tuple(getattr(row, one) for one in keys)
        record = records.get(getattr(row, "record_id", 0), "")
        named = {one.key: getattr(row, one.key) for one in mapper.column_attrs}
        named = {one: value for one, value in named.items() if len(as_bytes(value)) <= NAME_BYTES}
        for column in wanted:
            if content := as_bytes(getattr(row, column)):
                marks = (*MARKS[name], f"of table {name}")
                said = {"row": named, "record": record}
                yield Place(f"row of {name}", f"{name} {key}: {column}", len(content), marks, table, key, column, **said)


def as_bytes(value: object) -> bytes:
    """Give a value's bytes; numbers as their eight, of which SQLite keeps no more, and nothing where it is none."""
    match value:
        case bytes():
            return value
        case str():
            return value.encode()
        case bool():
            return bytes([value])
        case float():
            return FRACTION.pack(value)
        case int():
            return NUMBER.pack(value)
    return b""


def flipped(value: object, at: int, bit: int) -> object:
    """Flip a bit of a value; None where the result is none that its column can hold: no UTF-8, no truth, beyond all numbers."""
    changed = bytearray(as_bytes(value))
    changed[at] ^= 1 << bit
    match value:
        case bytes():
            return bytes(changed)
        case str():
            try:
                return changed.decode()
            except UnicodeDecodeError:
                return None
        case bool():
            return bool(changed[0]) if changed[0] in (0, 1) else None
        case float():
            (fraction,) = FRACTION.unpack(changed)
            return None if math.isnan(fraction) or fraction == value else fraction  # minus zero is kept as zero
    (number,) = NUMBER.unpack(changed)
    return number if abs(number) < NUMBER_MAX else None
