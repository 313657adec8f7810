"""What a document rests on: the signed records, their proofs checked anew, and the bytes of pictures and signal, each against its hash."""

from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from sqlalchemy.orm import Session

from central.evidence.blobs import BlobStore
from central.evidence.models import Station
from central.evidence.publications import Publication, publication_at
from central.evidence.stations import keys_of
from central.evidence.vehicle_detail import MediaItem, VehicleDetail, vehicle
from central.web.derivatives import WIDTH_MAX, Imprint, marked_picture, sound_bytes
from central.web.formats import Formats
from central.web.proofs import Proof, prove
from central.web.signal import Signal, read_signal
from central.web.translation import CODES, language
from contract.faults import RejectError
from contract.media import MediaRole
from contract.records import VehicleRecord

PRINTED_WIDTH: Final = 1_000
"""Pixels of a printed picture's width: 300 to the inch at half the width of the text."""

VIEWS: Final = (MediaRole.FRONT, MediaRole.REAR, MediaRole.SCENE, MediaRole.OVERVIEW)
"""Pictures of the vehicle, in the order in which they are printed."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture of the record: its printed copy with the imprint, or None and why there is none."""

    item: MediaItem
    jpeg: bytes | None
    fault: RejectError | None = None

    @property
    def file(self) -> str:
        """Name of the copy among the paper's files."""
        return f"{self.item.ref.sha256}.jpg"


@dataclass(frozen=True, slots=True)
class Material:
    """One vehicle as it can be printed now."""

    detail: VehicleDetail
    station_name: str
    proof: Proof
    supplement_proofs: tuple[Proof, ...]
    shots: tuple[Shot, ...]
    signal: Signal | None
    publication: Publication | None
    """As it was in force when the vehicle passed."""

    @property
    def record(self) -> VehicleRecord:
        """The vehicle's signed record."""
        return self.detail.record

    @property
    def views(self) -> tuple[Shot, ...]:
        """Pictures of the vehicle, as they are printed side by side."""
        return tuple(shot for role in VIEWS for shot in self.shots if shot.item.ref.role is role)

    @property
    def crops(self) -> tuple[Shot, ...]:
        """Pictures of its plates."""
        return tuple(shot for shot in self.shots if shot.item.ref.role is MediaRole.PLATE)

    @property
    def arrived_us(self) -> int:
        """When the last of the vehicle's records came."""
        return max(signed.received_us for signed in (self.detail.signed, *(item.signed for item in self.detail.supplements)))

    @property
    def files(self) -> dict[str, bytes]:
        """The pictures by the names that parts of a paper use."""
        return {shot.file: shot.jpeg for shot in self.shots if shot.jpeg is not None}


def gather(session: Session, blobs: BlobStore, zone: tzinfo, station: str, seq: int) -> Material | None:
    """Gather one vehicle's material, None if there is no such vehicle; what is not here or is damaged is left out, with the reason."""
    detail = vehicle(session, station, seq)
    if detail is None:
        return None
    keys, row = keys_of(session, station), session.get(Station, station)
    pictures = [item for item in detail.media if item.ref.role not in {MediaRole.CLIP, MediaRole.CAPTURE}]
    return Material(
        detail=detail,
        station_name=station if row is None else row.name,
        proof=prove(detail.record, detail.signed, keys),
        supplement_proofs=tuple(prove(item.record, item.signed, keys) for item in detail.supplements),
        shots=tuple(_shot(blobs, detail.record, item, zone) for item in pictures),
        signal=_signal(blobs, detail),
        publication=publication_at(session, station, detail.record.time_us),
    )


def imprint_of(record: VehicleRecord, sha256: str, zone: tzinfo) -> Imprint:
    """Give what is written into a copy of a record's picture; the same in every language."""
    return Imprint(record.station, record.seq, Formats(language(CODES[0]), zone).moment(record.time_us), sha256)


def party_copy(data: bytes, role: MediaRole, imprint: Imprint, width_max: int = WIDTH_MAX) -> bytes:
    """Give a picture's copy for the party: an overview, which shows who else was on the road, so coarse that nobody is known by it.

    Raises
    ------
    RejectError
        As `marked_picture`.
    """
    return marked_picture(data, imprint, width_max, coarse=role is MediaRole.OVERVIEW)


def _shot(blobs: BlobStore, record: VehicleRecord, item: MediaItem, zone: tzinfo) -> Shot:
    if not item.present or not blobs.has(item.ref.sha256):
        return Shot(item, None)
    try:
        data = sound_bytes(blobs, item.ref.sha256)
        return Shot(item, party_copy(data, item.ref.role, imprint_of(record, item.ref.sha256, zone), PRINTED_WIDTH))
    except RejectError as error:
        return Shot(item, None, error)


def _signal(blobs: BlobStore, detail: VehicleDetail) -> Signal | None:
    """Read the capture; None where it is not here or is not sound."""
    capture = next((item.ref.sha256 for item in detail.media if item.ref.role is MediaRole.CAPTURE), None)
    if capture is None or not blobs.has(capture) or not blobs.is_sound(capture):
        return None
    try:
        with blobs.open(capture) as stream:
            return read_signal(stream, detail.record, f"capture {capture[:16]}")
    except RejectError:
        return None
