"""An SQLite file of the technician's side, and what keeps it whole.

* WAL with synchronous=FULL: what was committed survives a power cut.
* Of all processes only one touches the file at a time (`flock` beside it, which the kernel lets go when a process dies): SQLite 3.40 can
  lose a WAL reset between two connections that write.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from calibration.told import told
from contract.faults import RetryError, StopError

WAIT_S: Final = 5.0
"""How long another process may keep the file; a transaction takes some milliseconds."""

FILE_MODE: Final = 0o600

VERSION: Final = 1


class Storage:
    """One connection to the file; safe to use from several threads and processes, one transaction at a time.

    Parameters
    ----------
    path
        The file; made with its folder if it is not there.
    schema
        Statements that make its tables.

    Raises
    ------
    StopError
        ``store-unopenable``, ``store-damaged`` or ``store-newer``.
    """

    def __init__(self, path: Path, schema: Sequence[str]) -> None:
        self._source = str(path)
        self._schema = schema
        self._thread = threading.RLock()
        self._broken: StopError | None = None
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._guard = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
        except OSError as error:
            what = told("cannot be made or opened: %(strerror)s; look at the folder's owner and the mount", strerror=error.strerror)
            raise StopError("store-unopenable", self._source, what) from error
        try:
            with self._alone(), self._told():
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE))
                self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=WAIT_S)
                self._prepare()
        except BaseException:
            os.close(self._guard)
            raise

    def _prepare(self) -> None:
        execute = self._connection.execute
        (mode,) = execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            raise StopError(
                "store-unopenable", self._source, told("lies on a file system without WAL (mode %(mode)s); use a local disk", mode=mode)
            )
        execute("PRAGMA synchronous = FULL")
        (finding,) = execute("PRAGMA quick_check(1)").fetchone()
        (version,) = execute("PRAGMA user_version").fetchone()
        if finding != "ok":
            raise StopError(
                "store-damaged",
                self._source,
                told("is damaged (%(finding)s); keep the file for examination, restore a copy", finding=finding),
            )
        if version > VERSION:
            raise StopError(
                "store-newer",
                self._source,
                told("has version %(version)s, this software knows %(known)s; use the newer one", version=version, known=VERSION),
            )
        if version == 0:
            execute("BEGIN IMMEDIATE")
            for statement in self._schema:
                execute(statement)
            execute(f"PRAGMA user_version = {VERSION}")
            execute("COMMIT")

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run one transaction: all of it is on the disk when the block is left, or none of it happened.

        Raises
        ------
        RetryError
            ``store-busy`` if another process keeps the file.
        StopError
            ``store-failed`` if the disk failed, now or before; only a fresh start may go on after that.
        """
        with self._thread, self._alone():
            if self._broken:
                raise self._broken
            with self._told():
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
        with self._thread:
            with self._alone():
                self._connection.close()
            os.close(self._guard)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes out meanwhile."""
        deadline = time.monotonic() + WAIT_S
        while True:
            try:
                fcntl.flock(self._guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    what = told("another process has kept it for %(wait_s)s s; try again", wait_s=f"{WAIT_S:g}")
                    raise RetryError("store-busy", self._source, what) from error
                time.sleep(0.005)
        try:
            yield
        finally:
            fcntl.flock(self._guard, fcntl.LOCK_UN)

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            name = getattr(error, "sqlite_errorname", "no code")
            what = told(
                "the database refused or the disk failed (%(name)s: %(error)s); what was not confirmed did not happen; start again",
                name=name,
                error=error,
            )
            self._broken = StopError("store-failed", self._source, what)
            raise self._broken from error
