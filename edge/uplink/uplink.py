"""The uplink as the station sees it: start, stop, and whether it lives."""

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Final

import httpx
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contract.faults import Fault, Reaction, StopError
from contract.station import Uplink as Settings
from edge.uplink.blobs import KEEP_US, TIMEOUTS, BlobUploader
from edge.uplink.ports import Queue
from edge.uplink.publisher import MakeStatus, Publisher
from edge.uplink.session import Broker
from edge.uplink.tls import tls_context

STOP_WITHIN_S: Final = 3.0
PASSWORD_MAX_BYTES: Final = 4_096

_log = structlog.get_logger("edge.uplink")


class Uplink:
    """Two threads, one for records and one for blobs, so that a slow picture never holds up a record.

    Neither thread ends by itself but for a `StopError` of the disk or a defect of the program; then `alive` is false, and the supervisor
    ends the process.

    Parameters
    ----------
    station
        The station's id.
    settings
        The station file's table `uplink`.
    queue
        The outbox.
    station_key
        Signs the claims of blobs.
    receipt_keys
        Central's public keys by key id.
    make_status
        Gives the station's health, called every few seconds from the uplink's thread.
    note
        Counts and logs a fault; called from both threads.
    now_us
        UTC in microseconds.
    random
        For the back-off.
    keep_us
        How long media stays that central has confirmed.

    Raises
    ------
    StopError
        If a certificate, key or password file cannot be used.
    """

    def __init__(
        self,
        station: str,
        settings: Settings,
        queue: Queue,
        station_key: Ed25519PrivateKey,
        receipt_keys: Mapping[str, Ed25519PublicKey],
        *,
        make_status: MakeStatus,
        note: Callable[[Fault], None],
        now_us: Callable[[], int],
        random: Random,
        keep_us: int = KEEP_US,
    ) -> None:
        self._note = note
        self._has_keys = bool(receipt_keys)
        self._stopping = threading.Event()
        self.failure: StopError | None = None
        tls = tls_context(settings)
        # No proxy from the environment: where evidence goes is said in the station file alone.
        self._http = httpx.Client(timeout=TIMEOUTS, verify=tls or True, trust_env=False)
        broker = Broker(settings.broker_host, settings.broker_port, station, settings.username, _password(settings), tls)
        publisher_random, uploader_random = Random(random.random()), Random(random.random())  # noqa: S311 - spreads attempts, guards nothing
        self._publisher = Publisher(
            station,
            broker,
            queue,
            receipt_keys,
            make_status=make_status,
            note=note,
            stopping=self._stopping,
            random=publisher_random,
        )
        uploader = BlobUploader(
            station,
            station_key,
            settings.central_url,
            self._http,
            queue,
            note=note,
            stopping=self._stopping,
            random=uploader_random,
            now_us=now_us,
            keep_us=keep_us,
        )
        self._threads = [
            threading.Thread(target=self._guarded, args=(run,), name=name, daemon=True)
            for name, run in (("uplink-records", self._publisher.run), ("uplink-blobs", uploader.run))
        ]

    @property
    def alive(self) -> bool:
        """Whether both threads run."""
        return all(thread.is_alive() for thread in self._threads)

    @property
    def connected(self) -> bool:
        """Whether the broker is connected and has granted the receipts."""
        return self._publisher.connected

    def start(self) -> None:
        """Begin to deliver; whether broker and central are there or not."""
        if not self._has_keys:
            what = "is not given, so no receipt is believed and nothing ever leaves the outbox; give central's public key"
            self._note(Fault(code="no-receipt-key", where="uplink.central_key_file", what=what, reaction=Reaction.REJECT))
        for thread in self._threads:
            thread.start()

    def stop(self, within_s: float = STOP_WITHIN_S) -> bool:
        """End; give whether both threads ended in time. One that did not is held by the network and ends with the process."""
        self._stopping.set()
        until_s = time.monotonic() + within_s
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, until_s - time.monotonic()))
        ended = not any(thread.is_alive() for thread in self._threads)
        if ended:
            self._http.close()
        return ended

    def _guarded(self, run: Callable[[], None]) -> None:
        try:
            run()
        except StopError as error:
            self.failure = error
            self._note(error.fault())
        finally:
            if not self._stopping.is_set():
                _log.critical("uplink-thread-ended", thread=threading.current_thread().name)


def _password(settings: Settings) -> str | None:
    if settings.password_file is None:
        return None
    path = Path(settings.password_file)
    try:
        with path.open("rb") as file:
            return file.read(PASSWORD_MAX_BYTES).decode().strip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise StopError("uplink-password", str(path), f"cannot be read as uplink.password_file: {error}") from error
