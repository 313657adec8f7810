"""One station's calibration data in one place: station file, sessions, raw signals, and the way to the edge. Page and commands share it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from calibration.acceptance import STANDARDS
from calibration.acceptance.report import Stage
from calibration.model import Calibration
from calibration.sessions import events as e
from calibration.sessions.evidence import CaptureFolder
from calibration.sessions.outcome import fit_session, fitted_calibration, judge_session
from calibration.sessions.state import SessionState
from calibration.sessions.station_link import StationLink
from calibration.sessions.store import SessionStore
from calibration.sessions.watch import PassWatch
from calibration.told import told
from contract.faults import RejectError, RetryError
from contract.station import Lane, Station


@dataclass(frozen=True)
class Desk:
    """What a session is worked on with; `station_file` is what the edge's program is given to weigh runs again."""

    station: Station
    station_file: Path
    store: SessionStore
    captures: CaptureFolder
    link: StationLink

    def watch(self) -> PassWatch:
        """Give a watch that takes passes into open sessions."""
        return PassWatch(self.station, self.link, self.store, self.captures)

    def lane(self, number: int) -> Lane:
        """Give a lane of the station.

        Raises
        ------
        RejectError
            ``lane-unknown``.
        """
        try:
            return self.station.lane_with(number)
        except KeyError:
            known = ", ".join(str(lane.id) for lane in self.station.lane)
            raise RejectError(
                "lane-unknown", told("lane %(number)s", number=number), told("is not in the station file; it has %(known)s", known=known)
            ) from None

    def open_session(
        self, by: str, *, lane: int, standards: tuple[str, ...], stage: Stage, interval_kg: float | None, name: str | None = None
    ) -> SessionState:
        """Begin a session, named by day and a random part unless a name is given.

        Raises
        ------
        RejectError
            ``lane-unknown``, ``standard-unknown``, or as `SessionStore.open`.
        """
        self.lane(lane)
        unknown = [one for one in standards if one not in STANDARDS]
        if unknown or not standards:
            what = told("is not known; allowed are %(standards)s", standards=", ".join(STANDARDS))
            raise RejectError("standard-unknown", told("standard %(unknown)s", unknown=unknown[0] if unknown else "none"), what)
        called = name or f"{datetime.now(UTC):%Y%m%d}-{secrets.token_hex(2)}"
        opened = e.Opened(
            station=self.station.station.id,
            lane=lane,
            standards=standards,
            stage=stage,
            interval_kg=interval_kg,
            after_seq=self._last_seq(),
        )
        return self.store.open(called, opened, by)

    def fit(self, name: str, by: str) -> Calibration:
        """Fit a calibration to the accepted runs and write it down.

        Raises
        ------
        RejectError
            As `outcome.fit_session`, or ``runs-changed`` if another decision fell meanwhile.
        """
        state = self.store.session(name)
        calibration, fitted = fit_session(state, self.lane(state.opened.lane), datetime.now(UTC))
        self.store.act(name, by, lambda now: [_if_unchanged(state, now, fitted)])
        return calibration

    def judge(self, name: str, by: str) -> SessionState:
        """Weigh the runs again with the fitted calibration, judge them and write that down.

        Raises
        ------
        RejectError
            As `outcome.judge_session`, or ``runs-changed``.
        """
        state = self.store.session(name)
        judged = judge_session(state, self.station_file, self.captures)
        return self.store.act(name, by, lambda now: [_if_unchanged(state, now, judged)])

    def calibration(self, name: str) -> Calibration:
        """Give the calibration that a session came to; raises as `outcome.fitted_calibration`."""
        return fitted_calibration(self.store.session(name))

    def _last_seq(self) -> int | None:
        try:
            return int(self.link.health()["last_seq"])
        except (RetryError, KeyError):
            return None


def _if_unchanged(before: SessionState, now: SessionState, event: e.Event) -> e.Event:
    """Refuse a result whose runs, or whose fit, are no longer what it was found from."""
    if [run.number for run in before.runs] != [run.number for run in now.runs] or before.fitted != now.fitted:
        raise RejectError("runs-changed", told("session %(name)s", name=now.name), told("was changed meanwhile; do it again"))
    return event
