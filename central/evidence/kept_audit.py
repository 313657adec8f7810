"""What is kept beside the signed records, held against what vouches for it: lists, media, keys, blobs, and the histories of cases.

Each function gives what does not fit, as ``object: what``.
"""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central.evidence.blobs import BlobStore
from central.evidence.journal import detail_of, read_object
from central.evidence.models import Act, Blob, Case, CaseEvent, HeldText, IssuedDocument, Media, Record, Reweighing, StationKey
from contract.faults import RejectError
from contract.media import sha256_hex
from contract.records import parse_record


def key_failures(session: Session) -> Iterator[str]:
    """Check that each station's key is the one of its id."""
    for row in session.scalars(select(StationKey)):
        if sha256_hex(row.public_key) != row.key_id:
            yield f"key {row.key_id[:16]} of station {row.station}: altered: is another key than the one of that id"


def media_failures(session: Session) -> Iterator[str]:
    """Check that the list of each record's media is the one that it signs."""
    listed: dict[int, list[tuple[int, str, str, str, int]]] = defaultdict(list)
    for row in session.scalars(select(Media).order_by(Media.record_id, Media.position)):
        listed[row.record_id].append((row.position, row.role, row.sha256, row.media_type, row.size))
    for number, station, seq, payload in session.execute(select(Record.id, Record.station, Record.seq, Record.payload)):
        source = f"{station}/{seq}"
        try:
            record = parse_record(payload, source)
        except RejectError:
            continue  # told of where records are checked
        signed = [(place, one.role.value, one.sha256, one.media_type, one.size) for place, one in enumerate(record.media)]
        if listed.pop(number, []) != signed:
            yield f"{source}: altered: its media are listed otherwise than they were signed"
    for number in listed:
        yield f"media of record {number}: altered: there is no such record"


def text_failures(session: Session) -> Iterator[str]:
    """Check that the texts of each record are numbered as they came: whether they are those that were signed is checked with the record."""
    query = (
        select(Record.station, Record.seq).join(HeldText, HeldText.record_id == Record.id).group_by(Record.id, Record.station, Record.seq)
    )
    places = func.count(), func.min(HeldText.position), func.max(HeldText.position)
    for station, seq, count, first, last in session.execute(query.add_columns(*places)):
        if (first, last) != (0, count - 1):
            yield f"{station}/{seq}: altered: its texts are not in the order in which they came, or one of them is gone"


def reference_failures(session: Session) -> Iterator[str]:
    """Check, on SQLite, that every row that belongs to another one finds it; PostgreSQL lets nothing else be."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            yield f"row {row} of table {table}: altered: belongs to a row of {parent} that is not there"


def blob_failures(session: Session, blobs: BlobStore) -> Iterator[str]:
    """Check every blob's size, and the bytes of those that neither a record lists as media nor a case as a document: station files,
    calibrations, certificates.
    """
    listed = {*session.scalars(select(Media.sha256)), *session.scalars(select(IssuedDocument.sha256))}
    for sha256, size in session.execute(select(Blob.sha256, Blob.size)):
        here = blobs.has(sha256)
        if sha256 not in listed and not (here and blobs.is_sound(sha256)):
            yield f"blob {sha256[:16]}: is gone from the folder or altered"
        elif here and blobs.path(sha256).stat().st_size != size:
            yield f"blob {sha256[:16]}: altered: is listed with another size"


def case_failures(session: Session) -> Iterator[str]:
    """Check that each step of a case is the one that the journal names, without gaps, and that each case stands where its steps led."""
    steps: dict[int, int] = defaultdict(int)
    query = select(CaseEvent, Act.entry, Case).outerjoin(Act, Act.id == CaseEvent.act_id).outerjoin(Case, Case.id == CaseEvent.case_id)
    for row, act, case in session.execute(query.order_by(CaseEvent.case_id, CaseEvent.version)):
        steps[row.case_id] += 1
        source = f"case {row.case_id}, step {row.version}"
        entry = read_object(row.entry)
        columns = (row.time_us, row.person, row.account, row.address, row.action, row.from_state, row.to_state, row.version)
        named = ("time_us", "person", "account", "address", "action", "from_state", "to_state", "version")
        if sha256_hex(row.entry) != row.entry_sha256 or detail_of(act or b"").get("event_sha256") != row.entry_sha256:
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
    entries = session.scalars(select(Act.entry).where(Act.verb == "did"))
    noted = {(digest, read_object(entry).get("person")) for entry in entries if (digest := detail_of(entry).get("result_sha256"))}
    for row in session.scalars(select(Reweighing)):
        result = read_object(row.result)
        columns = (row.station, row.seq, row.record_sha256, row.time_us, row.outcome, row.software_sha256)
        named = tuple(result.get(name) for name in ("station", "seq", "record_sha256", "time_us", "outcome"))
        if (sha256_hex(row.result), row.person) not in noted or columns != (*named, (result.get("weighed_by") or {}).get("sha256")):
            yield f"re-weighing {row.id} of {row.station}/{row.seq}: altered: is not the one that the journal names"
