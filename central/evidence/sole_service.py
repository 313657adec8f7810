"""The one service of a database: it holds a lock for as long as it lives, and a second one is refused at its start.

Two would sign one log with the keys of two folders, look for pictures and exports in each other's folder, and tell other systems
everything twice. Commands take no part in this: they write between the service's writes, as they are meant to.
"""

import fcntl
import os
import secrets
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

import structlog
from sqlalchemy import Connection, Engine, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from central.evidence.database import Database
from contract.faults import RetryError, StopError

SERVICE_LOCK_ID: Final = 0x57494D33
"""PostgreSQL advisory lock that the service's own connection holds."""
LOOK_S: Final = 1.0
"""How often that connection is looked at; that nobody writes without it is asked in each writing transaction anyway."""
_CONNECT: Final = {"connect_timeout": 5, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10_000}
"""The connection is given up when the server was silent for some ten seconds."""
_SERVER_SIDE: Final = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
"""The server gives up a machine that went silent in 25 s, so that another one can take its place; its own default is two hours."""
_HOLDER: Final = text(
    "SELECT activity.application_name, activity.client_addr::text, activity.backend_start FROM pg_locks JOIN pg_stat_activity AS activity "
    "USING (pid) WHERE locktype = 'advisory' AND classid = 0 AND objid = :id AND objsubid = 1 AND granted AND datname = current_database()"
)
_HELD: Final = text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = :pid AND locktype = 'advisory' AND classid = 0 AND objid = :id AND objsubid = 1 "
    "AND granted)"
)
_LOG = structlog.get_logger("central")


class SoleService:
    """Holds the lock from `take` to `give_up`.

    Of SQLite it is a lock on a file beside the database, which ends with the process. Of PostgreSQL it is held by a connection of its own:
    a transaction that finds it gone writes nothing, and it is taken again as soon as the server is back. Where another service was faster,
    this one ends.

    Parameters
    ----------
    database
        That is served.
    ended
        Is told that the service must end, because another has taken its place.
    """

    def __init__(self, database: Database, ended: Callable[[StopError], None]) -> None:
        self._database = database
        self._lock = _FileLock(database) if database.is_sqlite else _SessionLock(database, ended)

    def take(self) -> None:
        """Take the lock.

        Raises
        ------
        StopError
            ``service-runs`` if another service holds it, and which.
        RetryError
            ``database-away``.
        """
        self._lock.take()
        self._database.guard = self._lock.check

    def give_up(self) -> None:
        """Let another have it: from then on nothing is written. Does nothing where it is not held."""
        self._lock.give_up()


class _FileLock:
    def __init__(self, database: Database) -> None:
        self._path = Path(f"{database.engine.url.database}.service")
        self._file: IO[str] | None = None

    def take(self) -> None:
        file = self._path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read(200).strip()
            file.close()
            raise _taken(holder) from error
        file.truncate(0)
        file.write(f"process {os.getpid()} of {socket.gethostname()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n")
        file.flush()
        self._file = file

    def check(self, session: Session) -> None:
        """Nothing takes a lock on a file from a process that lives."""

    def give_up(self) -> None:
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None


class _SessionLock:
    def __init__(self, database: Database, ended: Callable[[StopError], None]) -> None:
        # Told apart by a word of its own from a service that has the same process number on another machine, or had it before.
        self._name = f"weighline {socket.gethostname()[:30]} {os.getpid()} {secrets.token_hex(4)}"
        connect = {"application_name": self._name, "options": _SERVER_SIDE, **_CONNECT}
        self._engine: Engine = create_engine(database.engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=connect)
        self._ended = ended
        self._connection: Connection | None = None
        self._pid = 0
        self._stopping = threading.Event()
        self._watch = threading.Thread(target=self._keep, name="sole-service", daemon=True)

    def take(self) -> None:
        try:
            holder = self._try()
        except DBAPIError as error:
            raise RetryError("database-away", "database", f"cannot be reached: {error.orig}") from error
        if holder is not None:
            raise _taken(holder)
        self._watch.start()

    def check(self, session: Session) -> None:
        """See, within a writing transaction, that the lock is held."""
        if not session.scalar(_HELD, {"pid": self._pid, "id": SERVICE_LOCK_ID}):
            what = "the connection that shows that only this service writes was lost; it is taken again within seconds"
            raise RetryError("service-lock-lost", "database", what)

    def give_up(self) -> None:
        self._stopping.set()
        if self._watch.ident is not None:
            self._watch.join()
        self._close()
        self._engine.dispose()

    def _try(self) -> str | None:
        """Take the lock by a new connection; give who else has it, None where it was taken."""
        self._close()
        connection = self._engine.connect()
        if connection.scalar(text("SELECT pg_try_advisory_lock(:id)"), {"id": SERVICE_LOCK_ID}):
            self._pid = connection.scalar(text("SELECT pg_backend_pid()")) or 0
            self._connection = connection
            return None
        with connection:
            row = connection.execute(_HOLDER, {"id": SERVICE_LOCK_ID}).first()
        if row is None:
            return "one that has just ended"
        name, address, since = row
        return f"{name} at {address or 'this machine'} since {since:%Y-%m-%d %H:%M:%S %Z}"

    def _keep(self) -> None:
        while not self._stopping.wait(LOOK_S):
            try:
                if self._connection is not None:
                    self._connection.execute(text("SELECT 1"))
                    continue
                holder = self._try()
            except DBAPIError as error:
                if self._connection is not None:
                    _LOG.warning("service-lock-lost", what=str(error.orig).strip())
                self._close()
                continue
            if holder is None:
                _LOG.info("service-lock-taken-again")
            elif self._name not in holder:  # this one's own lost connection goes by itself, once the server sees it
                self._ended(_taken(holder))
                return

    def _close(self) -> None:
        self._pid = 0
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


def _taken(holder: str) -> StopError:
    serving = holder or "another process"
    what = f"is served already, by {serving}; a database has one `wim-central run`: end that one, or give this one a database of its own"
    return StopError("service-runs", "database", what)
