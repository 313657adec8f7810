"""An overview camera: serves what it sees as MJPEG over HTTP and as single stills.

GET /video.mjpeg    multipart/x-mixed-replace; each part has Content-Type, Content-Length and X-Timestamp (its own clock, s since 1970)
GET /still.jpg      one JPEG
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from PIL import ImageDraw

from firmware_sims.camera import conditions_of
from firmware_sims.errors import SimulationError
from firmware_sims.faults import FaultBoard
from firmware_sims.isapi_event import CAMERA_ZONE
from firmware_sims.plate_picture import font
from firmware_sims.scene import jpeg
from firmware_sims.scenery.painter import paint
from firmware_sims.scenery.pinhole import overview_view
from firmware_sims.street import Street

log = structlog.get_logger()

BOUNDARY = "videoframe"
HOST = "127.0.0.1"
QUALITY = 75
REQUEST_S = 5.0
LINE_MAX = 4096


@dataclass(frozen=True)
class VideoSettings:
    """How an overview camera stands.

    Attributes
    ----------
    name
        Its name.
    port
        Where it listens on the loopback interface; 0 takes a free one.
    fps
        Frames per second of wall clock.
    position_m
        Place on the scale's axis that it is aimed at.
    """

    name: str
    port: int = 0
    fps: float = 10.0
    position_m: float = 0.0

    @classmethod
    def parse(cls, text: str) -> VideoSettings:
        """Read ``name=overview,port=8711,fps=10,position_m=0``; all but the name may be left out.

        Raises
        ------
        SimulationError
            If a key is unknown, a number is none or out of bounds, or the name is missing.
        """
        given = dict(item.partition("=")[::2] for item in text.split(","))
        allowed = ("name", "port", "fps", "position_m")
        unknown = [key for key in given if key not in allowed]
        if unknown or not given.get("name"):
            raise SimulationError(f"video {text!r}; allowed are {', '.join(allowed)}, name is required")
        try:
            numbers = {key: float(value) for key, value in given.items() if key != "name"}
        except ValueError as error:
            raise SimulationError(f"video {text!r}: {error}; port, frames per second and metres are numbers") from error
        port, fps = numbers.get("port", 0.0), numbers.get("fps", 10.0)
        if not 0.2 <= fps <= 60 or not 0 <= port <= 65_535 or port != int(port):
            raise SimulationError(f"video {text!r}: fps from 0.2 to 60 and port from 0 to 65535 are allowed")
        return cls(given["name"], int(port), fps, numbers.get("position_m", 0.0))


class VideoCamera:
    """Renders frames while someone watches.

    Parameters
    ----------
    settings
        How it stands.
    street
        What it looks at.
    place
        Written into the picture beside the time.
    faults
        The board; weather acts on its frames, stream faults on how they are sent.
    utc
        The wall clock (UTC).
    """

    def __init__(self, settings: VideoSettings, street: Street, place: str, faults: FaultBoard, utc: Callable[[], datetime]) -> None:
        self.settings = settings
        self.stats = {"watchers": 0, "frames": 0, "stalled": 0, "garbage": 0, "cut": 0}
        self._street = street
        self._place = place
        self._faults = faults
        self._utc = utc
        self._view = overview_view(settings.position_m)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        """Listen; give the port.

        Raises
        ------
        OSError
            If the port is taken.
        """
        self._server = await asyncio.start_server(self._accept, HOST, self.settings.port, limit=LINE_MAX)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Stop listening and hang up on who watches."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def frame(self) -> bytes:
        """Give what the camera sees now, as JPEG."""
        now = self._utc()
        picture = paint(self._view, self._street.passing(), conditions_of(self._faults, self.settings.name), seed=str(now)).picture
        draw = ImageDraw.Draw(picture)
        draw.rectangle((0, 0, picture.width, 26), fill=(20, 20, 20))
        stamp = now.astimezone(CAMERA_ZONE).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
        draw.text((10, 13), f"{stamp}  {self._place}  {self.settings.name}", font=font(15), fill=(240, 240, 240), anchor="lm")
        return jpeg(picture, QUALITY)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a connection is always served by a task
        self._tasks.add(task)
        try:
            with contextlib.suppress(ConnectionError, TimeoutError, ValueError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._serve(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(REQUEST_S):
            head = await reader.readuntil(b"\r\n\r\n")
        path = head.split(b" ", 2)[1].partition(b"?")[0]
        if path == b"/still.jpg":
            picture = await asyncio.to_thread(self.frame)
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n".encode() + picture)
        elif path == b"/video.mjpeg":
            kind = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nCache-Control: no-store\r\n\r\n".encode())
            self.stats["watchers"] += 1
            try:
                await self._stream(writer)
            finally:
                self.stats["watchers"] -= 1
        else:
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async def _stream(self, writer: asyncio.StreamWriter) -> None:
        """Send frames until the watcher leaves or a fault cuts it off."""
        loop, name = asyncio.get_running_loop(), self.settings.name
        due_s = loop.time()
        while True:
            if self._faults.strikes("stream_cut", camera=name):
                self.stats["cut"] += 1
                picture = await asyncio.to_thread(self.frame)
                writer.write(self._head(len(picture)) + picture[: len(picture) // 2])
                return
            if self._faults.strikes("stream_stall", camera=name):
                self.stats["stalled"] += 1
            elif self._faults.strikes("stream_garbage", camera=name):
                self.stats["garbage"] += 1
                writer.write(self._faults.rng.randbytes(random.Random(self.stats["garbage"]).randint(100, 20_000)))  # noqa: S311
            else:
                picture = await asyncio.to_thread(self.frame)
                writer.write(self._head(len(picture)) + picture + b"\r\n")
                self.stats["frames"] += 1
            await writer.drain()
            due_s = max(due_s + 1 / self.settings.fps, loop.time())
            await asyncio.sleep(due_s - loop.time())

    def _head(self, size: int) -> bytes:
        stamp = f"{self._utc().timestamp():.6f}"
        return f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {size}\r\nX-Timestamp: {stamp}\r\n\r\n".encode()
