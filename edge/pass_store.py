"""The latest passes on disk, so that a technician's run outlives a crash of the program; written by a thread of its own.

The main loop only hangs each pass on a queue. What is kept is no record: it may be lost without harm to any, so a disk that refuses it is a
fault and nothing more, and a file that is damaged is begun anew.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from contract.faults import Fault, Reaction

FILE_MODE: Final = 0o600
PAGE_BYTES: Final = 4_096
SPARE_BYTES: Final = 16 * 1024 * 1024
"""Room in the file beside the raw signals: the passes themselves, some 10 kB each, and pages half filled."""

JOURNAL_BYTES: Final = 4 * 1024 * 1024
CLOSE_S: Final = 5.0

_SCHEMA: Final = "CREATE TABLE IF NOT EXISTS pass (id INTEGER PRIMARY KEY, line TEXT NOT NULL, capture BLOB NOT NULL)"


@dataclass(frozen=True, slots=True)
class KeptPass:
    """A pass as the loopback door gives it, but for its number, and its raw signal."""

    line: dict[str, Any]
    capture: bytes


class PassStore:
    """Keeps the latest passes.

    Parameters
    ----------
    path
        SQLite file; made if it is not there.
    most, most_bytes
        How many passes it keeps, and how many bytes of raw signal.
    note
        Told of a disk that fails and of a file that is begun anew.
    """

    def __init__(self, path: Path, most: int, most_bytes: int, note: Callable[[Fault], None]) -> None:
        self._path = path
        self._most = most
        self._most_bytes = most_bytes
        self._note = note
        self._waiting: queue.Queue[KeptPass | None] = queue.Queue(maxsize=most)
        self._kept: list[KeptPass] = []
        connection = self._opened()
        self._thread = threading.Thread(target=self._write, args=(connection,), name="passes", daemon=True)
        self._thread.start()

    def take_kept(self) -> list[KeptPass]:
        """Give, once, what an earlier run of the program has left, oldest first."""
        kept, self._kept = self._kept, []
        return kept

    def put(self, one: KeptPass) -> None:
        """Hand a pass over to be written; never waits."""
        try:
            self._waiting.put_nowait(one)
        except queue.Full:
            self._failed("passes wait faster than the disk takes them")

    def close(self) -> None:
        """Write what waits, and end."""
        with contextlib.suppress(queue.Full):
            self._waiting.put(None, timeout=CLOSE_S)
            self._thread.join(CLOSE_S)

    def _opened(self) -> sqlite3.Connection | None:
        """Open the file and read what it holds; begin it anew where it is damaged, do without where the disk refuses it."""
        for _ in range(2):
            try:
                return self._read()
            except (sqlite3.DatabaseError, json.JSONDecodeError) as error:
                self._failed(f"cannot be read ({error}) and is begun anew")
                for suffix in ("", "-wal", "-shm"):
                    with contextlib.suppress(OSError):
                        self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
            except OSError as error:
                self._failed(f"cannot be opened ({error.strerror})")
                return None
        return None

    def _read(self) -> sqlite3.Connection:
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE))
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA journal_size_limit = {JOURNAL_BYTES}")
            connection.execute(f"PRAGMA max_page_count = {(self._most_bytes + SPARE_BYTES) // PAGE_BYTES}")
            connection.execute(_SCHEMA)
            rows = connection.execute("SELECT line, capture FROM pass ORDER BY id").fetchall()
            self._kept = [KeptPass(json.loads(line), bytes(capture)) for line, capture in rows]
        except BaseException:
            connection.close()
            raise
        return connection

    def _write(self, connection: sqlite3.Connection | None) -> None:
        """Write one pass after the other; after an error nothing more is tried until the program starts afresh."""
        while (one := self._waiting.get()) is not None:
            if connection is None:
                continue
            try:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO pass (line, capture) VALUES (?, ?)", (json.dumps(one.line), one.capture))
                self._forget_old(connection)
                connection.execute("COMMIT")
            except sqlite3.Error as error:
                self._failed(f"cannot be written ({error})")
                connection.close()
                connection = None
        if connection is not None:
            connection.close()

    def _forget_old(self, connection: sqlite3.Connection) -> None:
        """Delete what exceeds the bounds, the oldest first."""
        sizes = connection.execute("SELECT id, length(capture) FROM pass ORDER BY id DESC").fetchall()
        whole = 0
        for number, (identity, size) in enumerate(sizes):
            whole += size
            if number >= self._most or (whole > self._most_bytes and number):
                connection.execute("DELETE FROM pass WHERE id <= ?", (identity,))
                return

    def _failed(self, what: str) -> None:
        told = f"{what}; passes are remembered in memory only, weighing and records go on"
        self._note(Fault(code="passes-unkept", where=str(self._path), what=told, reaction=Reaction.RETRY))
