"""Serves the application until it is told to end, and gives the exit code.

========  ===========================================================================================
code      meaning
========  ===========================================================================================
0         SIGTERM or SIGINT: all that was received is stored, receipts that were due are sent
1         a setting is wrong or the port is taken: starting again changes nothing
3         what is stored is not what was entered in the log: starting again finds the same; see docs/log.md
75        going on would do harm (disk, database, a thread that ended), or another service is on the database: start again, look at the log
========  ===========================================================================================
"""

import structlog

from central.app import create_app
from central.config import Settings
from central.context import Central
from central.server import listen_on, run_server
from contract.faults import EXIT_OK, EXIT_REJECTED, EXIT_RESTART, StopError, WimError

_LOG = structlog.get_logger("central")


def serve(settings: Settings) -> int:
    """Run central until a signal, or until it asks to be ended.

    Raises
    ------
    StopError
        If it cannot start.
    """
    with listen_on(settings.web.host, settings.web.port) as listener:
        app = create_app(settings)
        central: Central = app.state.central
        try:
            app.state.open_evidence()
        except StopError as error:
            return _ended(error)
        host, port = listener.getsockname()[:2]
        _LOG.info("listening", address=f"http://{host}:{port}", database="sqlite" if central.database.is_sqlite else "postgresql")
        started = run_server(app, listener, central.ending)
    if central.ending.error is not None:
        return _ended(central.ending.error)
    return EXIT_OK if started else EXIT_RESTART


def _ended(error: WimError) -> int:
    """Log why the service ends, and give its exit code."""
    _LOG.error("ended", **error.fault().model_dump(mode="json"))
    return EXIT_REJECTED if error.code == "log-broken" else EXIT_RESTART
