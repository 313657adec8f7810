"""One message, from its bytes to durable reads: understood, its pictures kept, its reads spooled, and only then acknowledged."""

import threading
from collections import OrderedDict
from enum import StrEnum
from typing import Final

from contract.faults import RetryError
from plate_reader.blobs import BlobFolder
from plate_reader.cameras.event import CameraEvent, Kind
from plate_reader.cameras.message import Message, Protocol
from plate_reader.health import Health
from plate_reader.spool import Spool


class Taken(StrEnum):
    """What became of a message that is acknowledged."""

    READ = "read"
    RESEND = "resend"
    IGNORED = "ignored"
    KEEP_ALIVE = "keep-alive"


TOLD_MAX: Final = 1_024
"""Vehicles remembered by their cameras' names for them: those of many minutes."""

_WITHOUT_EVENTS = {Kind.KEEP_ALIVE: Taken.KEEP_ALIVE, Kind.OTHER: Taken.IGNORED, Kind.READ: Taken.IGNORED}


class Intake:
    """Takes messages in; blocking, to be called from worker threads."""

    def __init__(self, spool: Spool, blobs: BlobFolder, health: Health) -> None:
        self._spool = spool
        self._blobs = blobs
        self._health = health
        self._lock = threading.Lock()
        self._told: OrderedDict[tuple[str, str], None] = OrderedDict()

    def take(self, protocol: Protocol, message: Message) -> Taken:
        """Take one complete message; when this returns, its reads survive a power cut.

        Raises
        ------
        RejectError
            If the message cannot be understood; then none of its events is kept.
        RetryError
            If it cannot be kept now: spool or disk full.
        """
        pushed = protocol.parse(message)
        if not pushed.events:
            taken = _WITHOUT_EVENTS[pushed.kind]
            self._health.count(message.camera, taken)
            return taken
        new = [self.keep(message.camera, event) for event in pushed.events]
        return Taken.READ if any(new) else Taken.RESEND

    def keep(self, camera: str, event: CameraEvent) -> bool:
        """Keep one event durably; False where it was kept before. Raises `RetryError` where it cannot be kept now."""
        if self._spool.has_seen(event.read) or (event.only_if_untold and (camera, event.vehicle) in self._told):
            self._health.count(camera, Taken.RESEND, event.read)
            return False
        try:
            for picture in event.pictures:
                self._blobs.put(picture)
        except OSError as error:
            raise RetryError("blob-disk", camera, f"its pictures cannot be written ({error}); free or mend the disk") from error
        self._spool.put(event.read)
        self._tell(camera, event.vehicle)
        self._health.count(camera, Taken.READ, event.read)
        return True

    def _tell(self, camera: str, vehicle: str) -> None:
        """Remember that something was told of a vehicle."""
        if not vehicle:
            return
        with self._lock:
            self._told[camera, vehicle] = None
            if len(self._told) > TOLD_MAX:
                self._told.popitem(last=False)
