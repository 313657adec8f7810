"""The parts that come from the station: records, media, parameters; with the rules, and the station's keys and publication."""

from collections.abc import Iterator
from dataclasses import asdict
from importlib.resources import files
from typing import Final

from sqlalchemy.orm import Session

from central.bundles.parts import Part
from central.evidence.blobs import BlobStore
from central.evidence.models import Blob, Station
from central.evidence.publications import publications
from central.evidence.stations import keys_of
from central.evidence.subject import Subject
from contract import rules
from contract.bundle.contents import Publication, StationKey, StationKeys
from contract.bundle.manifest import Missing, Role
from contract.canonical import canonical_bytes
from contract.media import MediaRef
from contract.rules import shipped_packs
from contract.signatures import public_key_text

ENDINGS: Final = {"image/jpeg": "jpg", "image/png": "png", "application/x-hdf5": "h5", "video/x-msvideo": "avi"}


def record_parts(subject: Subject) -> Iterator[Part]:
    """Give the signed records as they came, with what is still held of their texts."""
    detail = subject.vehicle
    yield Part(f"records/{subject.seq:012}.dsse.json", Role.RECORD, detail.signed.envelope)
    for later in detail.supplements:
        yield Part(f"records/{later.record.seq:012}.dsse.json", Role.SUPPLEMENT, later.signed.envelope)


def media_parts(subject: Subject, blobs: BlobStore) -> tuple[list[Part], list[Missing]]:
    """Give pictures, clips and captures, each once, and what of them is not here."""
    parts: dict[str, Part] = {}
    missing: dict[str, Missing] = {}
    for item in subject.vehicle.media:
        sha256 = item.ref.sha256
        if item.present and blobs.has(sha256):
            parts.setdefault(sha256, Part(_media_name(item.ref), Role.MEDIA, blobs.path(sha256), sha256))
        else:
            missing[sha256] = Missing(sha256=sha256, deleted_us=item.deleted_us)
    return list(parts.values()), sorted(missing.values(), key=lambda one: one.sha256)


def _media_name(ref: MediaRef) -> str:
    return f"media/{ref.role.value}-{ref.sha256[:16]}.{ENDINGS.get(ref.media_type, 'bin')}"


def parameter_parts(session: Session, subject: Subject, blobs: BlobStore) -> Iterator[Part]:
    """Give station file, calibration and certificate, as far as the station has sent them."""
    record = subject.vehicle.record
    calibration = None if record.calibration is None else record.calibration.sha256
    sealed = None if record.certificate is None else record.certificate.sealed_sha256
    wanted = (
        ("parameters/station.toml", Role.STATION_FILE, record.parameters_sha256),
        ("parameters/calibration.json", Role.CALIBRATION, calibration),
        ("parameters/certificate.json", Role.CERTIFICATE, sealed),
    )
    for name, role, sha256 in wanted:
        if sha256 is not None and session.get(Blob, sha256) is not None and blobs.has(sha256):
            yield Part(name, role, blobs.path(sha256), sha256)


def rule_parts(subject: Subject) -> Iterator[Part]:
    """Give the text of the rules that the record names, if this version ships them."""
    wanted = subject.vehicle.record.rules.sha256
    for name, pack in shipped_packs().items():
        if pack.sha256 == wanted:
            yield Part(f"rules/{name}", Role.RULES, files(rules).joinpath(name).read_bytes(), wanted)


def station_parts(session: Session, subject: Subject) -> Iterator[Part]:
    """Give the station's enrolled keys and its publications."""
    row = session.get_one(Station, subject.station)
    keys = StationKeys(
        station=row.id,
        name=row.name,
        enrolled_us=row.enrolled_us,
        keys=tuple(
            StationKey(
                key_id=one.key_id,
                public_key=public_key_text(one.key),
                valid_from_us=one.valid_from_us,
                valid_until_us=one.valid_until_us,
            )
            for one in sorted(keys_of(session, subject.station).values(), key=lambda one: (one.valid_from_us, one.key_id))
        ),
    )
    yield Part("station/keys.json", Role.STATION_KEYS, canonical_bytes(keys))
    for number, publication in enumerate((one for one in publications(session) if one.station == subject.station), 1):
        yield Part(f"station/publication-{number:03}.json", Role.PUBLICATION, canonical_bytes(Publication(**asdict(publication))))
