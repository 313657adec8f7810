"""The evidence database: SQLite embedded by default, PostgreSQL by URL. Writes are serialised, so ids grow in the order of commits."""

import fcntl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DatabaseError, InvalidatePoolError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from contract.faults import RetryError, StopError

WRITE_LOCK_ID: Final = 0x57494D31
"""PostgreSQL advisory lock held by every writing transaction: with it, a row that commits later never has a smaller id."""
BUSY_TIMEOUT_MS: Final = 10_000
"""How long SQLite waits for another process's write before it gives up."""
POOL: Final = {"pool_size": 10, "max_overflow": 40}
"""More connections than the server has threads that ask at once (40, of anyio's default limiter), so that none waits for another."""
RESTED_S: Final = 5.0
"""A connection to PostgreSQL that rested so long is asked for a sign of life before it is used; asked each time, every page would wait."""
_WRITES: Final = "weighline_writes"
WITH_PLATES: Final = ("disclosure", "vehicle", "case_file", "overload_plate", "legal_hold", "quarantine")
"""Tables whose rows or messages name plates that are deleted on schedule."""
_REWRITING: Final = (
    ("VACUUM FULL pg_catalog.pg_statistic", "what the planner has counted, plates among it, is not rewritten"),
    ("SELECT pg_switch_wal()", "the write-ahead log is not ended"),
    ("CHECKPOINT", "the files that are no longer needed stay until the next checkpoint"),
)
"""What PostgreSQL asks rights for: of the database's owner, of `GRANT EXECUTE ON FUNCTION pg_switch_wal`, of the role `pg_checkpoint`."""


class Database:
    """One database, for any number of threads.

    On PostgreSQL reading has connections of its own, which may not write and begin no transaction: each statement sees what is committed
    before it either way, and BEGIN and ROLLBACK would double the round trips of a page.

    On SQLite every write transaction and its checkpoint happen under one lock across all threads and processes: SQLite below 3.51.3 can
    lose a commit where one connection checkpoints while another writes (the WAL-reset bug, https://sqlite.org/wal.html#walresetbug).

    Parameters
    ----------
    url
        ``sqlite:///<path>`` or ``postgresql://…``.

    Raises
    ------
    StopError
        ``bad-database-url`` if it is neither.
    """

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise StopError("bad-database-url", "database-url", "is no URL; use sqlite:///<path> or postgresql://…") from error
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite and not parsed.database:
            raise StopError("bad-database-url", "database-url", "names no file; an evidence database in memory is none")
        if not self.is_sqlite and parsed.get_backend_name() != "postgresql":
            raise StopError(
                "bad-database-url", "database-url", f"names {parsed.get_backend_name()}; use sqlite:///<path> or postgresql://…"
            )
        if self.is_sqlite:
            self._lock_path = Path(f"{parsed.database}.lock")
            self.engine = create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, **POOL)
            _configure_sqlite(self.engine)
            self._reader = self.engine
        else:
            # The connection used last is used next: what the server keeps for it, prepared statements among it, is warm.
            address = parsed.set(drivername="postgresql+psycopg")
            self.engine = create_engine(address, pool_use_lifo=True, **POOL)
            self._reader = create_engine(address, pool_use_lifo=True, isolation_level="AUTOCOMMIT", **POOL)
            _forbid_writing(self._reader)
            for engine in (self.engine, self._reader):
                _ask_the_rested(engine)
        self._writer = self.engine.execution_options(**{_WRITES: True})
        self._lock = threading.Lock()
        self.guard: Callable[[Session], None] | None = None
        """Asked in each writing session before anything else; where it raises, nothing is written (`central.evidence.sole_service`)."""

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session for reading; SQLite rolls back whatever it changed, PostgreSQL refuses it. What reads in parts takes a `snapshot`.

        Raises
        ------
        RetryError
            ``database-away`` if the database cannot be reached.
        StopError
            ``database-broken`` if SQLite reports a failed read, write or fsync, or a corrupt file.
        """
        with _translated(), Session(self._reader) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Give a session for reading in which every statement sees the database of one moment, as on SQLite any does.

        Raises
        ------
        RetryError, StopError
            As for `read`.
        """
        engine = self._reader if self.is_sqlite else self._reader.execution_options(isolation_level="REPEATABLE READ")
        with _translated(), Session(engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session whose changes are durable when the block ends, or undone if it raises.

        Raises
        ------
        RetryError
            ``database-away`` if the database cannot be reached, is full or stays locked; ``service-lock-lost`` in a service that may not
            write at this moment.
        StopError
            As for `read`.
        """
        with _translated(), self._exclusive(), Session(self._writer, expire_on_commit=False) as session, session.begin():
            if not self.is_sqlite:
                session.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": WRITE_LOCK_ID})
            if self.guard is not None:
                self.guard(session)
            yield session

    @contextmanager
    def exclusive_connection(self) -> Iterator[Connection]:
        """Give a bare connection in one write transaction, for migrations.

        SQLite can change a table only by building it anew, which its references would forbid; they are checked as a whole at the end.

        Raises
        ------
        RetryError, StopError
            As for `write`; ``database-broken`` also if a reference leads nowhere.
        """
        with _translated(), self._exclusive(), self._writer.connect() as connection:
            with _references_unchecked(connection) if self.is_sqlite else nullcontext(), connection.begin():
                yield connection
                if self.is_sqlite and (lost := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
                    raise StopError("database-broken", "database", f"rows refer to what is not there: {lost[:5]}")

    def clear_deleted(self) -> bool:
        """Leave nothing of what was deleted in the write-ahead log; give whether that was done, or somebody is still reading it.

        SQLite overwrites what is deleted in the file itself (`secure_delete`), and its log is cut to nothing here. PostgreSQL frees the
        rows for reuse, and `compact` rewrites them; what its backups hold is for their schedule (deploy/README.md).
        """
        with _translated(), self._exclusive():
            if self.is_sqlite:
                with closing(self.engine.raw_connection()) as raw:
                    busy, _, _ = raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                return not busy
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text(f"VACUUM {', '.join(WITH_PLATES)}"))
            return True

    def compact(self) -> list[str]:
        """Rewrite what is stored without what was deleted, and give what could not be done for want of rights.

        Of SQLite it is the whole file, for what was deleted before `secure_delete` was set. Of PostgreSQL, which overwrites nothing, it is
        each table that holds plates, with its indexes; what the planner has counted of them; and the write-ahead log, of which the server
        keeps no old file where `wal_recycle` is off. Each table is locked while it is rewritten, and needs as much room again.
        """
        if self.is_sqlite:
            with _translated(), self._exclusive():
                with closing(self.engine.raw_connection()) as raw:
                    raw.cursor().execute("VACUUM")
            self.clear_deleted()
            return []
        left = []
        with _translated(), self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in WITH_PLATES:
                connection.execute(text(f"VACUUM FULL ANALYZE {table}"))
            for statement, what in _REWRITING:
                try:
                    connection.execute(text(statement))
                except ProgrammingError as error:
                    left.append(f"{what}: {str(error.orig).splitlines()[0]}")
        return left

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
        self._reader.dispose()

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """Hold the writers' lock, of this process and on SQLite of all; across processes PostgreSQL brings its own."""
        if not self.is_sqlite:
            with self._lock:
                yield
            return
        with self._lock, self._lock_path.open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


@contextmanager
def _references_unchecked(connection: Connection) -> Iterator[None]:
    """Switch SQLite's checks of references off and on again; it takes the switch outside of transactions only."""
    driver = connection.connection.cursor()
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys = ON")
        driver.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        name = getattr(error.orig, "sqlite_errorname", "")
        if name.startswith(("SQLITE_IOERR", "SQLITE_CORRUPT", "SQLITE_NOTADB")):
            # After a failed fsync the page cache may lie about what is on the disk, so a second try would prove nothing.
            raise StopError("database-broken", "database", f"{name}: {error.orig}; check the disk, then start again") from error
        if "Could not decode to UTF-8" in str(error.orig):
            raise StopError("database-broken", "database", f"{error.orig}; a stored text was damaged: run `wim-central verify`") from error
        if isinstance(error, OperationalError):
            raise RetryError("database-away", "database", f"did not take the statement: {error.orig}") from error
        raise


def _configure_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: SqliteConnection, _entry: ConnectionPoolEntry) -> None:
        # None hands BEGIN to the listener below: the module's own is deferred, and a deferred read cannot be upgraded safely.
        connection.isolation_level = None
        # FULL syncs the WAL at each commit; NORMAL was measured to lose acknowledged commits at a power cut. secure_delete overwrites what
        # is deleted.
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(_WRITES) else "BEGIN")


def _forbid_writing(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.cursor().execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        connection.commit()


def _ask_the_rested(engine: Engine) -> None:
    """Before a connection is used that rested, see that its server is still there; if not, every one is opened anew."""

    @event.listens_for(engine, "checkin")
    def _on_checkin(_connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        entry.info["rested_from_s"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _on_checkout(connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: object) -> None:
        rested_s = time.monotonic() - entry.info.get("rested_from_s", time.monotonic())
        if rested_s < RESTED_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error
