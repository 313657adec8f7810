"""What a bundle holds: every member with its role, size and SHA-256, signed by the central that made it.

The manifest is itself the member ``manifest.json``: a DSSE envelope in the one form in which it is written, so that no bit of it can be
changed unseen. Its signature says who made the bundle; what the records say rests on the stations' own signatures.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from contract.bundle.archive import ARCHIVE_MAX_BYTES, MEMBERS_MAX, is_member_name
from contract.canonical import canonical_bytes, parse_canonical
from contract.faults import RejectError
from contract.media import Sha256
from contract.names import Name
from contract.records import TimeUs
from contract.signatures import PayloadType, open_envelope, parse_envelope, payload_of, seal, spelled_out

MANIFEST_NAME: Final = "manifest.json"
MANIFEST_MAX_BYTES: Final = 4 * 1024 * 1024
"""Of `MEMBERS_MAX` members it has some 2 MB."""


class Role(StrEnum):
    """What a member is."""

    RECORD = "record"
    """The vehicle's record: its envelope as received, with what is still held of its disclosures."""
    SUPPLEMENT = "supplement"
    """A later record of the same vehicle."""
    MEDIA = "media"
    """A picture, clip or capture that a record names."""
    STATION_FILE = "station-file"
    CALIBRATION = "calibration"
    CERTIFICATE = "certificate"
    """The signed entries of the ledger by which the calibration is in force."""
    RULES = "rules"
    STATION_KEYS = "station-keys"
    """The keys that central has enrolled for the station (`contract.bundle.contents.StationKeys`)."""
    PUBLICATION = "publication"
    """That the station was made known to the public."""
    LEAF = "leaf"
    PROOF = "proof"
    """That a leaf is in the log: C2SP proof text, with a checkpoint. It has the leaf's name."""
    CONSISTENCY = "consistency"
    TIMESTAMP = "timestamp"
    """An authority's answer over a checkpoint (RFC 3161), named like a proof that ends in it."""
    LOG_KEY = "log-key"
    WITNESS_KEY = "witness-key"
    AUTHORITY = "authority"
    """The certificates of the time stamp authority."""
    CENTRAL_KEY = "central-key"
    EVENT = "event"
    """A step of the case, as central's history holds it."""
    ACT = "act"
    """An entry of central's journal about the case."""
    DOCUMENT = "document"
    """A notice, decision or sheet that was issued."""
    REWEIGHING = "reweighing"
    """What weighing the capture again has given."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileEntry(_Part):
    """One member."""

    name: Annotated[str, Field(max_length=200)]
    role: Role
    size: Annotated[int, Field(ge=0, le=ARCHIVE_MAX_BYTES)]
    sha256: Sha256


class Missing(_Part):
    """A medium that a record names and the bundle does not hold; deleted on schedule at a time, or never received."""

    sha256: Sha256
    deleted_us: TimeUs | None = None


class Manifest(_Part):
    """The whole list, in order of names."""

    version: Literal[1] = 1
    station: Name
    seq: Annotated[int, Field(ge=1, lt=2**53)]
    record_sha256: Sha256
    case: Annotated[int, Field(ge=1, lt=2**53)] | None = None
    """Central's number of the case, None where the vehicle has none."""
    notice: Annotated[str, Field(max_length=60)] | None = None
    made_us: TimeUs
    made_by: Annotated[str, Field(max_length=60)]
    files: Annotated[tuple[FileEntry, ...], Field(max_length=MEMBERS_MAX)]
    missing: Annotated[tuple[Missing, ...], Field(max_length=MEMBERS_MAX)] = ()

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        names = [entry.name for entry in self.files]
        if names != sorted(set(names)) or MANIFEST_NAME in names or not all(map(is_member_name, names)):
            msg = "the members stand in order of their names, each once, the manifest not among them"
            raise ValueError(msg)
        return self

    def of(self, *roles: Role) -> tuple[FileEntry, ...]:
        """Give the members of some roles."""
        return tuple(entry for entry in self.files if entry.role in roles)


def seal_manifest(manifest: Manifest, key: Ed25519PrivateKey) -> bytes:
    """Sign a manifest and give the member's bytes."""
    return seal(canonical_bytes(manifest), PayloadType.BUNDLE, key)


def open_manifest(data: bytes, keys: Mapping[str, Ed25519PublicKey], source: str) -> Manifest:
    """Verify a manifest and give it.

    Raises
    ------
    RejectError
        As `contract.signatures.open_envelope`; ``not-canonical`` if envelope or manifest are not in their one form, ``bad-manifest`` if it
        is none.
    """
    envelope = parse_envelope(data, source)
    payload = open_envelope(envelope, PayloadType.BUNDLE, keys, source)
    if spelled_out(envelope) != data:
        raise RejectError("not-canonical", source, "is not in the form in which central writes it; a bit of it was changed")
    return parse_manifest(payload, source)


def look_into_manifest(data: bytes, source: str) -> tuple[Manifest, tuple[str, ...]]:
    """Give a manifest WITHOUT verifying it, and the ids of the keys that are said to have signed it."""
    envelope = parse_envelope(data, source)
    return parse_manifest(payload_of(envelope, source), source), tuple(one.keyid for one in envelope.signatures)


def parse_manifest(payload: bytes, source: str) -> Manifest:
    """Read a manifest from its canonical bytes."""
    parse_canonical(payload, source)
    try:
        return Manifest.model_validate_json(payload)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise RejectError("bad-manifest", source, f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
