"""Asks the running edge service by which certificate it weighs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from calibration.certificate.ledger import Ledger
from calibration.told import told
from contract.faults import RejectError

TURN_S: Final = 0.5
ANSWER_S: Final = 5.0
"""How long the edge may take to answer; it answers within milliseconds."""


@dataclass(frozen=True, slots=True)
class LaneAnswer:
    """A lane, the certificate that is in force for it, and the one its vehicles are weighed by (None: none)."""

    lane: int
    number: int
    weighs_by: int | None

    @property
    def applied(self) -> bool:
        """Whether they are the same."""
        return self.number == self.weighs_by

    def text(self) -> str:
        """Say it in a line."""
        if self.applied:
            return f"lane {self.lane} weighs by certificate {self.number}"
        now = "none" if self.weighs_by is None else f"certificate {self.weighs_by}"
        return f"lane {self.lane} still weighs by {now}; certificate {self.number} is in force, look at the edge's health and log"

    def document(self) -> dict[str, Any]:
        """Give it as JSON."""
        return {"lane": self.lane, "number": self.number, "weighs_by": self.weighs_by, "applied": self.applied}


def wait_until_applied(
    ledger: Ledger,
    edge: str,
    timeout_s: float,
    monotonic_s: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> list[LaneAnswer]:
    """Wait until every lane is weighed by its certificate in force, or the time is over; give each lane's last answer.

    Raises
    ------
    RejectError
        ``nothing-in-force``, ``edge-unreachable``, ``edge-answer``, or the ledger is broken.
    """
    until = monotonic_s() + timeout_s
    while True:
        answers = _answers(ledger, _health(edge), edge)
        if all(answer.applied for answer in answers) or monotonic_s() >= until:
            return answers
        sleep(TURN_S)


def _answers(ledger: Ledger, health: dict[str, Any], edge: str) -> list[LaneAnswer]:
    book = ledger.book()
    now = datetime.now(UTC)
    forced = [book.in_force(now, lane.id) for lane in ledger.station.lane]
    wanted = {certificate.lane: certificate.number for certificate in forced if certificate is not None}
    if not wanted:
        what = told("has no certificate in force for any lane; propose one with certify and let another person approve it")
        raise RejectError("nothing-in-force", str(ledger.path), what)
    try:
        by_lane = {lane["lane"]: lane["certificate"] for lane in health["lanes"].values()}
        numbers = {lane: None if certificate is None else int(certificate["number"]) for lane, certificate in by_lane.items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RejectError(
            "edge-answer", edge, told("does not answer like wim-edge of this version: %(error)s", error=f"{error!r}")
        ) from error
    return [LaneAnswer(lane, number, numbers.get(lane)) for lane, number in wanted.items()]


def _health(edge: str) -> dict[str, Any]:
    try:
        answer = httpx.get(f"{edge.rstrip('/')}/health", timeout=ANSWER_S, trust_env=False)
        answer.raise_for_status()
        found = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        what = told("cannot be asked: %(error)s; start wim-edge with --ledger, or give its address with --edge", error=error)
        raise RejectError("edge-unreachable", edge, what) from error
    return found if isinstance(found, dict) else {}
