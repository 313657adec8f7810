"""`POST /clips` and `POST /stills`: what the station asks for. Answered on the loopback interface only: video shows people."""

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ValidationError

from contract.clips import ClipWanted, StillWanted
from contract.faults import RejectError, RetryError
from plate_reader.video.desk import ClipDesk

BODY_MAX_BYTES: Final = 4_096
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})
_STATUS: Final = {"video-not-local": 403, "body-too-large": 413}
_Wish = TypeVar("_Wish", bound=BaseModel)


def video_router(desk: ClipDesk) -> APIRouter:
    """Give the routes over a desk.

    200 carries the answer, 202 says that a clip's time is not over, 404 that there is no picture, 503 that the disk does not take it.
    """
    router = APIRouter()

    @router.post("/clips")
    async def post_clip(request: Request) -> Response:
        return await _answered(request, ClipWanted, desk.clip)

    @router.post("/stills")
    async def post_still(request: Request) -> Response:
        return await _answered(request, StillWanted, desk.still)

    return router


async def _answered(request: Request, kind: type[_Wish], answer: Callable[[_Wish], BaseModel | None]) -> Response:
    try:
        wish = kind.model_validate_json(await _body(request))
        found = await asyncio.to_thread(answer, wish)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return JSONResponse({"detail": f"{'.'.join(map(str, first['loc'])) or 'body'}: {first['msg']}"}, 422)
    except RejectError as error:
        return JSONResponse({"detail": str(error)}, _STATUS.get(error.code, 404))
    except RetryError as error:
        return JSONResponse({"detail": str(error)}, 503)
    return JSONResponse({"state": "waiting"}, 202) if found is None else JSONResponse(found.model_dump(mode="json"))


async def _body(request: Request) -> bytes:
    """Read a small body of a program on this machine.

    Raises
    ------
    RejectError
        If it comes from elsewhere, or is large.
    """
    if request.client is None or request.client.host not in LOOPBACK:
        raise RejectError("video-not-local", "video", "is handed out on the loopback interface only")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_MAX_BYTES:
            raise RejectError("body-too-large", "video", f"the body is larger than {BODY_MAX_BYTES} bytes")
    return bytes(body)
