"""The review of the latest fit that somebody looked at, made once: a page and its charts ask for the same one."""

from __future__ import annotations

import threading

from calibration.review.table import Review
from calibration.sessions.outcome import review_session
from calibration.sessions.state import SessionState
from contract.station import Lane


class Reviews:
    """Keeps one review, by the digest of its calibration; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of = ""
        self._kept: Review | None = None

    def of(self, state: SessionState, lane: Lane) -> Review | None:
        """Give the review of a session's fit, None where there is none, or its runs are no longer those of the fit."""
        if state.fitted is None or state.fit_outdated:
            return None
        with self._lock:
            if self._of != state.fitted.sha256:
                self._kept = review_session(state, lane)
                self._of = state.fitted.sha256
            return self._kept
