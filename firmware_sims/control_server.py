"""The simulators' control interface (docs/protocols/simulator-control.md): one line in, one line of JSON out."""

from __future__ import annotations

import asyncio
import contextlib
import json
from pathlib import Path
from typing import Any, Protocol

from firmware_sims.errors import SimulationError
from firmware_sims.fault_kinds import list_kinds
from firmware_sims.faults import FaultBoard

LINE_MAX = 1000
UNIX_PATH_MAX = 107
"""Of a socket's address on Linux (unix(7))."""
TCP = "tcp:"


class Controlled(Protocol):
    """What is controlled."""

    faults: FaultBoard

    def status(self) -> dict[str, Any]:
        """Say how it stands."""
        ...

    def stop(self) -> None:
        """End it."""
        ...


class ControlServer:
    """Serves control requests for one simulation."""

    def __init__(self, controlled: Controlled) -> None:
        self._controlled = controlled
        self._server: asyncio.Server | None = None
        self._socket: Path | None = None
        self._connections: set[asyncio.StreamWriter] = set()

    async def start(self, address: str) -> str:
        """Listen on a Unix socket's path or ``tcp:HOST:PORT``; give the address to connect to."""
        try:
            if address.startswith(TCP):
                host, port = split_tcp(address)
                self._server = await asyncio.start_server(self._serve, host, port, limit=LINE_MAX)
                return f"{TCP}{host}:{self._server.sockets[0].getsockname()[1]}"
            self._socket = _free_path(address)
            self._server = await asyncio.start_unix_server(self._serve, self._socket, limit=LINE_MAX)
        except OSError as error:
            raise SimulationError(f"--control {address}: {error}") from error
        return address

    async def stop(self) -> None:
        """Stop listening, hang up, remove the socket."""
        if self._server is not None:
            self._server.close()
            for writer in tuple(self._connections):
                writer.close()
            await self._server.wait_closed()
        if self._socket is not None:
            self._socket.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            with contextlib.suppress(ConnectionError):
                while line := await self._line(reader):
                    writer.write(json.dumps(self.answer(line), ensure_ascii=False).encode() + b"\n")
                    await writer.drain()
        finally:
            self._connections.discard(writer)
            writer.close()

    async def _line(self, reader: asyncio.StreamReader) -> str:
        """Give the next request; an overlong one comes out as its length, which no request is."""
        try:
            return (await reader.readline()).decode("utf-8", "replace")
        except ValueError:
            return f"line of more than {LINE_MAX} bytes"

    def answer(self, line: str) -> dict[str, Any]:
        """Carry out one request."""
        try:
            return {"ok": True, **self._carry_out(line)}
        except SimulationError as error:
            return {"ok": False, "error": str(error)}

    def _carry_out(self, line: str) -> dict[str, Any]:
        match line.split():
            case ["status"]:
                return self._controlled.status()
            case ["faults"]:
                return {"faults": list_kinds()}
            case ["fault", name, *arguments]:
                fault = self._controlled.faults.add(name, _pairs(arguments))
                return {"fault": fault.id, **fault.describe()}
            case ["clear", *number] if len(number) < 2 and all(word.isdigit() for word in number):
                return {"cleared": self._controlled.faults.clear(int(number[0]) if number else None)}
            case ["stop"]:
                self._controlled.stop()
                return {}
        request = line.strip()[:80]
        raise SimulationError(f"{request!r}; allowed are status, faults, fault NAME key=value…, clear [id], stop")


def _free_path(address: str) -> Path:
    """Give a socket's path with its folder made and a dead predecessor removed."""
    if len(address.encode()) > UNIX_PATH_MAX:
        raise SimulationError(f"--control {address}: a path of at most {UNIX_PATH_MAX} bytes is allowed; give a shorter one")
    path = Path(address)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_socket():
        path.unlink()
    return path


def split_tcp(address: str) -> tuple[str, int]:
    """Split ``tcp:HOST:PORT``; only this machine's own addresses are allowed.

    Raises
    ------
    SimulationError
        If it is none.
    """
    host, _, port = address.removeprefix(TCP).rpartition(":")
    if host not in ("127.0.0.1", "localhost") or not port.isdigit() or int(port) > 65_535:
        raise SimulationError(f"--control {address!r}; a path or tcp:127.0.0.1:PORT is allowed")
    return host, int(port)


def _pairs(arguments: list[str]) -> dict[str, str]:
    pairs = {}
    for argument in arguments:
        key, equals, value = argument.partition("=")
        if not (key and equals and value):
            raise SimulationError(f"{argument!r}; arguments are written key=value")
        pairs[key] = value
    return pairs
