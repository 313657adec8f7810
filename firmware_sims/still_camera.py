"""A camera that answers for pictures over HTTP: ``/snapshot.jpg`` once, ``/stream.mjpg`` one after another, behind a digest login (MD5).

Written from RFC 7616 and docs/protocols/camera-still.md, as a second implementation.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
import secrets
from collections.abc import Callable

REALM = "simulated camera"
BOUNDARY = "frame"
FRAME_S = 0.1
_FIELD = re.compile(r'(\w+)="?([^",]*)"?')


class StillCamera:
    """Serves on a free port of this machine.

    Parameters
    ----------
    picture
        Gives the JPEG that the camera would take now.
    user, password
        Its login; no user: none is asked for.
    """

    def __init__(self, picture: Callable[[], bytes], user: str = "", password: str = "") -> None:
        self.asked: list[str] = []
        self.port = 0
        self._picture = picture
        self._user = user
        self._password = password
        self._nonces: set[str] = set()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Begin to serve."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Hang up."""
        if self._server is not None:
            self._server.close()
            for writer in tuple(self._open):
                writer.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                method, target, _ = head.split(" ", 2)
                found = re.search(r"^authorization: digest (.*)$", head, re.IGNORECASE | re.MULTILINE)
                self.asked.append(target)
                if self._user and not self._knows(method, found[1].strip() if found else ""):
                    nonce = secrets.token_hex(16)
                    self._nonces.add(nonce)
                    asking = f'WWW-Authenticate: Digest realm="{REALM}", qop="auth", nonce="{nonce}", algorithm=MD5\r\n'
                    writer.write(f"HTTP/1.1 401 Unauthorized\r\n{asking}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
                else:
                    await self._answer(target, writer)
                await writer.drain()
        finally:
            self._open.discard(writer)
            writer.close()

    async def _answer(self, target: str, writer: asyncio.StreamWriter) -> None:
        if target == "/snapshot.jpg":
            picture = self._picture()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\nConnection: close\r\n\r\n"
            writer.write(head.encode() + picture)
        elif target == "/stream.mjpg":
            kind = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n".encode())
            while True:
                picture = self._picture()
                head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
                writer.write(head.encode() + picture + b"\r\n")
                await writer.drain()
                await asyncio.sleep(FRAME_S)
        else:
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def _knows(self, method: str, digest: str) -> bool:
        given = dict(_FIELD.findall(digest))
        if given.get("nonce") not in self._nonces or given.get("username") != self._user:
            return False

        def md5(text: str) -> str:
            return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

        secret = md5(f"{self._user}:{REALM}:{self._password}")
        request = md5(f"{method}:{given.get('uri')}")
        middle = f"{given['nonce']}:{given.get('nc')}:{given.get('cnonce')}:auth"
        return given.get("response") == md5(f"{secret}:{middle}:{request}")
