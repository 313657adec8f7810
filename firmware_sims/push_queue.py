"""Events of one camera on their way to the receiver: bounded, retried, the one that is due first before the others."""

from __future__ import annotations

import asyncio
import contextlib
from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import httpx
import structlog

from firmware_sims.faults import FaultBoard
from firmware_sims.isapi_event import CAMERA_ZONE, AnprEvent
from firmware_sims.push_format import PushFormat, Verdict, format_named
from firmware_sims.scene import Pictures, Sight, photograph

log = structlog.get_logger()

WAITING_MAX = 200
RETRY_S = (1.0, 2.0, 4.0, 8.0, 10.0)
"""Pauses after successive failures; the last one repeats."""
TIMEOUT_S = 5.0
KEEP_ALIVE_S = 20.0
BOUNDARY = "MIME_boundary"
"""What fielded cameras use."""


@dataclass(eq=False)
class Waiting:
    """An event in the queue: what was before the camera (for the picture), when it is due, how often it was tried."""

    event: AnprEvent
    sight: Sight
    due_s: float
    attempts: int = 0
    pictures: Pictures | None = None
    stage: str = ""


class PushQueue:
    """Pushes events to one URL.

    Parameters
    ----------
    url
        Where to; ``{camera}`` in it is replaced by the camera's name.
    camera
        The camera's name.
    place
        Written into the pictures beside the time.
    faults
        The board; push faults act here.
    wall_s
        Wall clock in seconds.
    push_format
        How the camera speaks.
    auth
        How it logs in.
    keep_alive_s
        How often it says that it lives, where its protocol has a message for that.
    """

    def __init__(
        self,
        url: str,
        camera: str,
        place: str,
        faults: FaultBoard,
        wall_s: Callable[[], float],
        *,
        push_format: PushFormat | None = None,
        auth: httpx.Auth | None = None,
        keep_alive_s: float = KEEP_ALIVE_S,
    ) -> None:
        self.url = url.replace("{camera}", camera)
        self.stats = {"pushed": 0, "retries": 0, "refused": 0, "dropped": 0, "keep_alives": 0}
        self._format = push_format or format_named("isapi")
        self._auth = auth
        self._keep_alive_s = keep_alive_s
        self._camera = camera
        self._place = place
        self._faults = faults
        self._wall_s = wall_s
        self._waiting: list[Waiting] = []
        self._arrived = asyncio.Event()
        self._failures = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, event: AnprEvent, sight: Sight, due_s: float) -> None:
        """Let an event wait until `due_s`; the oldest one makes room where too many wait."""
        if len(self._waiting) >= WAITING_MAX:
            self._waiting.pop(0)
            self.stats["dropped"] += 1
            log.warning("camera queue full, oldest event dropped", camera=self._camera)
        for stage, later_s in self._format.stages:
            insort(self._waiting, Waiting(event, sight, due_s + later_s, stage=stage), key=lambda waiting: waiting.due_s)
        self._arrived.set()

    async def serve(self) -> None:
        """Push what is due, for ever."""
        async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False, auth=self._auth) as client, asyncio.TaskGroup() as group:
            group.create_task(self._keep_alive(client))
            while True:
                waiting = await self._next()
                done = await self._push(client, waiting)
                if done and waiting in self._waiting:
                    self._waiting.remove(waiting)
                if done:
                    self._failures = 0
                else:
                    pause_s = RETRY_S[min(self._failures, len(RETRY_S) - 1)]
                    self._failures += 1
                    await asyncio.sleep(pause_s)

    async def _next(self) -> Waiting:
        """Wait for the event that is due first; one that comes later may be due before one that waits."""
        while True:
            self._arrived.clear()
            pause_s = self._waiting[0].due_s - self._wall_s() if self._waiting else None
            if pause_s is not None and pause_s <= 0:
                return self._waiting[0]
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._arrived.wait(), pause_s)

    async def _keep_alive(self, client: httpx.AsyncClient) -> None:
        """Say every few seconds that the camera lives."""
        while self._format.keep_alive is not None:
            path, document = self._format.keep_alive
            with contextlib.suppress(httpx.HTTPError, OSError):
                await client.post(self.url + path, content=document, headers={"Content-Type": "application/json"})
                self.stats["keep_alives"] += 1
            await asyncio.sleep(self._keep_alive_s)

    async def _push(self, client: httpx.AsyncClient, waiting: Waiting) -> bool:
        """Try once; true when the event need not be tried again."""
        content_type, body, copies = await self._body(waiting)
        self.stats["retries"] += waiting.attempts > 0
        waiting.attempts += 1
        headers = {"Content-Type": content_type}
        try:
            if self._faults.strikes("half_push", camera=self._camera):
                await self._half_push(body)
                return False
            for _ in range(copies):
                response = await client.post(self.url + self._format.path, content=body, headers=headers)
        except (httpx.HTTPError, OSError) as error:
            log.warning("push failed", camera=self._camera, error=repr(error), waiting=len(self._waiting))
            return False
        verdict = self._format.verdict(response)
        if verdict is Verdict.AGAIN:
            log.warning("push not taken", camera=self._camera, status=response.status_code)
            return False
        refused = verdict is Verdict.REFUSED
        self.stats["refused" if refused else "pushed"] += 1
        if refused:
            log.warning("push refused, event forgotten", camera=self._camera, status=response.status_code)
        return True

    async def _body(self, waiting: Waiting) -> tuple[str, bytes, int]:
        """Give Content-Type and body to push, damaged where a fault says so, and how many times to push it."""
        event = waiting.event
        if waiting.pictures is None:
            stamp = event.time.astimezone(CAMERA_ZONE).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
            imprint = f"{stamp}  {self._place}  {event.camera}"
            waiting.pictures = await asyncio.to_thread(photograph, waiting.sight, imprint)
        pictures = waiting.pictures
        if fault := self._faults.strikes("oversize_push", camera=self._camera):
            pictures = replace(pictures, scene=pictures.scene + bytes(int(fault.number("mb") * 1e6)))
        document = self._format.document(event, pictures, waiting.stage, waiting.attempts > 0)
        if self._faults.strikes("malformed_push", camera=self._camera):
            document = document[: len(document) // 2]
        content_type, body = self._format.wrap(document, pictures, BOUNDARY)
        if self._faults.strikes("garbled_push", camera=self._camera):
            body = self._faults.rng.randbytes(1000)
        return content_type, body, 2 if self._faults.strikes("duplicate_push", camera=self._camera) else 1

    async def _half_push(self, body: bytes) -> None:
        """Announce the whole body, send half of it, and close the connection."""
        target = urlsplit(self.url)
        _, writer = await asyncio.wait_for(asyncio.open_connection(target.hostname, target.port or 80), timeout=TIMEOUT_S)
        head = f"POST {target.path or '/'}{self._format.path} HTTP/1.1\r\nHost: {target.netloc}\r\nContent-Length: {len(body)}\r\n"
        head += f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
        writer.write(head.encode() + body[: len(body) // 2])
        await writer.drain()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
