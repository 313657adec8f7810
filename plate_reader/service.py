"""The process: receiver and delivery side by side, ended cleanly by SIGTERM or SIGINT.

| ends because                             | exit code        |
|------------------------------------------|------------------|
| SIGTERM, SIGINT                          | 0                |
| address in use, folder not writable      | 1                |
| delivery failed on a fault of its own    | 75, start again  |

Started again, it takes up the spool where it was left; a read that a camera was promised is in it.
"""

import asyncio
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import structlog
import uvicorn

from contract.faults import EXIT_OK, EXIT_RESTART, Fault, Reaction, StopError
from plate_reader.app import Limits, Receiver, create_app
from plate_reader.blobs import BLOBS_MAX_BYTES, BlobFolder
from plate_reader.delivery import Delivery
from plate_reader.health import Health
from plate_reader.intake import Intake
from plate_reader.spool import Spool
from plate_reader.video.desk import ClipDesk
from plate_reader.video.ring import KEEP_S, FrameRing
from plate_reader.video.source import VideoSettings, VideoSource

CONNECTIONS_MAX: Final = 100
"""Open connections and requests; beyond them uvicorn answers 503."""

SHUTDOWN_S: Final = 5
"""How long a push under way may take to end after SIGTERM."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What `wim-plates run` was told."""

    host: str
    port: int
    edge_url: str
    spool: Path
    blobs: Path
    limits: Limits
    blobs_max_bytes: int = BLOBS_MAX_BYTES
    videos: tuple[VideoSettings, ...] = ()
    video_keep_s: float = KEEP_S


class _Server(uvicorn.Server):
    """A server that leaves signals to us: uvicorn would end the process by the signal, not with exit code 0."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run(settings: Settings) -> int:
    """Serve until told to end; give the exit code.

    Raises
    ------
    StopError
        If the address or a folder cannot be used.
    """
    health = Health(_utc_us)
    try:
        spool, blobs = Spool(settings.spool), BlobFolder(settings.blobs, settings.blobs_max_bytes)
    except OSError as error:
        raise StopError("folder-unusable", str(error.filename), f"cannot be used ({error.strerror}); give a folder it may write") from error
    with _listening(settings.host, settings.port) as listener:
        return asyncio.run(_serve(settings, health, spool, blobs, listener))


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        listener = socket.create_server((host, port), backlog=CONNECTIONS_MAX)
    except OSError as error:
        raise StopError("address-unusable", f"{host}:{port}", f"cannot be listened on ({error.strerror}); give a free one") from error
    with listener:
        yield listener


async def _serve(settings: Settings, health: Health, spool: Spool, blobs: BlobFolder, listener: socket.socket) -> int:
    log = structlog.get_logger("plates")
    async with httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_connections=None)) as client:
        delivery = Delivery(spool, health, settings.edge_url, client)
        receiver = Receiver(Intake(spool, blobs, health), health, settings.limits, delivery.wake)
        sources = [VideoSource(video, FrameRing(settings.video_keep_s), health, client, now_us=_utc_us) for video in settings.videos]
        desk = ClipDesk(sources, blobs, _utc_us)
        server = _Server(
            uvicorn.Config(
                create_app(receiver, health, spool, delivery, desk),
                log_config=None,
                access_log=False,
                lifespan="off",
                limit_concurrency=CONNECTIONS_MAX,
                timeout_graceful_shutdown=SHUTDOWN_S,
            )
        )
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, lambda: setattr(server, "should_exit", True))
        host, port = listener.getsockname()[:2]
        log.info("listening", address=f"http://{host}:{port}", edge=settings.edge_url, waiting=spool.count)
        delivering = asyncio.create_task(delivery.run())
        delivering.add_done_callback(lambda _: setattr(server, "should_exit", True))
        watching = [asyncio.create_task(source.run()) for source in sources]
        await server.serve(sockets=[listener])
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
        return await _ended(delivering, health)


def _utc_us() -> int:
    return time.time_ns() // 1_000


async def _ended(delivering: asyncio.Task[None], health: Health) -> int:
    """End the delivery; give the exit code, which tells whether it had failed by itself."""
    log = structlog.get_logger("plates")
    delivering.cancel()
    await asyncio.wait([delivering])
    if delivering.cancelled():
        log.info("ended")
        return EXIT_OK
    error = delivering.exception()
    what = f"delivery to the edge ended ({type(error).__name__}: {error}); the process starts again and takes up the spool"
    health.fault(Fault(code="delivery-failed", where="delivery", what=what, reaction=Reaction.RETRY))
    return EXIT_RESTART
