"""One push, from its bytes to a durable read: understood, its pictures kept, its read spooled, and only then acknowledged."""

from enum import StrEnum

from contract.faults import RetryError
from plate_reader.blobs import BlobFolder
from plate_reader.cameras.isapi import parse_push
from plate_reader.health import Health
from plate_reader.spool import Spool


class Taken(StrEnum):
    """What became of a push that is acknowledged."""

    READ = "read"
    RESEND = "resend"
    IGNORED = "ignored"


class Intake:
    """Takes pushes in; blocking, to be called from a worker thread."""

    def __init__(self, spool: Spool, blobs: BlobFolder, health: Health) -> None:
        self._spool = spool
        self._blobs = blobs
        self._health = health

    def take(self, camera: str, body: bytes, content_type: str) -> Taken:
        """Take one complete push; when this returns, its read survives a power cut.

        Raises
        ------
        RejectError
            If the push cannot be understood.
        RetryError
            If it cannot be kept now: spool or disk full.
        """
        event = parse_push(body, content_type, camera)
        if event is None:
            self._health.count(camera, Taken.IGNORED)
            return Taken.IGNORED
        if self._spool.has_seen(event.read):
            self._health.count(camera, Taken.RESEND, event.read)
            return Taken.RESEND
        try:
            for picture in event.pictures:
                self._blobs.put(picture)
        except OSError as error:
            raise RetryError("blob-disk", camera, f"its pictures cannot be written ({error}); free or mend the disk") from error
        self._spool.put(event.read)
        self._health.count(camera, Taken.READ, event.read)
        return Taken.READ
