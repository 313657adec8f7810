"""The edge's own door on the loopback interface: plate reads come in; health, live signals and passes go out. To nobody else."""

import threading
from collections.abc import Callable
from typing import Annotated, Any, Final

import uvicorn
from fastapi import FastAPI, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contract.faults import Fault, Reaction, RejectError, StopError, WimError
from contract.plates import PlateRead
from edge.faultbook import FaultBook
from edge.live import LiveView
from edge.recorder import CAPTURE_TYPE
from edge.signals import KEPT_S

BODY_MAX_BYTES: Final = 16 * 1024
"""A plate read is some 600 bytes of JSON."""

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class BodyLimit:
    """Refuses a request whose body grows beyond the bound; Starlette has none of its own."""

    def __init__(self, app: ASGIApp, limit_bytes: int) -> None:
        self._app = app
        self._limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the whole body, bounded, and hand the request on with it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = bytearray()
        while True:
            message = await receive()
            body += message.get("body", b"")
            if len(body) > self._limit_bytes:
                answer = JSONResponse({"detail": f"the body is larger than {self._limit_bytes} bytes"}, status_code=413)
                await answer(scope, receive, send)
                return
            if not message.get("more_body", False):
                break
        whole: Message = {"type": "http.request", "body": bytes(body), "more_body": False}

        async def replay() -> Message:
            return whole

        await self._app(scope, replay, send)


def create_app(take_read: Callable[[PlateRead], None], health: Callable[[], dict[str, Any]], book: FaultBook, live: LiveView) -> FastAPI:
    """Build the application.

    Parameters
    ----------
    take_read
        Stores a read durably before it returns; raises `RejectError` for one that this station can never use.
    health
        Gives the station's state as JSON.
    book
        Where refused requests are counted.
    live
        Signals and passes for the technician's page; reading them never makes the weighing wait.
    """
    app = FastAPI(title="Weighline edge", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(BodyLimit, limit_bytes=BODY_MAX_BYTES)

    @app.post("/plates", status_code=201)
    async def post_plate(request: Request) -> JSONResponse:
        """Take one plate read; 201 only once it is durable."""
        try:
            take_read(PlateRead.model_validate_json(await request.body()))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            detail = f"{'.'.join(str(part) for part in first['loc']) or 'body'}: {first['msg']}"
            book.note(Fault(code="plate-read-malformed", where="POST /plates", what=detail, reaction=Reaction.REJECT))
            return JSONResponse({"detail": detail}, status_code=422)
        except WimError as error:
            book.note(error.fault())
            status = 503 if error.reaction is Reaction.RETRY else 422
            return JSONResponse({"detail": str(error)}, status_code=status)
        return JSONResponse({"stored": True}, status_code=201)

    @app.get("/health")
    async def get_health() -> dict[str, Any]:
        """Give the station's state."""
        return health()

    @app.get("/signals")
    def get_signals(
        lane: int | None = None,
        stream: Annotated[str, Query(max_length=40)] = "",
        since: Annotated[int, Query(ge=0)] = 0,
        seconds: Annotated[float, Query(gt=0, le=KEPT_S)] = 10.0,
    ) -> JSONResponse:
        """Give the envelope of a lane's channels from a point on, or the last seconds of it."""
        try:
            return JSONResponse(live.signals(lane, stream, since, seconds))
        except RejectError as error:
            return JSONResponse({"detail": str(error)}, status_code=404)

    @app.get("/passes")
    def get_passes(since: Annotated[int, Query(ge=0)] = 0, stream: Annotated[str, Query(max_length=40)] = "") -> JSONResponse:
        """Give the recorded vehicles after a number; all that are remembered where the number is of another run of the program."""
        return JSONResponse(live.passes.since(since if stream in {"", live.passes.stream} else 0))

    @app.get("/passes/{number}/capture")
    def get_capture(number: int) -> Response:
        """Give the raw signal of one of them, as its record names it."""
        data = live.passes.capture(number)
        if data is None:
            return JSONResponse({"detail": f"pass {number} is no longer remembered"}, status_code=404)
        return Response(data, media_type=CAPTURE_TYPE)

    return app


class LoopbackServer:
    """Runs the application in a thread of its own."""

    def __init__(self, app: FastAPI, listen: Annotated[str, "host:port"]) -> None:
        host, _, port = listen.rpartition(":")
        if host not in LOOPBACK or not port.isdigit():
            raise StopError(
                "listen-address", listen, "is not 127.0.0.1:PORT or localhost:PORT; the edge serves the loopback interface only"
            )
        config = uvicorn.Config(app, host=host, port=int(port), log_level="warning", access_log=False, lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="loopback", daemon=True)

    @property
    def alive(self) -> bool:
        """Whether the server still runs; it ends when its port is taken."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.should_exit = True
        self._thread.join(timeout=5)
