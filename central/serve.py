"""Serves the application until it is told to end, and gives the exit code.

========  ===========================================================================================
code      meaning
========  ===========================================================================================
0         SIGTERM or SIGINT: all that was received is stored, receipts that were due are sent
1         a setting is wrong or the port is taken: starting again changes nothing
3         what is stored is not what was entered in the log: starting again finds the same; see docs/log.md
75        going on would do harm (disk, database, a thread that ended): start again, look at the log
========  ===========================================================================================
"""

import signal
import socket
import threading
from types import FrameType
from typing import Final

import structlog
import uvicorn

from central.app import create_app
from central.config import Settings
from central.context import Central
from contract.faults import EXIT_OK, EXIT_REJECTED, EXIT_RESTART, StopError

CONNECTIONS_MAX: Final = 200
GRACE_S: Final = 1
"""Time for answers under way at the end; a live list would otherwise hold the service for ever."""
_LOG = structlog.get_logger("central")


def serve(settings: Settings) -> int:
    """Run central until a signal, or until it asks to be ended.

    Raises
    ------
    StopError
        If it cannot start.
    """
    listener = _listen(settings.web.host, settings.web.port)
    app = create_app(settings)
    central: Central = app.state.central
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
        central.ending.wait()
        server.should_exit = True

    def note_signal(number: int, _frame: FrameType | None) -> None:
        # The server handles signals while it runs and raises them once more when it has ended, to which there is nothing left to do.
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, note_signal)
    threading.Thread(target=end_when_asked, name="ending", daemon=True).start()
    host, port = listener.getsockname()[:2]
    _LOG.info("listening", address=f"http://{host}:{port}", database="sqlite" if central.database.is_sqlite else "postgresql")
    server.run(sockets=[listener])
    if central.ending.error is not None:
        _LOG.error("ended", **central.ending.error.fault().model_dump(mode="json"))
        return EXIT_REJECTED if central.ending.error.code == "log-broken" else EXIT_RESTART
    return EXIT_OK if server.started else EXIT_RESTART


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=128)
    except OSError as error:
        raise StopError("port-taken", f"{host}:{port}", f"cannot be listened on: {error}; choose another with --listen") from error
