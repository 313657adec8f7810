"""What is kept beside the signed records, held against what vouches for it: lists, media, keys, blobs, and the histories of cases.

Each function gives what does not fit, as ``object: what``.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central.evidence.blobs import BlobStore
from central.evidence.models import Act, Blob, Case, CaseEvent, IssuedDocument, Media, Record, Reweighing, StationKey, Vehicle
from contract.faults import RejectError
from contract.media import sha256_hex
from contract.records import VehicleRecord, parse_record
from contract.units import PPM


def shown_of(row: Vehicle) -> tuple[object, ...]:
    """Give what lists show of a vehicle and its record signs."""
    place = (row.station, row.seq, row.lane, row.time_us, row.axles, row.vehicle_class, row.speed_mm_s)
    return (*place, row.gross_kg, row.gross_u_kg, row.limit_kg, row.over_kg, row.outcome, row.playback)


def figures_of(record: VehicleRecord) -> tuple[object, ...]:
    """Give the same of the record."""
    gross, verdict = record.verdict.gross, record.verdict
    place = (record.station, record.seq, record.lane, record.time_us, len(record.axles), record.vehicle_class, record.speed_mm_s)
    limits = (None, 0) if gross is None else (gross.limit_kg, gross.over_kg)
    return (*place, record.gross_kg, record.gross_u_kg, *limits, verdict.outcome.value, record.clock.playback_ppm != PPM)


def key_failures(session: Session) -> Iterator[str]:
    """Check that each station's key is the one of its id."""
    for row in session.scalars(select(StationKey)):
        if sha256_hex(row.public_key) != row.key_id:
            yield f"key {row.key_id[:16]} of station {row.station}: altered: is another key than the one of that id"


def media_failures(session: Session) -> Iterator[str]:
    """Check that the list of each record's media is the one that it signs."""
    listed: dict[int, list[tuple[str, str, str, int]]] = defaultdict(list)
    for row in session.scalars(select(Media).order_by(Media.record_id, Media.position)):
        listed[row.record_id].append((row.role, row.sha256, row.media_type, row.size))
    for number, station, seq, payload in session.execute(select(Record.id, Record.station, Record.seq, Record.payload)):
        source = f"{station}/{seq}"
        try:
            record = parse_record(payload, source)
        except RejectError:
            continue  # told of where records are checked
        if listed.pop(number, []) != [(one.role.value, one.sha256, one.media_type, one.size) for one in record.media]:
            yield f"{source}: altered: its media are listed otherwise than they were signed"
    for number in listed:
        yield f"media of record {number}: altered: there is no such record"


def reference_failures(session: Session) -> Iterator[str]:
    """Check, on SQLite, that every row that belongs to another one finds it; PostgreSQL lets nothing else be."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            yield f"row {row} of table {table}: altered: belongs to a row of {parent} that is not there"


def blob_failures(session: Session, blobs: BlobStore) -> Iterator[str]:
    """Check the blobs that neither a record lists as media nor a case as a document: station files, calibrations, certificates."""
    listed = select(Media.sha256).union(select(IssuedDocument.sha256))
    for row in session.scalars(select(Blob).where(Blob.sha256.not_in(listed))):
        if not blobs.has(row.sha256) or not blobs.is_sound(row.sha256):
            yield f"blob {row.sha256[:16]}: is gone from the folder or altered"
        elif blobs.path(row.sha256).stat().st_size != row.size:
            yield f"blob {row.sha256[:16]}: altered: is listed with another size"


def case_failures(session: Session) -> Iterator[str]:
    """Check that each step of a case is the one that the journal names, without gaps, and that each case stands where its steps led."""
    steps: dict[int, int] = defaultdict(int)
    query = select(CaseEvent, Act.entry, Case).outerjoin(Act, Act.id == CaseEvent.act_id).outerjoin(Case, Case.id == CaseEvent.case_id)
    for row, act, case in session.execute(query.order_by(CaseEvent.case_id, CaseEvent.version)):
        steps[row.case_id] += 1
        source = f"case {row.case_id}, step {row.version}"
        entry, noted = _read(row.entry), _read(act or b"")
        columns = (row.time_us, row.person, row.account, row.address, row.action, row.from_state, row.to_state, row.version)
        named = ("time_us", "person", "account", "address", "action", "from_state", "to_state", "version")
        if sha256_hex(row.entry) != row.entry_sha256 or noted.get("detail", {}).get("event_sha256") != row.entry_sha256:
            yield f"{source}: altered: is not the step that act {row.act_id} of the journal names"
        elif columns != tuple(entry.get(name) for name in named):
            yield f"{source}: altered: is listed otherwise than it was entered"
        elif row.version != steps[row.case_id]:
            yield f"{source}: a step before it is missing"
        elif case is None or entry.get("case") != f"{case.station}/{case.seq}":
            yield f"{source}: altered: is of another case"
    yield from _cases_elsewhere(session)
    yield from _reweighing_failures(session)


def _cases_elsewhere(session: Session) -> Iterator[str]:
    last = select(CaseEvent.case_id, func.max(CaseEvent.version).label("version")).group_by(CaseEvent.case_id).subquery()
    query = select(Case, CaseEvent.to_state, last.c.version, Record).outerjoin(last, last.c.case_id == Case.id)
    query = query.outerjoin(CaseEvent, (CaseEvent.case_id == Case.id) & (CaseEvent.version == last.c.version))
    for case, state, version, record in session.execute(query.outerjoin(Record, Record.id == Case.record_id)):
        if (case.state, case.version) != (state, version):
            yield f"case {case.id}: altered: is listed as {case.state}, its last step {version} led to {state}"
        elif record is None or (record.station, record.seq, record.time_us) != (case.station, case.seq, case.time_us):
            yield f"case {case.id}: altered: is of another record"


def _reweighing_failures(session: Session) -> Iterator[str]:
    noted = {_read(entry).get("detail", {}).get("result_sha256") for entry in session.scalars(select(Act.entry).where(Act.verb == "did"))}
    for row in session.scalars(select(Reweighing)):
        result = _read(row.result)
        columns = (row.station, row.seq, row.record_sha256, row.time_us, row.outcome)
        named = tuple(result.get(name) for name in ("station", "seq", "record_sha256", "time_us", "outcome"))
        if sha256_hex(row.result) not in noted or columns != named:
            yield f"re-weighing {row.id} of {row.station}/{row.seq}: altered: is not the one that the journal names"


def _read(entry: bytes) -> dict[str, Any]:
    try:
        value = json.loads(entry)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
