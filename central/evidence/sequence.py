"""Which of a station's numbers are missing here: records are numbered without gaps, so a hole is a record that is lost, late or refused."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central.evidence.models import Quarantine, Record

GAPS_MAX: Final = 50
"""Gaps that are listed; more are only counted."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Numbers from `first` to `last` that are not stored; `refused` of them lie in quarantine."""

    first: int
    last: int
    refused: int

    @property
    def count(self) -> int:
        """How many numbers are missing."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Sequence:
    """How whole a station's numbers are; `gaps` are the first `GAPS_MAX`, `missing` counts all."""

    stored: int
    last_seq: int
    gaps: tuple[Gap, ...]

    @property
    def missing(self) -> int:
        """How many numbers up to the last one are not stored."""
        return self.last_seq - self.stored


def sequence_of(session: Session, station: str) -> Sequence:
    """Look for holes in a station's numbers; where every number up to the last is stored, that is told without looking at each."""
    stored, last_seq = session.execute(
        select(func.count(), func.coalesce(func.max(Record.seq), 0)).select_from(Record).where(Record.station == station)
    ).one()
    if stored == last_seq:
        return Sequence(stored, last_seq, ())
    before = func.coalesce(func.lag(Record.seq).over(order_by=Record.seq), 0).label("before")
    steps = select(Record.seq, before).where(Record.station == station).subquery()
    holes = select(steps.c.before + 1, steps.c.seq - 1).where(steps.c.seq > steps.c.before + 1).order_by(steps.c.seq).limit(GAPS_MAX)
    found = session.execute(holes).all()
    return Sequence(stored, last_seq, tuple(Gap(first, last, _refused(session, station, first, last)) for first, last in found))


def _refused(session: Session, station: str, first: int, last: int) -> int:
    numbers = select(func.count(func.distinct(Quarantine.seq))).where(Quarantine.station == station, Quarantine.seq.between(first, last))
    return session.scalar(numbers) or 0
