"""Serving an application on one socket until a signal, or until something asks for the end."""

import signal
import socket
import threading
from types import FrameType
from typing import Final

import uvicorn
from fastapi import FastAPI

from central.context import Ending
from contract.faults import StopError

CONNECTIONS_MAX: Final = 200
GRACE_S: Final = 1
"""Time for answers under way at the end; a live list would otherwise hold the service for ever."""


def listen_on(host: str, port: int) -> socket.socket:
    """Take the socket.

    Raises
    ------
    StopError
        ``port-taken``.
    """
    try:
        listener = socket.create_server((host, port), backlog=128)
    except OSError as error:
        raise StopError("port-taken", f"{host}:{port}", f"cannot be listened on: {error}; choose another with --listen") from error
    # asyncio sets this only on sockets whose protocol is named; without it each answer waits 40 ms for the reader's acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def run_server(app: FastAPI, listener: socket.socket, ending: Ending) -> bool:
    """Serve until SIGTERM, SIGINT or `ending`; give whether it was serving at all."""
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=GRACE_S,
            limit_concurrency=CONNECTIONS_MAX,
            server_header=False,
        )
    )

    def end_when_asked() -> None:
        ending.wait()
        server.should_exit = True

    def note_signal(_number: int, _frame: FrameType | None) -> None:
        # The server handles signals while it runs and raises them once more when it has ended, to which there is nothing left to do.
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, note_signal)
    threading.Thread(target=end_when_asked, name="ending", daemon=True).start()
    server.run(sockets=[listener])
    return server.started
