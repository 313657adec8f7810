"""The HTTP side: `POST /isapi/{camera}` for the cameras, `GET /health` for whoever looks after them."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.requests import ClientDisconnect

from contract.faults import Fault, Reaction, RejectError, RetryError, WimError
from plate_reader.delivery import Delivery
from plate_reader.health import Health
from plate_reader.intake import Intake, Taken
from plate_reader.spool import Spool
from plate_reader.video.desk import ClipDesk
from plate_reader.video.routes import video_router

BODY_MAX_BYTES: Final = 4 * 1024 * 1024
"""Default bound on a push: two pictures of a 12 megapixel camera."""

BODY_S: Final = 20.0
"""How long a push may take to arrive: 4 MiB over a 2 Mbit/s radio link."""

DISCARD_MAX_BYTES: Final = 32 * 1024 * 1024
"""How much of a body that is refused anyway is still read, and dropped: a camera that is cut off in mid-sentence never hears the refusal,
takes it for a broken link and sends the same again for ever."""

PUSHES_AT_ONCE: Final = 8
"""Bodies held in memory at one time; further cameras wait their turn, or try again."""

CAMERAS_MAX: Final = 64
"""Cameras known at one time where no list of them was given."""

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
_STATUS: Final = {"push-no-camera": 404, "push-too-large": 413, "push-too-slow": 408}


@dataclass(frozen=True, slots=True)
class Limits:
    """What the receiver takes: cameras by name (any, where empty), bytes per push, seconds per push."""

    cameras: frozenset[str] = frozenset()
    body_max_bytes: int = BODY_MAX_BYTES
    body_s: float = BODY_S


class Receiver:
    """Takes the cameras' pushes and answers them."""

    def __init__(self, intake: Intake, health: Health, limits: Limits, wake: Callable[[], None]) -> None:
        self._intake = intake
        self._health = health
        self._limits = limits
        self._wake = wake
        self._free = asyncio.Semaphore(PUSHES_AT_ONCE)

    async def push(self, camera: str, request: Request) -> Response:
        """Answer one push: 200 once it is durable, 4xx where it is wrong, 5xx where it must come again, each of these with one fault."""
        unknown = self._unknown(camera)
        try:
            async with self._free:
                body = await self._body("push" if unknown else camera, request)
                if unknown:
                    raise unknown
                taken = await asyncio.to_thread(self._intake.take, camera, body, request.headers.get("content-type", ""))
        except RejectError as error:
            return self._refuse(None if unknown else camera, error, _STATUS.get(error.code, 400))
        except RetryError as error:
            return self._refuse(camera, error, 503)
        if taken is Taken.READ:
            self._wake()
        return PlainTextResponse(f"{taken}\n")

    def _unknown(self, camera: str) -> RejectError | None:
        """Give the refusal of a camera that may not push; None for one that may."""
        allowed = self._limits.cameras
        if not _NAME.fullmatch(camera) or (allowed and camera not in allowed):
            known = ", ".join(sorted(allowed)) or "letters, digits and _ . -, at most 40"
            return RejectError("push-no-camera", "push", f"camera {camera[:60]!r} is not known; allowed: {known}")
        if not self._health.knows(camera) and self._health.cameras >= CAMERAS_MAX:
            what = f"camera {camera!r} would be one more than {CAMERAS_MAX}; start with --camera NAME …"
            return RejectError("push-no-camera", "push", what)
        return None

    async def _body(self, camera: str, request: Request) -> bytes:
        """Read the body within bounds of size and time; Starlette has none of its own."""
        largest = self._limits.body_max_bytes
        body = bytearray()
        size = 0
        try:
            async with asyncio.timeout(self._limits.body_s):
                async for chunk in request.stream():
                    size += len(chunk)
                    if size <= largest:
                        body += chunk
                    elif size > DISCARD_MAX_BYTES:
                        break
        except TimeoutError:
            what = f"{size} bytes came in {self._limits.body_s:g} s and no end; check the camera's link"
            raise RejectError("push-too-slow", camera, what) from None
        except ClientDisconnect:
            raise RejectError("push-cut", camera, f"the camera hung up after {size} bytes; it will send again") from None
        if size > largest:
            raise RejectError("push-too-large", camera, f"body is larger than {largest} bytes; lower the camera's picture size")
        return bytes(body)

    def _refuse(self, camera: str | None, error: WimError, status: int) -> Response:
        self._health.fault(error.fault())
        if camera is not None:
            self._health.count(camera, "refused" if status < 500 else "put-off")
        return PlainTextResponse(f"{error}\n", status_code=status)

    def unexpected(self, camera: str, error: Exception) -> Response:
        """Answer a push on which our own code failed, so that the camera keeps it and the others go on."""
        what = f"push could not be taken for a fault of this program: {type(error).__name__}: {error}"[:1_000]
        self._health.fault(Fault(code="push-internal", where=camera[:60] or "push", what=what, reaction=Reaction.RETRY))
        return PlainTextResponse("internal fault; send again\n", status_code=500)


def create_app(receiver: Receiver, health: Health, spool: Spool, delivery: Delivery, desk: ClipDesk) -> FastAPI:
    """Give the application, its parts already made."""
    app = FastAPI(title="Weighline plate reader", docs_url=None, redoc_url=None)

    app.include_router(video_router(desk))

    @app.post("/isapi/{camera}")
    async def push_isapi(camera: str, request: Request) -> Response:
        return await receiver.push(camera, request)

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
        return receiver.unexpected(str(request.path_params.get("camera", "")), error)

    @app.get("/health")
    async def show_health() -> JSONResponse:
        state: dict[str, Any] = health.snapshot()
        state["spool"] = {"waiting": spool.count, "bytes": spool.size_bytes, "refused": spool.refused}
        state["edge"] = {"reachable": delivery.reachable, "delivered": delivery.delivered}
        state["video"] = desk.state
        return JSONResponse(state)

    return app
