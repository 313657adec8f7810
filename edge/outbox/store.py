"""The outbox: records, blobs, plate reads and checkpoints of one station in one database, so that one transaction covers a vehicle.

What `append` has returned for survives a power cut. After a crash the station asks its digitisers for everything since their checkpoints
and weighs it again; vehicles that end at or before `last_end` are recorded already. So nothing is lost and nothing is doubled.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from contract.chain import Link
from contract.clips import ClipWanted
from contract.faults import RetryError, StopError
from contract.media import sha256_hex
from contract.plates import PlateRead
from contract.receipts import Receipt
from edge.outbox import blob_rows, certificate_rows, clip_rows, plate_rows, record_rows
from edge.outbox.blobs import FOLDER_MODE, BlobFolder
from edge.outbox.database import Database
from edge.outbox.rows import Applied, Blob, BlobRow, Checkpoint, ClipSpan, Counts, LedgerHead, ReadKey, Settlement, Waiting

DATABASE_SHARE: Final = 0.5
"""Part of the quota for records; the other is for pictures and captures, which central can do without for longer."""

MEGABYTE: Final = 1_000_000

MakeRecord = Callable[[Link], tuple[bytes, bytes]]
"""Given the chain's head, gives the next record: its canonical bytes and their envelope. Called within the transaction: keep it short."""


def utc_us() -> int:
    """Give the station's UTC in microseconds."""
    return time.time_ns() // 1_000


class Outbox:
    """The durable queue of one station; safe to use from several threads.

    Parameters
    ----------
    folder
        Created where missing; must be on a local disk. Holds ``outbox.sqlite`` and ``blobs/``.
    max_mb
        What all of it may take on the disk (`uplink.outbox_max_mb`).
    now_us
        UTC in microseconds.

    Raises
    ------
    StopError
        If the disk is read-only, full or failing, the database damaged, newer than this software, or in use by another process.
    """

    def __init__(self, folder: Path, max_mb: int, now_us: Callable[[], int] = utc_us) -> None:
        try:
            folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        except OSError as error:
            what = f"cannot be made: {error.strerror}; look at its owner and the mount"
            raise StopError("outbox-unopenable", str(folder), what) from error
        self._now_us = now_us
        self._source = str(folder)
        database_bytes = int(max_mb * MEGABYTE * DATABASE_SHARE)
        self._blob_bytes_max = max_mb * MEGABYTE - database_bytes
        self._folder = BlobFolder(folder / "blobs")
        self._database = Database(folder / "outbox.sqlite", database_bytes)
        with self._database.transaction() as connection:
            record_rows.check_head(connection, self._source)
            self._folder.remove_strays(blob_rows.names(connection))

    def close(self) -> None:
        """Close the database; everything in it is on the disk already."""
        self._database.close()

    def head(self) -> Link:
        """Give the chain's head: number and hash of the last record, whether or not it has left."""
        with self._database.transaction() as connection:
            return record_rows.head(connection)

    def append(
        self,
        make_record: MakeRecord,
        blobs: Sequence[Blob] = (),
        checkpoint: Checkpoint | None = None,
        reads: Sequence[ReadKey] = (),
        *,
        clip: ClipSpan | None = None,
        closes_clip_of: int | None = None,
    ) -> Link:
        """Store the next record with everything that belongs to it, all or nothing.

        Parameters
        ----------
        make_record
            Makes and signs the record, given the link it must name.
        blobs
            Pictures and captures that the record names.
        checkpoint
            How far the device's signal is used up once this record is stored.
        reads
            Plate reads that the record uses; they are not given again by `unused_reads`.
        clip
            Video that the record is still to get; `wanted_clips` gives it until it is closed.
        closes_clip_of
            The record whose clip this one brings.

        Returns
        -------
        Link
            The record's own place in the chain.

        Raises
        ------
        RetryError
            ``outbox-full`` or ``blobs-full``: the quota is used up, nothing was stored. Without `blobs` a record may still find room.
        StopError
            The disk failed; the process must end.
        """
        with self._database.transaction() as connection:
            if blobs:
                self._make_room(blob_rows.total_bytes(connection) + sum(len(blob.data) for blob in blobs))
            after = record_rows.head(connection)
            payload, envelope = make_record(after)
            link = Link(after.seq + 1, sha256_hex(payload))
            for blob in blobs:
                self._folder.keep(blob.sha256, blob.data)
                blob_rows.insert(connection, blob, link.seq, self._now_us())
            record_rows.insert(connection, link, envelope, self._now_us())
            plate_rows.mark_used(connection, reads, link.seq)
            if clip:
                clip_rows.insert(connection, link, clip)
            if closes_clip_of is not None:
                clip_rows.close(connection, closes_clip_of)
            if checkpoint:
                record_rows.set_checkpoint(connection, checkpoint)
            return link

    def _make_room(self, wanted_bytes: int) -> None:
        if wanted_bytes > self._blob_bytes_max:
            what = f"pictures and captures would take {wanted_bytes} bytes, at most {self._blob_bytes_max} are kept; bring the uplink back"
            raise RetryError("blobs-full", self._source, what)

    def save_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Say that a device's signal is used up to a counter although no vehicle was recorded."""
        with self._database.transaction() as connection:
            record_rows.set_checkpoint(connection, checkpoint)

    def checkpoint(self, device: str) -> Checkpoint | None:
        """Give how far a device's signal is used up, None if it has never been."""
        with self._database.transaction() as connection:
            return record_rows.checkpoint(connection, device)

    def keep_applied(self, applied: Applied) -> None:
        """Note durably that a certificate is applied, before anything is weighed by it."""
        with self._database.transaction() as connection:
            certificate_rows.insert(connection, applied, self._now_us())

    def applied(self, device: str) -> list[Applied]:
        """Give the certificates that were applied to a device's lane, in that order."""
        with self._database.transaction() as connection:
            return certificate_rows.applied(connection, device)

    def keep_ledger_head(self, head: LedgerHead) -> None:
        """Remember how far the ledger of certificates was, so that one that was cut back is recognised."""
        with self._database.transaction() as connection:
            certificate_rows.set_head(connection, head)

    def ledger_head(self) -> LedgerHead | None:
        """Give how far the ledger of certificates was, None if it was never read."""
        with self._database.transaction() as connection:
            return certificate_rows.head(connection)

    def waiting(self, limit: int) -> list[Waiting]:
        """Give the first records that no receipt has come for, in order."""
        with self._database.transaction() as connection:
            return record_rows.waiting(connection, limit)

    def envelope(self, seq: int) -> bytes | None:
        """Give the envelope of a record that waits or was refused; None once it has left."""
        with self._database.transaction() as connection:
            return record_rows.envelope(connection, seq)

    def settle(self, receipts: Sequence[Receipt]) -> Settlement:
        """Let rows go that central keeps. The receipts' signatures must have been verified.

        A row leaves on a receipt with its number and its hash, and on nothing else; on ``quarantined`` it stays here as refused. A receipt
        that comes twice does nothing; one with another hash, or for a number never given out, is a fault.
        """
        with self._database.transaction() as connection:
            return record_rows.settle(connection, receipts)

    def waiting_blobs(self, limit: int) -> list[BlobRow]:
        """Give the first blobs that are still to be uploaded, in the order of their records."""
        with self._database.transaction() as connection:
            return blob_rows.waiting(connection, self._folder, limit)

    def blob_uploaded(self, sha256: str) -> None:
        """Note that central has confirmed a blob."""
        with self._database.transaction() as connection:
            blob_rows.mark_uploaded(connection, sha256, self._now_us())

    def blob_refused(self, sha256: str, reason: str) -> None:
        """Note that central will never take a blob; it stays here and is counted."""
        with self._database.transaction() as connection:
            blob_rows.mark_refused(connection, sha256, reason, self._now_us())

    def prune(self, keep_us: int) -> int:
        """Delete blobs that central has confirmed more than `keep_us` ago and whose record has left; give how many.

        When their half of the quota is more than half full, the age does not matter.
        """
        with self._database.transaction() as connection:
            crowded = blob_rows.total_bytes(connection) > self._blob_bytes_max // 2
            names = blob_rows.forget_done(connection, self._now_us() - (0 if crowded else keep_us))
            for name in names:
                self._folder.delete(name)
            return len(names)

    def keep_read(self, read: PlateRead) -> bool:
        """Keep a plate read durably; give False for one that came before, which changes nothing."""
        with self._database.transaction() as connection:
            return plate_rows.insert(connection, read, self._now_us())

    def unused_reads(self) -> list[PlateRead]:
        """Give the reads that no record has used, in the order in which they came; asked for after a restart."""
        with self._database.transaction() as connection:
            return plate_rows.unused(connection)

    def wanted_clips(self, limit: int) -> list[ClipWanted]:
        """Give the first clips that records are still to get, in the order of the records."""
        with self._database.transaction() as connection:
            return clip_rows.wanted(connection, limit)

    def close_clip(self, seq: int) -> None:
        """Note that the clip of a record will never come."""
        with self._database.transaction() as connection:
            clip_rows.close(connection, seq)

    def forget_reads(self, older_than_us: int) -> int:
        """Delete reads that came more than `older_than_us` ago; give how many of them no record had used."""
        with self._database.transaction() as connection:
            return plate_rows.forget(connection, self._now_us() - older_than_us)

    def counts(self) -> Counts:
        """Give the state of the queue."""
        with self._database.transaction() as connection:
            records = record_rows.count(connection)
            blobs = blob_rows.count(connection)
            return Counts(
                last_seq=record_rows.head(connection).seq,
                waiting_records=records.get("waiting", 0),
                refused_records=records.get("refused", 0),
                waiting_blobs=blobs.get("waiting", 0),
                refused_blobs=blobs.get("refused", 0),
                blob_bytes=blob_rows.total_bytes(connection),
                unused_reads=plate_rows.count_unused(connection),
                wanted_clips=clip_rows.count(connection),
                oldest_waiting_us=record_rows.oldest_waiting_us(connection),
            )
