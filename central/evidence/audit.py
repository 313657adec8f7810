"""Walks everything that is stored and verifies it again: signatures, hashes, the chain of each station, the texts that its records sign as
digests, the calibration certificates that they name, blobs against their names.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, undefer

from central.evidence.blobs import BlobStore
from central.evidence.certificates import CertificateTrail
from central.evidence.disclosures import held_texts
from central.evidence.kept_audit import blob_failures, case_failures, key_failures, media_failures, reference_failures, text_failures
from central.evidence.models import Blob, Deletion, IssuedDocument, LateMatch, Media, Record, Station, Supplement, Vehicle
from central.evidence.quarantine import quarantine_count
from central.evidence.record_audit import LatePlates, StoredRecord, check_chain_state, check_record
from central.evidence.retention_audit import hold_failures, retention_failures
from central.evidence.standing_audit import standing_faults
from central.evidence.stations import keys_of
from contract.chain import GENESIS, Link, check_link, link_of
from contract.faults import RejectError
from contract.media import sha256_hex
from contract.records import VehicleRecord, parse_record
from contract.verdicts import Outcome

BEFORE_ALL: Final = -(2**63)
"""Below every number that a damaged row may bear."""
FETCH_ROWS: Final = 200
"""Records held in memory at once: 50 MB if each is as large as a record may be."""


@dataclass
class StationAudit:
    """What was found at one station; `chain` is ``unbroken``, ``gap`` (a record is missing) or ``broken`` (two do not fit)."""

    records: int = 0
    vehicles: int = 0
    overloads: int = 0
    verified: int = 0
    chain: str = "unbroken"
    first_seq: int | None = None
    last_seq: int | None = None
    texts_deleted: int = 0
    blobs_missing: int = 0
    blobs_deleted: int = 0


@dataclass
class Audit:
    """The whole walk; `failures` names each thing that is not as it was signed. A blob that is not here yet is no failure."""

    stations: dict[str, StationAudit] = field(default_factory=dict)
    quarantine: int = 0
    failures: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    """What nothing vouches for."""

    def as_json(self) -> dict[str, Any]:
        """Give it as plain values."""
        return asdict(self)


def audit(session: Session, blobs: BlobStore) -> Audit:
    """Verify all that is stored."""
    found = Audit(quarantine=quarantine_count(session))
    for station in sorted({*session.scalars(select(Station.id)), *session.scalars(select(Record.station).distinct())}):
        found.stations[station] = _audit_station(session, station, found.failures)
    _audit_media(session, blobs, found)
    found.failures += [
        *reference_failures(session),
        *key_failures(session),
        *media_failures(session),
        *text_failures(session),
        *blob_failures(session, blobs),
        *case_failures(session),
        *retention_failures(session),
        *hold_failures(session),
    ]
    _audit_documents(session, blobs, found)
    standings = standing_faults(session)
    found.failures += standings.failures
    found.remarks += standings.remarks
    return found


def _audit_station(session: Session, station: str, failures: list[str]) -> StationAudit:
    result = StationAudit()
    keys = keys_of(session, station)
    before, trail, late = GENESIS, CertificateTrail(), LatePlates()
    for stored in _rows(session, station):
        row, vehicle = stored.record, stored.vehicle
        source = f"{station}/{row.seq}"
        result.records += 1
        result.first_seq = result.first_seq or row.seq
        result.last_seq = row.seq
        try:
            record = check_record(stored, keys, source)
            result.texts_deleted += record.withheld
            late.take(stored, record)
            if isinstance(record, VehicleRecord):
                trail.follow(record, source)
            check_chain_state(row, before.seq, source)
            result.verified += 1
        except RejectError as fault:
            failures.append(f"{source}: {fault.code}: {fault.what}")
        result.vehicles += vehicle is not None
        result.overloads += vehicle is not None and vehicle.outcome == Outcome.OVERLOAD.value
        before = _check_chain(row, before, source, result, failures)
    failures += [f"{station}/{seq}: altered: the list shows a plate that no record of it has signed" for seq in late.unsigned()]
    return result


def _rows(session: Session, station: str) -> Iterator[StoredRecord]:
    """Give a station's records in order of their numbers, a few at a time."""
    query = (
        select(Record, Vehicle, Supplement, LateMatch.record_id)
        .outerjoin(Vehicle, Vehicle.record_id == Record.id)
        .outerjoin(Supplement, Supplement.record_id == Record.id)
        .outerjoin(LateMatch, LateMatch.record_id == Record.id)
        .options(undefer(Record.payload), undefer(Record.envelope))
        .order_by(Record.seq)
        .limit(FETCH_ROWS)
    )
    after = BEFORE_ALL
    while batch := session.execute(query.where(and_(Record.station == station, Record.seq > after))).all():
        held = held_texts(session, [record.id for record, *_ in batch])
        yield from (
            StoredRecord(record, vehicle, supplement, held[record.id], late is not None) for record, vehicle, supplement, late in batch
        )
        after = batch[-1][0].seq
        session.expunge_all()


def _check_chain(row: Record, before: Link, source: str, result: StationAudit, failures: list[str]) -> Link:
    try:
        record = parse_record(row.payload, source)
        check_link(before, record, source)
        return link_of(record, row.payload)
    except RejectError as fault:
        failures.append(f"{source}: {fault.code}: {fault.what}")
        if fault.code != "chain-gap":
            result.chain = "broken"
        elif result.chain == "unbroken":
            result.chain = "gap"
    return Link(row.seq, sha256_hex(row.payload))


def _audit_media(session: Session, blobs: BlobStore, found: Audit) -> None:
    """Hash every blob that a record vouches for, once, and count those that are not here, or no longer."""
    query = select(Media.sha256, Record.station, Record.seq, Blob.sha256, Deletion.sha256).join(Record, Record.id == Media.record_id)
    query = query.outerjoin(Blob, Blob.sha256 == Media.sha256).outerjoin(Deletion, Deletion.sha256 == Media.sha256)
    sound: dict[str, bool] = {}
    for sha256, station, seq, entered, deleted in session.execute(query.order_by(Record.id)):
        if deleted is not None:
            found.stations[station].blobs_deleted += 1
            continue
        if entered is None:
            found.stations[station].blobs_missing += 1
            continue
        if sha256 not in sound:
            sound[sha256] = blobs.has(sha256) and blobs.is_sound(sha256)
        if not sound[sha256]:
            found.failures.append(f"{station}/{seq}: blob {sha256[:16]}: is gone from the folder or altered")


def _audit_documents(session: Session, blobs: BlobStore, found: Audit) -> None:
    """Hash every document that was issued of a case and is not deleted on schedule."""
    query = select(IssuedDocument.case_id, IssuedDocument.kind, IssuedDocument.language, IssuedDocument.sha256)
    query = query.outerjoin(Deletion, Deletion.sha256 == IssuedDocument.sha256).where(Deletion.sha256.is_(None))
    for case_id, kind, language, sha256 in session.execute(query.order_by(IssuedDocument.id)):
        if not (blobs.has(sha256) and blobs.is_sound(sha256)):
            found.failures.append(f"case {case_id}: {kind} {language}: blob {sha256[:16]}: is gone from the folder or altered")
