"""One connection to one SQLite file, and what its errors mean.

WAL with synchronous=FULL: with NORMAL a power cut loses every acknowledged commit. One connection both writes and checkpoints, because
SQLite 3.40 can lose a WAL reset between two; locking_mode=EXCLUSIVE keeps a second process out.
"""

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from contract.faults import RetryError, StopError, WimError
from edge.outbox.schema import migrate

PAGE_BYTES: Final = 4_096
WAL_MAX_BYTES: Final = 16 * 1024 * 1024
"""The write-ahead file is cut back to this after a checkpoint."""

_QUOTA_MARGIN_PAGES: Final = 160
"""More pages than one transaction may ask for at once: twice the largest record (`contract.records.RECORD_MAX_BYTES`) and its indices."""

_MEANING: Final[dict[int, tuple[str, str]]] = {
    sqlite3.SQLITE_BUSY: ("outbox-in-use", "is in use by another process; only one wim-edge may run on it"),
    sqlite3.SQLITE_LOCKED: ("outbox-in-use", "is in use by another process; only one wim-edge may run on it"),
    sqlite3.SQLITE_READONLY: ("outbox-read-only", "cannot be written; look at the mount and at the folder's owner"),
    sqlite3.SQLITE_CANTOPEN: ("outbox-unopenable", "cannot be opened; look at the folder, its owner, and free space and inodes"),
    sqlite3.SQLITE_CORRUPT: ("outbox-corrupt", "is damaged; keep the file for examination and restore the disk"),
    sqlite3.SQLITE_NOTADB: ("outbox-corrupt", "is no SQLite database; keep the file for examination and restore the disk"),
    sqlite3.SQLITE_IOERR: ("disk-failing", "the disk reported an error; what was not committed is weighed again after the restart"),
    sqlite3.SQLITE_FULL: ("disk-full", "the disk is full; free some of it"),
}


class Database:
    """The outbox's connection; safe to use from several threads, one transaction at a time.

    After an error of the disk it refuses everything: what a failed fsync has left behind cannot be known, so only a fresh start may go on.

    Raises
    ------
    StopError
        If the file cannot be opened, is damaged, is in use, or was written by newer software.
    """

    def __init__(self, path: Path, max_bytes: int) -> None:
        self._source = str(path)
        self._lock = threading.RLock()
        self._broken: StopError | None = None
        with self._translated():
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=1.0)
        try:
            with self._translated():
                self._prepare(max_bytes)
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, max_bytes: int) -> None:
        execute = self._connection.execute
        execute("PRAGMA locking_mode = EXCLUSIVE")
        execute(f"PRAGMA page_size = {PAGE_BYTES}")
        (mode,) = execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            raise StopError("outbox-unopenable", self._source, f"lies on a file system without WAL (journal mode {mode}); use a local disk")
        execute("PRAGMA synchronous = FULL")
        execute("PRAGMA secure_delete = ON")  # plates leave with their record; what is deleted is overwritten
        execute(f"PRAGMA journal_size_limit = {WAL_MAX_BYTES}")
        execute(f"PRAGMA max_page_count = {max(1, max_bytes // PAGE_BYTES)}")
        (finding,) = execute("PRAGMA quick_check(1)").fetchone()
        if finding != "ok":
            code, what = _MEANING[sqlite3.SQLITE_CORRUPT]
            raise StopError(code, self._source, f"{what} ({finding})")
        migrate(self._connection, self._source)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run one writing transaction; what it did is on the disk when the block is left, or did not happen at all.

        Raises
        ------
        RetryError
            ``outbox-full``: the quota is used up; room comes back as receipts arrive.
        StopError
            The disk failed, now or before.
        """
        with self._lock:
            if self._broken:
                raise self._broken
            with self._translated():
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                    self._connection.execute("COMMIT")
                except BaseException:
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
                    raise

    def close(self) -> None:
        """Write the WAL back and close."""
        with self._lock:
            self._connection.close()

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            meant = self._meaning(error)
            if isinstance(meant, StopError):
                self._broken = meant
            raise meant from error

    def _meaning(self, error: sqlite3.Error) -> WimError:
        # The low byte is the primary code, the rest says which operation failed (https://sqlite.org/rescode.html).
        number = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        if number & 0xFF == sqlite3.SQLITE_FULL and self._quota_used_up():
            what = "the quota of the outbox is used up; bring the uplink back, or raise uplink.outbox_max_mb"
            return RetryError("outbox-full", self._source, what)
        code, what = _MEANING.get(number & 0xFF, ("outbox-failed", "the database refused what the software asked"))
        return StopError(code, self._source, f"{what} ({getattr(error, 'sqlite_errorname', 'no code')}: {error})")

    def _quota_used_up(self) -> bool:
        (used,) = self._connection.execute("PRAGMA page_count").fetchone()
        (allowed,) = self._connection.execute("PRAGMA max_page_count").fetchone()
        (free,) = self._connection.execute("PRAGMA freelist_count").fetchone()
        return bool(used - free >= allowed - _QUOTA_MARGIN_PAGES)
