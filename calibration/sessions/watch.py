"""Brings every vehicle that passes into the sessions that are open, as it passes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Final

import structlog

from calibration.sessions import events as e
from calibration.sessions.actions import see_pass
from calibration.sessions.evidence import CaptureFolder
from calibration.sessions.seen import Pass, parse_pass
from calibration.sessions.state import SessionState
from calibration.sessions.station_link import StationLink
from calibration.sessions.store import STATION, SessionStore
from calibration.told import told
from contract.faults import RejectError, RetryError, StopError
from contract.station import Station

EVERY_S: Final = 0.5
"""How often the edge is asked; a pass shows within a second of its record."""

JUMP_S: Final = 2.0
"""A step of the clock by more is written down; a time server slews by less in half a second."""

_log = structlog.get_logger("calibration")


class PassWatch:
    """Takes the passes of the edge into open sessions.

    Where it stopped is not kept anywhere: after a restart the edge tells again what it remembers, and a session knows what it has.

    Attributes
    ----------
    trouble
        Why nothing comes just now, None while all is well.
    """

    def __init__(self, station: Station, link: StationLink, store: SessionStore, captures: CaptureFolder) -> None:
        self._rates = {lane.id: lane.rate_hz for lane in station.lane}
        self._link = link
        self._store = store
        self._captures = captures
        self._stream = ""
        self._since = 0
        self._last_seq: int | None = None
        self._offset_s: float | None = None
        self.trouble: RetryError | StopError | None = None

    def look(self) -> int:
        """Take in what has passed since the last time; give how many passes were new to a session.

        Raises
        ------
        RetryError
            If the edge does not answer.
        """
        open_sessions = [state for state in self._store.sessions() if state.closed is None]
        self._watch_clock(open_sessions)
        answer = self._link.passes(self._since, self._stream)
        if not isinstance(answer.get("passes"), list) or not isinstance(answer.get("next"), int) or "stream" not in answer:
            raise RetryError(
                "edge-answer", told("GET /passes"), told("does not answer with stream, next and passes; are both programs of one version?")
            )
        read = [one for one in (_read(given) for given in answer["passes"]) if one is not None]
        if answer["stream"] != self._stream and read:
            self._note_missed(open_sessions, read[0][1].seq)
        new = sum(self._take(number, seen, open_sessions) for number, seen in read)
        self._stream, self._since = str(answer["stream"]), answer["next"] - 1
        if read:
            self._last_seq = read[-1][1].seq
        return new

    def _note_missed(self, open_sessions: list[SessionState], first_seq: int) -> None:
        """Write down where the edge, started again, no longer remembers all that it recorded since a session was last told."""
        for state in open_sessions:
            told = max((one.seen.seq for one in state.passes.values()), default=state.opened.after_seq)
            last = max(told or 0, self._last_seq or 0)
            if told is not None and first_seq > last + 1:
                self._note(state, e.PassesMissed(after_seq=last, before_seq=first_seq))

    def _note(self, state: SessionState, event: e.Event) -> None:
        try:
            self._store.act(state.name, STATION, lambda _state: [event])
        except RejectError as error:  # closed meanwhile
            _log.info(error.code, where=error.where, what=error.what)

    def _take(self, number: int, seen: Pass, open_sessions: list[SessionState]) -> bool:
        wanting = [state for state in open_sessions if state.opened.lane == seen.lane and _is_after(seen, state)]
        taken = False
        for state in wanting:
            captured = self._keep_signal(number, seen, state)
            decide = see_pass(seen, self._rates.get(seen.lane, 1_000.0), captured=captured)
            before = len(state.passes)
            try:
                taken |= len(self._store.act(state.name, STATION, decide).passes) > before
            except RejectError as error:  # closed meanwhile
                _log.info(error.code, where=error.where, what=error.what)
        return taken

    def _keep_signal(self, number: int, seen: Pass, state: SessionState) -> bool:
        """Keep the raw signal of a pass that may be a truck's: with it the run can be weighed again with any calibration."""
        if not any(len(truck.axles) == seen.axles for truck in state.present):
            return False
        if self._captures.path_of(seen.capture_sha256).is_file():
            return True
        data = self._link.capture(number)
        if data is None:
            return False
        try:
            self._captures.keep(seen.capture_sha256, data)
        except RejectError as error:
            _log.warning(error.code, where=error.where, what=error.what)
            return False
        return True

    def _watch_clock(self, open_sessions: list[SessionState]) -> None:
        """Write down where this computer's clock was stepped while a session is open."""
        offset_s = time.time() - time.monotonic()
        before_s, self._offset_s = self._offset_s, offset_s
        if before_s is None or abs(offset_s - before_s) < JUMP_S:
            return
        now_us = time.time_ns() // 1_000
        jump = e.ClockJumped(from_us=now_us - round((offset_s - before_s) * 1e6), to_us=now_us)
        for state in open_sessions:
            self._note(state, jump)


def _read(given: Any) -> tuple[int, Pass] | None:  # noqa: ANN401 - whatever the edge sent
    """Give the edge's number of a pass and the pass; None for one that makes no sense, which stops nothing but is told."""
    try:
        seen = parse_pass(given)
        return int(given["number"]), seen
    except (RejectError, TypeError, AttributeError, KeyError, ValueError) as error:
        _log.warning("pass-malformed", what=str(error))
        return None


def _is_after(seen: Pass, state: SessionState) -> bool:
    """Whether a pass was recorded after a session began."""
    return seen.time_us >= state.began.at_us if state.opened.after_seq is None else seen.seq > state.opened.after_seq


class WatchThread:
    """Runs a `PassWatch` beside the page until it is stopped."""

    def __init__(self, watch: PassWatch, failed: Callable[[StopError], None]) -> None:
        self.watch = watch
        self._failed = failed
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="passes", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for it."""
        self._ending.set()
        self.join()

    def join(self) -> None:
        """Wait for its end, at most the time of a question to an edge that hangs."""
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._ending.wait(EVERY_S):
            try:
                self.watch.look()
                self.watch.trouble = None
            except RetryError as error:
                if self.watch.trouble is None:
                    _log.warning(error.code, where=error.where, what=error.what)
                self.watch.trouble = error
            except StopError as error:
                self._end(error)
                return
            except Exception as error:  # noqa: BLE001 - whatever it is, passes must not stop coming unseen: the process starts afresh
                self._end(
                    StopError("watch-ended", told("passes"), told("ended although nobody asked it to: %(error)s", error=f"{error!r}"))
                )
                return

    def _end(self, error: StopError) -> None:
        self.watch.trouble = error
        self._failed(error)
