"""Calibration sessions on disk: events in, states out, and who may act on a session now.

Events are refused any UPDATE or DELETE by triggers, and each names the SHA-256 of the one before it.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from calibration.sessions import events as e
from calibration.sessions.state import Header, SessionState, begin, follow
from calibration.sessions.storage import Storage
from calibration.told import told
from contract.faults import RejectError, StopError
from contract.media import sha256_hex
from contract.names import Name

SCHEMA: Final = (
    """CREATE TABLE event (
        id INTEGER PRIMARY KEY,
        session TEXT NOT NULL,
        at_us INTEGER NOT NULL,
        by TEXT NOT NULL,
        kind TEXT NOT NULL,
        body TEXT NOT NULL,
        prev_sha256 TEXT NOT NULL,
        sha256 TEXT NOT NULL UNIQUE
    ) STRICT""",
    "CREATE INDEX event_session ON event (session, id)",
    "CREATE TRIGGER event_stays BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are never changed'); END",
    "CREATE TRIGGER event_remains BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events are never removed'); END",
    "CREATE TABLE lease (session TEXT PRIMARY KEY, holder TEXT NOT NULL, until_us INTEGER NOT NULL) STRICT",
)

GENESIS_SHA256: Final = "0" * 64

LEASE_US: Final = 180 * 1_000_000
"""A technician who does nothing for this long, with the page closed or the screen locked, no longer keeps others out."""

BACKWARDS_US: Final = 2_000_000
"""A clock that lags behind the last event by more has been stepped; a time server slews by less."""

STATION: Final = "station"
"""Who writes what the station itself has to say; it needs no lease."""

Decide = Callable[[SessionState], Sequence[e.Event]]
"""Gives the events that an action causes in the state it finds; raises RejectError to refuse it."""


@dataclass(frozen=True)
class Lease:
    """Who works in a session, and until when others are kept out."""

    holder: str
    until_us: int


class SessionStore:
    """All sessions of a station.

    Parameters
    ----------
    path
        The SQLite file; made with its folder if it is not there.
    now_us
        UTC in µs; tests bring their own.

    Raises
    ------
    StopError
        If the file cannot be used, was damaged, or an event was altered (``session-altered``).
    """

    def __init__(self, path: Path, now_us: Callable[[], int] = lambda: time.time_ns() // 1_000) -> None:
        self._source = str(path)
        self._now_us = now_us
        self._states: dict[str, SessionState] = {}
        self._read_to = 0
        self._head = GENESIS_SHA256
        self._cache = threading.Lock()
        self._storage = Storage(path, SCHEMA)
        try:
            self.sessions()
        except BaseException:
            self._storage.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._storage.close()

    def sessions(self) -> list[SessionState]:
        """Give every session as it stands, the newest first."""
        with self._storage.transaction() as connection:
            states = self._replay(connection)
        return sorted(states.values(), key=lambda state: state.began.number, reverse=True)

    def session(self, name: str) -> SessionState:
        """Give a session as it stands.

        Raises
        ------
        RejectError
            ``session-unknown``.
        """
        states = {state.name: state for state in self.sessions()}
        if name not in states:
            known = ", ".join(states) or told("none")
            raise RejectError(
                "session-unknown", told("session %(name)s", name=name), told("is not on this station; there are: %(known)s", known=known)
            )
        return states[name]

    def digest(self, name: str) -> str:
        """Give the SHA-256 of a session's last event, which vouches for it and for every event before it."""
        with self._storage.transaction() as connection:
            found = connection.execute("SELECT sha256 FROM event WHERE session = ? ORDER BY id DESC LIMIT 1", (name,)).fetchone()
        return str(found[0]) if found else GENESIS_SHA256

    def open(self, name: str, event: e.Opened, by: str) -> SessionState:
        """Begin a session.

        Raises
        ------
        RejectError
            ``session-name``, ``session-exists``, or ``session-open`` while another one of the lane is not closed.
        """
        try:
            TypeAdapter(Name).validate_python(name)
        except ValidationError as error:
            raise RejectError("session-name", name, told("is no name: letters, digits, '.', '_' and '-', at most 40")) from error
        with self._storage.transaction() as connection:
            states = self._replay(connection)
            if name in states:
                raise RejectError(
                    "session-exists", told("session %(name)s", name=name), told("exists already; go on with it, or give another name")
                )
            other = next((one for one in states.values() if one.closed is None and one.opened.lane == event.lane), None)
            if other is not None:
                what = told(
                    "lane %(lane)s is still in session %(name)s; go on with it, or close it with a reason", lane=event.lane, name=other.name
                )
                raise RejectError("session-open", told("session %(name)s", name=name), what)
            self._take_lease(connection, name, by)
            self._append(connection, name, by, [event])
        return self.session(name)

    def act(self, name: str, by: str, decide: Decide) -> SessionState:
        """Do one thing in a session: all of its events are durable when this returns, or none happened.

        Raises
        ------
        RejectError
            ``session-unknown``, ``session-closed``, ``session-held`` by another technician, or whatever `decide` raises.
        """
        self.session(name)
        with self._storage.transaction() as connection:
            state = self._replay(connection)[name]
            if state.closed is not None:
                raise RejectError(
                    "session-closed",
                    told("session %(name)s", name=name),
                    told("is closed (%(closed)s); open a new one", closed=state.closed),
                )
            entered = [e.Entered()] if by != STATION and self._take_lease(connection, name, by) else []
            self._append(connection, name, by, [*entered, *decide(state)])
        return self.session(name)

    def lease(self, name: str) -> Lease | None:
        """Give who works in a session now, None where nobody keeps others out."""
        with self._storage.transaction() as connection:
            return self._valid_lease(connection, name)

    def stay(self, name: str, by: str) -> None:
        """Put off the lapse of a technician's lease; does nothing for one who does not hold it."""
        with self._storage.transaction() as connection:
            held = self._valid_lease(connection, name)
            if held is not None and held.holder == by:
                self._take_lease(connection, name, by)

    def leave(self, name: str, by: str) -> None:
        """Let others in at once."""
        with self._storage.transaction() as connection:
            connection.execute("DELETE FROM lease WHERE session = ? AND holder = ?", (name, by))

    def _valid_lease(self, connection: sqlite3.Connection, name: str) -> Lease | None:
        row = connection.execute("SELECT holder, until_us FROM lease WHERE session = ?", (name,)).fetchone()
        now_us = self._now_us()
        # A lease that would last longer than one can was written before the clock was stepped back.
        return Lease(*row) if row is not None and now_us < row[1] <= now_us + LEASE_US else None

    def _take_lease(self, connection: sqlite3.Connection, name: str, by: str) -> bool:
        """Take or prolong the lease; True where somebody else had acted last."""
        held = self._valid_lease(connection, name)
        if held is not None and held.holder != by:
            seconds = max(1, (held.until_us - self._now_us()) // 1_000_000)
            what = told(
                "%(holder)s is working in it; ask them to leave it, or wait: it is free after %(seconds)s s without a sign of them",
                holder=held.holder,
                seconds=seconds,
            )
            raise RejectError("session-held", told("session %(name)s", name=name), what)
        last = connection.execute("SELECT by FROM event WHERE session = ? AND by != ? ORDER BY id DESC LIMIT 1", (name, STATION)).fetchone()
        connection.execute("INSERT OR REPLACE INTO lease VALUES (?, ?, ?)", (name, by, self._now_us() + LEASE_US))
        return last is not None and last[0] != by

    def _append(self, connection: sqlite3.Connection, name: str, by: str, happened: Sequence[e.Event]) -> None:
        at_us = self._now_us()
        last = connection.execute("SELECT at_us FROM event ORDER BY id DESC LIMIT 1").fetchone()
        events = list(happened)
        if events and last is not None and at_us < last[0] - BACKWARDS_US and not isinstance(events[0], e.Opened):
            events.insert(0, e.ClockJumped(from_us=last[0], to_us=at_us))
        number, before = self._read_to, self._head
        for event in events:
            number += 1
            body = event.model_dump_json()
            sha256 = _link((number, name, at_us, by, body), before)
            connection.execute(
                "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (number, name, at_us, by, event.kind, body, before, sha256)
            )
            before = sha256

    def _replay(self, connection: sqlite3.Connection) -> dict[str, SessionState]:
        """Follow the events that came since the last time, and check their chain."""
        with self._cache:
            rows = connection.execute(
                "SELECT id, session, at_us, by, body, prev_sha256, sha256 FROM event WHERE id > ? ORDER BY id", (self._read_to,)
            )
            for number, name, at_us, by, body, before, sha256 in rows:
                where = told("%(source)s event %(number)s", source=self._source, number=number)
                if number != self._read_to + 1 or before != self._head or sha256 != _link((number, name, at_us, by, body), before):
                    raise StopError(
                        "session-altered", where, told("is not as it was written; keep the file for examination, restore a copy")
                    )
                event, header = e.parse_event(body, where), Header(number, at_us, by)
                known = self._states.get(name)
                self._states[name] = begin(name, header, event) if known is None else follow(known, header, event)
                self._read_to, self._head = number, sha256
            return dict(self._states)


def _link(event: tuple[int, str, int, str, str], before: str) -> str:
    """Give the SHA-256 that vouches for an event (number, session, time, author, body) and, through the one before it, for all."""
    return sha256_hex(json.dumps([before, *event], ensure_ascii=False).encode())
