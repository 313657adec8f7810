"""Serves the page until it is told to end, and gives the exit code: 0 for SIGTERM or SIGINT, 75 where a fresh start may cure it."""

from __future__ import annotations

import signal
import socket
from types import FrameType
from typing import Final

import structlog
import uvicorn

from calibration.page.app import create_app
from calibration.page.context import Page
from calibration.sessions.watch import WatchThread
from calibration.told import told
from contract.faults import EXIT_OK, EXIT_RESTART, StopError

CONNECTIONS_MAX: Final = 100
GRACE_S: Final = 2
_log = structlog.get_logger("calibration")


def serve(page: Page, host: str, port: int) -> int:
    """Serve until a signal, or until the sessions' file can no longer be written.

    Raises
    ------
    StopError
        ``port-taken``.
    """
    listener = _listen(host, port)
    config = uvicorn.Config(
        create_app(page),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_S,
        limit_concurrency=CONNECTIONS_MAX,
        server_header=False,
    )
    server = uvicorn.Server(config)
    failures: list[StopError] = []

    def fail(error: StopError) -> None:
        failures.append(error)
        server.should_exit = True

    def note_signal(_number: int, _frame: FrameType | None) -> None:
        # The server handles signals while it runs and raises them once more when it has ended, to which there is nothing left to do.
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, note_signal)
    watching = WatchThread(page.watch, fail)
    watching.start()
    address = listener.getsockname()
    _log.info("listening", address=f"http://{address[0]}:{address[1]}", station=page.desk.station.station.id)
    try:
        server.run(sockets=[listener])
    finally:
        watching.stop()
    if failures:
        _log.error(failures[0].code, where=failures[0].where, what=failures[0].what)
        return EXIT_RESTART
    return EXIT_OK if server.started else EXIT_RESTART


def _listen(host: str, port: int) -> socket.socket:
    try:
        listener = socket.create_server((host, port), backlog=64)
    except OSError as error:
        raise StopError(
            "port-taken",
            f"{host}:{port}",
            told("cannot be listened on: %(strerror)s; choose another with --listen", strerror=error.strerror),
        ) from error
    # asyncio sets this only on sockets whose protocol is named; without it each answer waits 40 ms for the reader's acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
