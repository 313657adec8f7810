"""The process: receiver and delivery side by side, ended cleanly by SIGTERM or SIGINT.

| ends because                             | exit code        |
|------------------------------------------|------------------|
| SIGTERM, SIGINT                          | 0                |
| address in use, folder not writable      | 1                |
| delivery, folder or reading failed by a fault of its own | 75, start again |

Started again, it takes up the spool where it was left; a read that a camera was promised is in it.
"""

import asyncio
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import structlog
import uvicorn

from contract.faults import EXIT_OK, EXIT_RESTART, Fault, Reaction, StopError
from plate_reader.app import create_app
from plate_reader.blobs import BlobFolder
from plate_reader.brake import Brake
from plate_reader.delivery import Delivery
from plate_reader.folders.watch import LOOK_S, FolderWatch
from plate_reader.health import Health
from plate_reader.intake import Intake
from plate_reader.login import Credentials, Door
from plate_reader.reading.desk import ReadingDesk
from plate_reader.reading.process import ReadingProcess
from plate_reader.receiver import Limits, Receiver
from plate_reader.settings import PlatesSettings
from plate_reader.spool import Spool
from plate_reader.stills import Stills
from plate_reader.video.desk import ClipDesk
from plate_reader.video.ring import BYTES_MAX, FrameRing
from plate_reader.video.source import VideoSource

CONNECTIONS_MAX: Final = 100
"""Open connections and requests; beyond them uvicorn answers 503."""

SHUTDOWN_S: Final = 5
"""How long a push under way may take to end after SIGTERM."""


SILENCE_LOOK_S: Final = 1.0
"""Pause between two looks for cameras that are silent."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What `wim-plates run` was told: where to listen, deliver and keep, by command line or file; and the file's rest."""

    host: str
    port: int
    edge_url: str
    spool: Path
    blobs: Path
    limits: Limits
    file: PlatesSettings
    credentials: dict[str, Credentials]


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
    health = Health(_utc_us, {camera.name: camera.patience_s for camera in settings.file.camera})
    try:
        spool, blobs = Spool(settings.spool), BlobFolder(settings.blobs, settings.file.blobs_max_mb * 1024**2)
        intake = Intake(spool, blobs, health)
        bytes_max = settings.limits.body_max_bytes
        folders = [
            FolderWatch(camera, intake, health, bytes_max, time.monotonic) for camera in settings.file.camera if camera.folder is not None
        ]
    except OSError as error:
        raise StopError("folder-unusable", str(error.filename), f"cannot be used ({error.strerror}); give a folder it may write") from error
    with _listening(settings.host, settings.port) as listener:
        return asyncio.run(_Line(settings, health, spool=spool, blobs=blobs, intake=intake, folders=folders).serve(listener))


def _utc_us() -> int:
    return time.time_ns() // 1_000


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        listener = socket.create_server((host, port), backlog=CONNECTIONS_MAX)
    except OSError as error:
        raise StopError("address-unusable", f"{host}:{port}", f"cannot be listened on ({error.strerror}); give a free one") from error
    # asyncio sets this only on sockets whose protocol is named; without it each answer waits 40 ms for the camera's acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with listener:
        yield listener


class _Line:
    """Everything that runs side by side in the process."""

    def __init__(
        self, settings: Settings, health: Health, *, spool: Spool, blobs: BlobFolder, intake: Intake, folders: list[FolderWatch]
    ) -> None:
        self._settings = settings
        self._health = health
        self._spool = spool
        self._blobs = blobs
        self._intake = intake
        self._folders = folders
        self._log = structlog.get_logger("plates")

    async def serve(self, listener: socket.socket) -> int:
        """Serve until SIGTERM or SIGINT, or until a part fails; give the exit code."""
        settings, health = self._settings, self._health
        async with (
            httpx.AsyncClient(trust_env=False) as to_edge,
            httpx.AsyncClient(trust_env=False) as to_cameras,
            httpx.AsyncClient(trust_env=False, limits=httpx.Limits(max_connections=None)) as to_video,
        ):
            desk = self._desk()
            delivery = Delivery(self._spool, health, settings.edge_url, to_edge, desk)
            if desk is not None:
                desk.finished = delivery.wake
            receiver = Receiver(
                self._intake,
                health,
                settings.limits,
                delivery.wake,
                credentials=settings.credentials,
                door=Door(time.monotonic),
                brake=Brake(time.monotonic),
            )
            stills = Stills(
                settings.file.camera,
                settings.credentials,
                self._intake,
                health,
                to_cameras,
                bytes_max=settings.limits.body_max_bytes,
                wake=delivery.wake,
            )
            share = BYTES_MAX // max(1, len(settings.file.video))
            sources = [VideoSource(video, FrameRing(settings.file.video_keep_s, share), health, to_video) for video in settings.file.video]
            clips = ClipDesk(sources, self._blobs, _utc_us)
            server = self._server(receiver, delivery, desk, stills, clips)
            host, port = listener.getsockname()[:2]
            self._log.info("listening", address=f"http://{host}:{port}", edge=settings.edge_url, waiting=self._spool.count)
            tasks = [asyncio.create_task(delivery.run(), name="delivery"), asyncio.create_task(self._look_for_silence(), name="silence")]
            tasks += [asyncio.create_task(self._watch(folder, delivery), name="folder") for folder in self._folders]
            tasks += [asyncio.create_task(source.run(), name="video") for source in sources]
            if desk is not None:
                tasks.append(asyncio.create_task(desk.run(), name="reading"))
            for task in tasks:
                task.add_done_callback(lambda _: setattr(server, "should_exit", True))
            await server.serve(sockets=[listener])
            await stills.stop()
            return await self._ended(tasks)

    def _desk(self) -> ReadingDesk | None:
        reading = self._settings.file.reading
        if not reading.enabled:
            return None
        return ReadingDesk(ReadingProcess(), self._health, self._blobs.path, reading.wait_s, time.monotonic)

    def _server(self, receiver: Receiver, delivery: Delivery, desk: ReadingDesk | None, stills: Stills, clips: ClipDesk) -> "_Server":
        def state() -> dict[str, Any]:
            shown = self._health.snapshot()
            shown["spool"] = {"waiting": self._spool.count, "bytes": self._spool.size_bytes, "refused": self._spool.refused}
            shown["edge"] = {"reachable": delivery.reachable, "delivered": delivery.delivered}
            shown["reading"] = None if desk is None else {"read": desk.read, "unread": desk.unread, "too_late": desk.too_late}
            shown["video"] = clips.state
            return shown

        server = _Server(
            uvicorn.Config(
                create_app(receiver, state, stills.trigger, clips),
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
        return server

    async def _look_for_silence(self) -> None:
        while True:
            self._health.look_for_silence()
            await asyncio.sleep(SILENCE_LOOK_S)

    @staticmethod
    async def _watch(folder: FolderWatch, delivery: Delivery) -> None:
        while True:
            if await asyncio.to_thread(folder.look):
                delivery.wake()
            await asyncio.sleep(LOOK_S)

    async def _ended(self, tasks: list[asyncio.Task[None]]) -> int:
        """End the parts; give the exit code, which tells whether one had failed by itself."""
        failed = next((task for task in tasks if task.done()), None)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        if failed is None:
            self._log.info("ended")
            return EXIT_OK
        with suppress(asyncio.CancelledError):
            error = failed.exception()
            what = f"{failed.get_name()} ended ({type(error).__name__}: {error}); the process starts again and takes up the spool"
            self._health.fault(Fault(code="part-failed", where=failed.get_name(), what=what, reaction=Reaction.RETRY))
        return EXIT_RESTART
