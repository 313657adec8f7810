"""The HTTP side: a route for each protocol of `plate_reader.cameras.protocols`, `POST /trigger` for the edge, `GET /health` for people."""

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from plate_reader.cameras.message import Protocol
from plate_reader.cameras.protocols import PROTOCOLS
from plate_reader.receiver import Receiver
from plate_reader.video.desk import ClipDesk
from plate_reader.video.routes import video_router

TRIGGER_MAX_BYTES: Final = 1_024


class Trigger(BaseModel):
    """What the edge says of a vehicle that it has weighed: the lane and, in UTC µs, when its first axle stood at the lane's origin."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lane: Annotated[int, Field(ge=1, le=99)]
    time_us: Annotated[int, Field(gt=0, lt=2**53)]


def create_app(receiver: Receiver, state: Callable[[], dict[str, Any]], trigger: Callable[[Trigger], int], desk: ClipDesk) -> FastAPI:
    """Give the application.

    Parameters
    ----------
    state
        What `GET /health` shows.
    trigger
        Fetches the stills of a lane; gives how many cameras were asked.
    desk
        Cuts clips and overview pictures.
    """
    app = FastAPI(title="Weighline plate reader", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(video_router(desk))
    for protocol in PROTOCOLS.values():
        for below in ("", "/{path:path}"):
            app.add_api_route(f"/{protocol.name}/{{camera}}{below}", _route(receiver, protocol), methods=["POST"])
        if protocol.own_path:
            app.add_api_route(f"/{protocol.own_path}/{{path:path}}", _own_route(receiver, protocol), methods=["POST"])

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
        return receiver.unexpected(str(request.path_params.get("camera", "")), error)

    @app.post("/trigger")
    async def post_trigger(request: Request) -> JSONResponse:
        """Fetch the stills of a lane; for this machine alone."""
        if not _is_here(request):
            return JSONResponse({"detail": "triggers are taken from this machine alone"}, status_code=403)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > TRIGGER_MAX_BYTES:
                return JSONResponse({"detail": f"a trigger has at most {TRIGGER_MAX_BYTES} bytes"}, status_code=413)
        try:
            given = Trigger.model_validate_json(bytes(body))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            return JSONResponse({"detail": f"{'.'.join(map(str, first['loc'])) or 'body'}: {first['msg']}"}, status_code=422)
        return JSONResponse({"cameras": trigger(given)}, status_code=202)

    @app.get("/health")
    async def show_health() -> JSONResponse:
        return JSONResponse(state())

    return app


def _route(receiver: Receiver, protocol: Protocol) -> Callable[..., Awaitable[Response]]:
    async def push(camera: str, request: Request, path: str = "") -> Response:
        return await receiver.push(protocol, camera, path, request)

    return push


def _own_route(receiver: Receiver, protocol: Protocol) -> Callable[..., Awaitable[Response]]:
    async def push(path: str, request: Request) -> Response:
        return await receiver.push(protocol, receiver.camera_at(protocol, request), f"{protocol.own_path}/{path}", request)

    return push


def _is_here(request: Request) -> bool:
    host = request.client.host if request.client is not None else ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
