"""One vehicle with all that belongs to it: its signed bytes, its supplements and its media.

Every function takes an open `Session` of `central.evidence.database.Database.read()` and gives frozen values that outlive it.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from central.evidence.disclosures import held_texts, stored_record
from central.evidence.models import Blob, ChainState, Deletion, Media, Record, Supplement, Vehicle
from central.evidence.vehicle_list import VehicleSummary, summaries, summary_of
from contract.disclosures import Disclosure, parse_record_envelope
from contract.faults import RejectError
from contract.media import MediaRef, MediaRole
from contract.records import SupplementRecord, VehicleRecord

_SIGNED_BYTES: Final = (undefer(Record.payload), undefer(Record.envelope))
"""Read with the row where they are needed: left to themselves, each is a question of its own."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A record as it was signed and received: payload and signatures verbatim, and the texts beside them that are still held."""

    sha256: str
    payload: bytes
    bare_envelope: bytes
    disclosures: tuple[Disclosure, ...]
    key_id: str
    received_us: int
    chain: ChainState

    @property
    def envelope(self) -> bytes:
        """The envelope as it came, but for the texts that were deleted since.

        Raises
        ------
        RejectError
            ``not-an-envelope`` if what is stored is none.
        """
        if not self.disclosures:
            return self.bare_envelope
        return parse_record_envelope(self.bare_envelope, f"stored envelope of {self.sha256[:16]}").disclosing(self.disclosures)


@dataclass(frozen=True, slots=True)
class MediaItem:
    """A picture, clip or capture of a vehicle.

    `seq` is the record that vouches for it, `present` whether its bytes are here, `deleted_us` when they were deleted on schedule.
    """

    seq: int
    ref: MediaRef
    present: bool
    deleted_us: int | None = None


@dataclass(frozen=True, slots=True)
class SupplementDetail:
    """A record that names the vehicle's record, and the vehicle's very hash."""

    record: SupplementRecord
    signed: Signed


@dataclass(frozen=True, slots=True)
class VehicleDetail:
    """One vehicle with all that belongs to it; media of the supplements are included in `media`."""

    summary: VehicleSummary
    record: VehicleRecord
    signed: Signed
    supplements: tuple[SupplementDetail, ...]
    media: tuple[MediaItem, ...]


def vehicle(session: Session, station: str, seq: int) -> VehicleDetail | None:
    """Give one vehicle with its supplements and media, None if there is none of that number."""
    query = summaries().options(*_SIGNED_BYTES).where(Record.station == station, Record.seq == seq)
    found = session.execute(query).first()
    if found is None:
        return None
    row, own = found
    held = held_texts(session, [own.id])[own.id]
    parsed = stored_record(own, held)
    if not isinstance(parsed, VehicleRecord):
        raise RejectError("wrong-type", f"stored record {station}/{seq}", "is listed as a vehicle but its signed bytes are a supplement")
    supplements = _supplements(session, own)
    return VehicleDetail(
        summary=summary_of(row, own),
        record=parsed,
        signed=_signed(own, held),
        supplements=tuple(detail for detail, _ in supplements),
        media=_media(session, [own.id, *(record_id for _, record_id in supplements)]),
    )


def is_swept(session: Session, station: str, seq: int) -> bool:
    """Whether a vehicle's plate was deleted on schedule."""
    query = select(Vehicle.swept_us).join(Record, Record.id == Vehicle.record_id).where(Record.station == station, Record.seq == seq)
    return session.scalar(query) is not None


def _signed(own: Record, held: list[Disclosure]) -> Signed:
    return Signed(own.sha256, own.payload, own.envelope, tuple(held), own.key_id, own.received_us, ChainState(own.chain))


def _supplements(session: Session, own: Record) -> list[tuple[SupplementDetail, int]]:
    query = (
        select(Record)
        .join(Supplement, Supplement.record_id == Record.id)
        .options(*_SIGNED_BYTES)
        .where(Supplement.station == own.station, Supplement.of_seq == own.seq, Supplement.of_sha256 == own.sha256)
        .order_by(Record.seq)
    )
    rows = session.scalars(query).all()
    held = held_texts(session, [later.id for later in rows])
    details = []
    for later in rows:
        parsed = stored_record(later, held[later.id])
        if isinstance(parsed, SupplementRecord):
            details.append((SupplementDetail(parsed, _signed(later, held[later.id])), later.id))
    return details


def _media(session: Session, record_ids: list[int]) -> tuple[MediaItem, ...]:
    query = (
        select(Media, Record.seq, Blob.sha256, Deletion.deleted_us)
        .join(Record, Record.id == Media.record_id)
        .outerjoin(Blob, Blob.sha256 == Media.sha256)
        .outerjoin(Deletion, Deletion.sha256 == Media.sha256)
        .where(Media.record_id.in_(record_ids))
        .order_by(Record.seq, Media.position)
    )
    return tuple(
        MediaItem(
            seq,
            MediaRef(role=MediaRole(item.role), sha256=item.sha256, media_type=item.media_type, size=item.size),
            present=present is not None,
            deleted_us=deleted_us,
        )
        for item, seq, present, deleted_us in session.execute(query)
    )
