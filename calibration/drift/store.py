"""The days a station keeps, in one small SQLite file: written while it runs, read by `wim-calibration drift`."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from calibration.drift.sums import Day, unpack
from calibration.told import told
from contract.faults import RejectError, RetryError

KEPT_DAYS: Final = 400
"""Days kept of each lane: a year, so that the same season is in it, and a month to compare with. Some 8 kB a day."""

MAGIC: Final = b"SQLite format 3\x00"

SCHEMA: Final = """CREATE TABLE IF NOT EXISTS day (
    lane INTEGER NOT NULL,
    calibration TEXT NOT NULL,
    number INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (lane, calibration, number)
) STRICT"""


FORGET: Final = """DELETE FROM day WHERE lane = ? AND number < (
    SELECT min(number) FROM (SELECT DISTINCT number FROM day WHERE lane = ? ORDER BY number DESC LIMIT ?)
)"""


class DayStore:
    """The file of days, with SQLite's rollback journal: a few kB every some minutes, and the file alone can be copied.

    Raises
    ------
    RetryError
        From every method, if the disk refuses; nothing but the memory of drift is lost.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._translated():
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)
            self._connection.execute(SCHEMA)

    def put(self, lane: int, calibration: str, day: Day) -> None:
        """Keep a day, in place of what was kept of it before, and forget the oldest beyond `KEPT_DAYS`."""
        with self._translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._connection.execute("INSERT OR REPLACE INTO day VALUES (?, ?, ?, ?)", (lane, calibration, day.number, day.pack()))
                self._connection.execute(FORGET, (lane, lane, KEPT_DAYS))
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def days(self, lane: int, calibration: str) -> tuple[list[Day], list[RejectError]]:
        """Give the days of a lane under a calibration in their order, and what could not be read."""
        with self._translated():
            query = "SELECT number, body FROM day WHERE lane = ? AND calibration = ? ORDER BY number"
            rows = self._connection.execute(query, (lane, calibration)).fetchall()
        return _unpacked(rows, str(self._path))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            what = told("cannot be read or written (%(error)s); drift is watched in memory only until it can", error=error)
            raise RetryError("drift-store-failing", str(self._path), what) from error


def read_days(path: Path, lane: int, calibration: str | None) -> tuple[list[Day], str]:
    """Read a station's file without changing it: the days of a lane under a calibration (its digest), by default the one last in use.

    Raises
    ------
    RejectError
        If it is no such file, or holds no day of the lane or the calibration.
    """
    try:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            known = dict(connection.execute("SELECT calibration, max(number) FROM day WHERE lane = ? GROUP BY calibration", (lane,)))
            wanted = calibration or (max(known, key=lambda name: known[name]) if known else None)
            query = "SELECT number, body FROM day WHERE lane = ? AND calibration = ? ORDER BY number"
            rows = connection.execute(query, (lane, wanted)).fetchall()
    except sqlite3.Error as error:
        raise RejectError("drift-file", str(path), told("is no file of days that a station keeps: %(error)s", error=error)) from error
    if not rows or wanted is None:
        held = ", ".join(known) or told("none")
        raise RejectError(
            "drift-file",
            str(path),
            told(
                "holds no day of lane %(lane)s under calibration %(wanted)s; it has: %(held)s",
                lane=lane,
                wanted=wanted or told("(any)"),
                held=held,
            ),
        )
    days, damaged = _unpacked(rows, str(path))
    if not days:
        raise damaged[0]
    return days, wanted


def _unpacked(rows: list[tuple[int, bytes]], source: str) -> tuple[list[Day], list[RejectError]]:
    days, damaged = [], []
    for number, body in rows:
        try:
            days.append(unpack(body, f"{source} day {number}"))
        except RejectError as error:
            damaged.append(error)
    return days, damaged
