"""Uploads pictures and captures: ``PUT /blobs/<sha256>``, each with a claim that the station's key has signed."""

import base64
import threading
import time
from collections.abc import Callable
from random import Random
from typing import Final

import httpx
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.canonical import canonical_bytes
from contract.faults import Fault, RejectError, RetryError, StopError
from contract.media import sha256_hex
from contract.receipts import BlobClaim
from contract.signatures import PayloadType, seal
from contract.units import US_PER_DAY
from edge.uplink.back_off import BackOff
from edge.uplink.ports import BlobFile, BlobQueue

TIMEOUTS: Final = httpx.Timeout(connect=2.0, read=10.0, write=10.0, pool=1.0)
"""Seconds without any byte moving; a slow link may take as long as it needs."""

BATCH: Final = 16
IDLE_S: Final = 0.2
"""Pause when nothing waits."""

PRUNE_EVERY_S: Final = 60.0
KEEP_US: Final = US_PER_DAY
"""Confirmed blobs stay a day, for a technician on the spot; less when room is short."""

REFUSALS: Final = frozenset({400, 413, 415, 422})
"""Answers about the blob itself, which no second attempt changes. Every other (not enrolled yet, clock wrong, central away) may pass."""


_log = structlog.get_logger("edge")


class BlobUploader:
    """Uploads one blob after the other in the thread that calls `run`.

    Parameters
    ----------
    station, key
        Who claims.
    central_url
        Base address of central.
    client
        Does HTTP; its owner closes it.
    queue
        Where blobs wait.
    note
        Counts and logs a fault.
    stopping
        Ends `run`.
    random
        For the back-off.
    now_us
        UTC in microseconds, for the claim.
    keep_us
        How long a blob stays that central has confirmed.
    """

    def __init__(
        self,
        station: str,
        key: Ed25519PrivateKey,
        central_url: str,
        client: httpx.Client,
        queue: BlobQueue,
        *,
        note: Callable[[Fault], None],
        stopping: threading.Event,
        random: Random,
        now_us: Callable[[], int],
        keep_us: int = KEEP_US,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._station = station
        self._key = key
        self._base = central_url.rstrip("/")
        self._client = client
        self._queue = queue
        self._note = note
        self._stopping = stopping
        self._back_off = BackOff(random)
        self._now_us = now_us
        self._keep_us = keep_us
        self._now_s = now_s
        self._prune_due_s = now_s() + PRUNE_EVERY_S

    def run(self) -> None:
        """Upload what waits, until `stopping` is set.

        Raises
        ------
        StopError
            From the queue, or from reading its files: the disk failed.
        """
        while not self._stopping.is_set():
            try:
                pause_s = 0.0 if self._upload_some() else IDLE_S
                self._prune()
            except RetryError as error:
                self._note(error.fault())
                pause_s = self._back_off.next_s()
            self._stopping.wait(pause_s)

    def _upload_some(self) -> bool:
        blobs = self._queue.waiting_blobs(BATCH)
        for blob in blobs:
            if self._stopping.is_set():
                break
            try:
                self._upload(blob)
            except RejectError as error:
                self._note(error.fault())
                self._queue.blob_refused(blob.sha256, str(error))
                continue
            self._back_off.reset()
            if not self._stopping.is_set():
                self._queue.blob_uploaded(blob.sha256)
        return bool(blobs)

    def _prune(self) -> None:
        if self._now_s() >= self._prune_due_s:
            self._prune_due_s = self._now_s() + PRUNE_EVERY_S
            if removed := self._queue.prune(self._keep_us):
                _log.info("media-deleted", blobs=removed, confirmed_days=round(self._keep_us / US_PER_DAY, 2))

    def _upload(self, blob: BlobFile) -> None:
        """Upload one blob.

        Raises
        ------
        RejectError
            Central will never take it, or what lies here is no longer what the record named.
        RetryError
            Central cannot be reached or cannot take it now.
        StopError
            The file cannot be read although its name is there.
        """
        where = f"blob {blob.sha256[:16]}"
        data = _read(blob, where)
        if sha256_hex(data) != blob.sha256:
            raise RejectError("blob-damaged", where, f"has changed on the disk ({blob.path}); the record names other bytes")
        headers = {"Authorization": self._claim(blob, len(data)), "Content-Type": blob.media_type}
        try:
            answer = self._client.put(f"{self._base}/blobs/{blob.sha256}", content=data, headers=headers)
        except httpx.HTTPError as error:
            raise RetryError("central-unreachable", self._base, f"cannot take blobs: {type(error).__name__} {error}") from error
        if answer.is_success:
            return
        said = f"central answered {answer.status_code}: {answer.text[:300]}"
        if answer.status_code in REFUSALS:
            raise RejectError("blob-refused", where, f"{said}; it is kept here")
        raise RetryError("blob-not-taken", where, f"{said}; it is tried again")

    def _claim(self, blob: BlobFile, size: int) -> str:
        claim = BlobClaim(station=self._station, sha256=blob.sha256, size=size, time_us=self._now_us())
        return f"DSSE {base64.b64encode(seal(canonical_bytes(claim), PayloadType.BLOB_CLAIM, self._key)).decode()}"


def _read(blob: BlobFile, where: str) -> bytes:
    try:
        return blob.path.read_bytes()
    except FileNotFoundError as error:
        raise RejectError("blob-missing", where, f"is not on the disk ({blob.path}); the record stays, without it") from error
    except OSError as error:
        raise StopError("disk-failing", str(blob.path), f"cannot be read: {error.strerror}") from error
