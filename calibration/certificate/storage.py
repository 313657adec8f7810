"""The ledger's file: an SQLite database to which rows are only ever added.

WAL with synchronous=FULL, as for the station's outbox: with NORMAL a power cut loses acknowledged commits. SQLite 3.40 can lose a WAL reset
between two connections that checkpoint, so whoever writes holds a lock file from opening to closing, and who reads opens read-only, which
never checkpoints.
"""

import contextlib
import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from calibration.told import told
from contract.faults import RejectError, StopError, WimError

APPLICATION_ID: Final = 0x57434C47
"""In the file's header: it is a ledger of ours ("WCLG")."""

VERSION: Final = 1
PAGE_BYTES: Final = 4_096
MAX_BYTES: Final = 256 * 1024 * 1024
"""Quota: some four thousand certificates of a lane with eight rows."""

LOCK_WAIT_S: Final = 5.0
LOCK_TURN_S: Final = 0.05

_SCHEMA: Final = (
    """CREATE TABLE entry (
        counter INTEGER PRIMARY KEY,
        envelope BLOB NOT NULL
    ) STRICT""",
    """CREATE TABLE parameters (
        sha256 TEXT PRIMARY KEY,
        text TEXT NOT NULL
    ) STRICT""",
    """CREATE TRIGGER entry_follows BEFORE INSERT ON entry
        WHEN NEW.counter IS NOT (SELECT coalesce(max(counter), 0) + 1 FROM entry)
        BEGIN SELECT RAISE(ABORT, 'the counter only goes up by one'); END""",
    """CREATE TRIGGER entry_stays BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END""",
    """CREATE TRIGGER entry_kept BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'entries are never removed'); END""",
    """CREATE TRIGGER parameters_new BEFORE INSERT ON parameters
        WHEN EXISTS (SELECT 1 FROM parameters WHERE sha256 = NEW.sha256)
        BEGIN SELECT RAISE(ABORT, 'parameters are never replaced'); END""",
    """CREATE TRIGGER parameters_stay BEFORE UPDATE ON parameters BEGIN SELECT RAISE(ABORT, 'parameters are never changed'); END""",
    """CREATE TRIGGER parameters_kept BEFORE DELETE ON parameters BEGIN SELECT RAISE(ABORT, 'parameters are never removed'); END""",
)

_IN_USE: Final = told("is being written by another program; try again when that has ended")
_MEANING: Final[dict[int, tuple[str, str]]] = {
    sqlite3.SQLITE_BUSY: ("ledger-in-use", _IN_USE),
    sqlite3.SQLITE_LOCKED: ("ledger-in-use", _IN_USE),
    sqlite3.SQLITE_READONLY: (
        "ledger-unwritable",
        told("lies where this account may not write, which even reading needs; look at the owner of file and folder"),
    ),
    sqlite3.SQLITE_CANTOPEN: ("ledger-unreadable", told("cannot be opened; look at the owner of file and folder, and for free space")),
    sqlite3.SQLITE_CORRUPT: ("ledger-broken", told("is damaged; keep the file for examination and restore it from a copy")),
    sqlite3.SQLITE_NOTADB: ("ledger-broken", told("is no ledger; keep the file for examination and restore it from a copy")),
    sqlite3.SQLITE_FULL: (
        "ledger-full",
        told("has no room; nothing was changed: free the disk and try again, the trail itself is never shortened"),
    ),
    sqlite3.SQLITE_CONSTRAINT: ("ledger-append-only", told("only ever takes a next entry")),
}


@dataclass(frozen=True, slots=True)
class Content:
    """What the file holds, not verified: envelopes by counter in order, parameter texts by their SHA-256."""

    rows: tuple[tuple[int, bytes], ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()


class Writing:
    """One transaction that adds to the ledger."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def content(self) -> Content:
        """Give what is there."""
        return _content(self._connection)

    def add(self, counter: int, envelope: bytes) -> None:
        """Add an entry."""
        self._connection.execute("INSERT INTO entry (counter, envelope) VALUES (?, ?)", (counter, envelope))

    def add_parameters(self, sha256: str, text: str) -> None:
        """Add a text of parameters that is not there yet."""
        self._connection.execute("INSERT INTO parameters (sha256, text) VALUES (?, ?)", (sha256, text))


class Storage:
    """The file of one ledger; opened anew for each reading and each writing."""

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        self.path = path
        self._max_bytes = max_bytes

    def read(self) -> Content:
        """Give all rows, none where the file does not exist.

        Raises
        ------
        RejectError
            If it cannot be opened, is no ledger, was changed in its build, or was written by newer software.
        StopError
            If the disk failed.
        """
        if not self.path.exists():
            return Content()
        with self._translated(), contextlib.closing(sqlite3.connect(self._uri("ro"), uri=True, isolation_level=None)) as connection:
            connection.execute("BEGIN")
            version = self._version(connection)
            return _content(connection) if version else Content()

    @contextlib.contextmanager
    def writing(self) -> Iterator[Writing]:
        """Run one transaction; what it added is on the disk when the block is left, or nothing of it is.

        Raises
        ------
        RejectError
            As `read`, ``ledger-in-use``, ``ledger-full``, ``ledger-unwritable``.
        StopError
            If the disk failed.
        """
        with self._locked(), self._translated(), contextlib.closing(self._opened()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                if not self._version(connection):
                    for statement in _SCHEMA:
                        connection.execute(statement)
                    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                    connection.execute(f"PRAGMA user_version = {VERSION}")
                yield Writing(connection)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._uri("rwc"), uri=True, isolation_level=None, timeout=LOCK_WAIT_S)
        try:
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            if mode != "wal":
                what = told("lies on a file system without WAL (journal mode %(mode)s); use a local disk", mode=mode)
                raise RejectError("ledger-unwritable", str(self.path), what)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA max_page_count = {max(1, self._max_bytes // PAGE_BYTES)}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _version(self, connection: sqlite3.Connection) -> int:
        """Give the version of the file, 0 for one that nothing was ever written to; refuse any other build than ours."""
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        built = [sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")]
        if version > VERSION:
            what = told(
                "has version %(version)s, this software knows up to %(known)s; install the newer software again",
                version=version,
                known=VERSION,
            )
            raise RejectError("ledger-newer", str(self.path), what)
        if version == 0 and not built:
            return 0
        if int(connection.execute("PRAGMA application_id").fetchone()[0]) != APPLICATION_ID:
            raise RejectError("ledger-broken", str(self.path), told("is another program's database; give the ledger's own file"))
        if set(built) != set(_SCHEMA):
            what = told(
                "is not built as a ledger is: a table or what keeps it from being changed was altered by hand; restore it from a copy"
            )
            raise RejectError("ledger-broken", str(self.path), what)
        return version

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the lock file; it is left behind, because to remove it could let in two."""
        try:
            descriptor = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            what = told(
                "cannot be written beside it: %(strerror)s; look at the folder, its owner and the free space", strerror=error.strerror
            )
            raise RejectError("ledger-unwritable", f"{self.path}.lock", what) from error
        try:
            self._wait_for(descriptor)
            yield
        finally:
            os.close(descriptor)

    def _wait_for(self, descriptor: int) -> None:
        until = time.monotonic() + LOCK_WAIT_S
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    raise RejectError("ledger-in-use", str(self.path), _IN_USE) from None
                time.sleep(LOCK_TURN_S)
            else:
                return

    def _uri(self, mode: str) -> str:
        return f"file:{quote(str(self.path.absolute()))}?mode={mode}"

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise self._meaning(error) from error

    def _meaning(self, error: sqlite3.Error) -> WimError:
        # The low byte is the primary code, the rest says which operation failed (https://sqlite.org/rescode.html).
        number = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        said = f"({getattr(error, 'sqlite_errorname', 'no code')}: {error})"
        if number == sqlite3.SQLITE_IOERR:
            return StopError("disk-failing", str(self.path), told("the disk reported an error; nothing was changed %(said)s", said=said))
        code, what = _MEANING.get(number, ("ledger-broken", told("cannot be read as a ledger; restore it from a copy")))
        return RejectError(code, str(self.path), told("%(what)s %(said)s", what=what, said=said))


def _content(connection: sqlite3.Connection) -> Content:
    rows = connection.execute("SELECT counter, envelope FROM entry ORDER BY counter").fetchall()
    parameters = connection.execute("SELECT sha256, text FROM parameters").fetchall()
    return Content(tuple((int(counter), bytes(envelope)) for counter, envelope in rows), tuple((str(a), str(b)) for a, b in parameters))
