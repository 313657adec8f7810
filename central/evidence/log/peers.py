"""How the witness and the time stamp authority answered last, for those who look after the log."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.evidence.models import LogPeer
from contract.faults import WimError


class Peer(StrEnum):
    """Who is asked about checkpoints."""

    WITNESS = "witness"
    TIMESTAMP = "timestamp"


OBJECTIONS = frozenset({"log-forked", "log-rolled-back"})
"""Codes by which a witness says that this log is not the one it knows."""


@dataclass(frozen=True, slots=True)
class PeerState:
    """The last answer: `code` is None where it was as wished, `answered_us` when that was the last time."""

    asked_us: int
    answered_us: int | None
    code: str | None
    what: str | None

    @property
    def objects(self) -> bool:
        """Whether the witness has seen another log under this name."""
        return self.code in OBJECTIONS


def peers(session: Session) -> dict[Peer, PeerState]:
    """Give the state of each that was asked at all."""
    return {Peer(row.name): PeerState(row.asked_us, row.answered_us, row.code, row.what) for row in session.scalars(select(LogPeer))}


def note_answer(session: Session, peer: Peer, now_us: int, error: WimError | None) -> None:
    """Keep how a question ended."""
    row = session.get(LogPeer, peer.value) or LogPeer(name=peer.value, answered_us=None)
    row.asked_us = now_us
    row.code, row.what = (None, None) if error is None else (error.code, str(error))
    if error is None:
        row.answered_us = now_us
    session.add(row)
