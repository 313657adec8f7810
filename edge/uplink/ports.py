"""What the uplink asks of the outbox. The stages of the edge do not import each other; `edge.outbox.Outbox` fits these shapes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from contract.faults import Fault
from contract.receipts import Receipt


class Row(Protocol):
    """A record that no receipt has come for."""

    @property
    def seq(self) -> int:
        """Its number in the station's chain."""

    @property
    def sha256(self) -> str:
        """SHA-256 of its canonical bytes."""


class BlobFile(Protocol):
    """A picture or capture that is still to be uploaded."""

    @property
    def sha256(self) -> str:
        """SHA-256 of its bytes."""

    @property
    def media_type(self) -> str:
        """Its media type."""

    @property
    def path(self) -> Path:
        """The file that holds it."""


class Settled(Protocol):
    """What a batch of receipts did."""

    @property
    def faults(self) -> Sequence[Fault]:
        """Receipts that fitted no row, and records that central refused."""


class RecordQueue(Protocol):
    """Records in the order of their numbers; each call is durable when it returns."""

    def waiting(self, limit: int) -> Sequence[Row]:
        """Give the first records that no receipt has come for."""

    def envelope(self, seq: int) -> bytes | None:
        """Give a record's envelope, None once it has left."""

    def settle(self, receipts: Sequence[Receipt]) -> Settled:
        """Let rows go that central keeps; the receipts are verified."""


class BlobQueue(Protocol):
    """Blobs in the order of their records; each call is durable when it returns."""

    def waiting_blobs(self, limit: int) -> Sequence[BlobFile]:
        """Give the first blobs to be uploaded."""

    def blob_uploaded(self, sha256: str) -> None:
        """Note that central has confirmed a blob."""

    def blob_refused(self, sha256: str, reason: str) -> None:
        """Note that central will never take a blob."""

    def prune(self, keep_us: int) -> int:
        """Delete what central has confirmed that long ago."""


class Queue(RecordQueue, BlobQueue, Protocol):
    """Both."""
