"""What goes into the outbox and what comes out of it."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Self

from contract.faults import Fault
from contract.media import MediaRef, MediaRole, sha256_hex


class State(StrEnum):
    """Where a record or blob stands: on its way, at central, or refused there and kept here."""

    WAITING = "waiting"
    UPLOADED = "uploaded"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Blob:
    """A picture or capture that a record names, with its bytes."""

    sha256: str
    media_type: str
    data: bytes = field(repr=False)

    @classmethod
    def of(cls, data: bytes, media_type: str) -> Self:
        """Name the bytes by their SHA-256."""
        return cls(sha256_hex(data), media_type, data)

    def ref(self, role: MediaRole) -> MediaRef:
        """Give what a record says of it."""
        return MediaRef(role=role, sha256=self.sha256, media_type=self.media_type, size=len(self.data))


@dataclass(frozen=True, slots=True)
class ClipSpan:
    """The video that a record is to get: of which lane, from when until when (UTC, µs)."""

    lane: int
    from_us: int
    until_us: int


@dataclass(frozen=True, slots=True)
class BlobRow:
    """A blob on its way to central; `path` is the file that holds it."""

    sha256: str
    media_type: str
    size: int
    path: Path


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a device's signal is used up.

    Attributes
    ----------
    device
        The device's name in the station file.
    epoch
        Which run of the device's counter this is (it begins anew at power-up), as the driver names it. A checkpoint of another epoch says
        nothing about the counters of this one.
    resume_counter
        From here on the device is asked to send again after a restart.
    last_end
        Vehicles whose signal ends at or before this counter are recorded already.
    """

    device: str
    epoch: int
    resume_counter: int
    last_end: int


@dataclass(frozen=True, slots=True)
class Applied:
    """A certificate (JSON of a `SealedCertificate`) that a device's lane goes by for vehicles from a counter of an epoch on."""

    device: str
    epoch: int
    from_counter: int
    sealed: str = field(repr=False)


class LedgerHead(NamedTuple):
    """How far the ledger of certificates was when it was last read: counter and SHA-256 of its newest entry."""

    counter: int
    sha256: str


class ReadKey(NamedTuple):
    """What names a plate read: a camera, and its own id of the event."""

    camera: str
    event_id: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A record that no receipt has come for."""

    seq: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a batch of receipts did: rows that left, rows kept as refused, and receipts that fitted no row."""

    stored: int
    refused: int
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """State of the outbox, for the station's status; `oldest_waiting_us` None when nothing waits."""

    last_seq: int
    waiting_records: int
    refused_records: int
    waiting_blobs: int
    refused_blobs: int
    blob_bytes: int
    unused_reads: int
    wanted_clips: int
    oldest_waiting_us: int | None
