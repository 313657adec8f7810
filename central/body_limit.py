"""A bound on request bodies: the framework has none, and only blobs are large."""

from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from central.problem import PROBLEM_TYPE, Problem

BODY_MAX_BYTES: Final = 64 * 1024
"""Largest body of anything but a blob: a form with a page of text in it."""
BLOBS_PATH: Final = "/blobs/"
"""Uploads bound themselves, by the size their signed claim names."""
LIST_MAX_BYTES: Final = 8 * 1024 * 1024
"""Largest list that an administrator uploads: some hundred thousand carriers."""
LISTS_PATH: Final = "/carriers/compare"


class _TooLargeError(Exception):
    """The body went over the bound while it was being read."""


class BodyLimit:
    """ASGI middleware that answers 413 to a body beyond the path's bound, whether its length was announced or not."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http" or scope["path"].startswith(BLOBS_PATH):
            await self._app(scope, receive, send)
            return
        most = LIST_MAX_BYTES if scope["path"] == LISTS_PATH else BODY_MAX_BYTES
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > most:
            await _refuse(scope, receive, send, most)
            return
        received = 0
        answered = False

        async def bounded_receive() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise _TooLargeError
            return message

        async def bounded_send(message: Message) -> None:
            # Whatever the application makes of the failed read, a body beyond the bound is answered 413.
            nonlocal answered
            if received <= most:
                await send(message)
            elif not answered:
                await _refuse(scope, receive, send, most)
            answered = True

        try:
            await self._app(scope, bounded_receive, bounded_send)
        except _TooLargeError:
            if not answered:
                await _refuse(scope, receive, send, most)


async def _refuse(scope: Scope, receive: Receive, send: Send, most: int) -> None:
    """Answer 413: on a page to who reads pages, as a problem document to programs."""
    what = f"is larger than {most:,} bytes; send less"
    if b"text/html" in dict(scope["headers"]).get(b"accept", b""):
        page = scope["app"].state.failed_page(Request(scope), 413, what, {"Connection": "close"})
        await page(scope, receive, send)
        return
    text = Problem(code="content-too-large", where="body", what=what).model_dump_json().encode()
    headers = [(b"content-type", PROBLEM_TYPE.encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": text})
