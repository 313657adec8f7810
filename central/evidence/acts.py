"""Searching the journal: pages of acts by key, each with its number in the log."""

from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from central.evidence.journal import ActEntry, Verb
from central.evidence.log.leaves import ACT
from central.evidence.models import Act, LogLeaf
from central.evidence.paging import page_rows
from contract.faults import RejectError
from contract.units import US_PER_HOUR

CLOCK_STEP_US: Final = US_PER_HOUR
"""By how much the times of acts may go back from one to the next, after the clock was set: acts are numbered in the order of commits."""

_AFTER_STROKE: Final = chr(ord("/") + 1)
"""All that begins with a path lies between it and the same with this at its end, which an index finds and LIKE does not."""


@dataclass(frozen=True, slots=True)
class ActFilter:
    """What the journal is narrowed to; None leaves a field open. Times are UTC in µs, [from_us, until_us).

    `subject` is a whole one, ``case/12``, or with a stroke at its end all below it, ``vehicle/S1/``.
    """

    person: str | None = None
    verb: Verb | None = None
    subject: str | None = None
    from_us: int | None = None
    until_us: int | None = None


@dataclass(frozen=True, slots=True)
class ActView:
    """One act: its number in the journal, its leaf in the log, None if it has none, and what it says."""

    id: int
    leaf: int | None
    entry: ActEntry


@dataclass(frozen=True, slots=True)
class ActPage:
    """Some acts, newest first, and the number before which the next page begins, None on the last."""

    rows: tuple[ActView, ...]
    next_id: int | None


def find_acts(session: Session, narrowed: ActFilter, before: int | None = None, limit: int = 50) -> ActPage:
    """Give a page of the journal, newest first, starting just below number `before`.

    Raises
    ------
    RejectError
        ``altered`` if an act cannot be read any more.
    """
    limit = page_rows(limit)
    query = _narrow(session, _acts(), narrowed).order_by(Act.id.desc()).limit(limit + 1)
    if before is not None:
        query = query.where(Act.id < before)
    rows = [_view(act, leaf) for act, leaf in session.execute(query)]
    return ActPage(tuple(rows[:limit]), rows[limit - 1].id if len(rows) > limit else None)


def act(session: Session, number: int) -> ActView | None:
    """Give an act by its number, None if there is none."""
    found = session.execute(_acts().where(Act.id == number)).first()
    return None if found is None else _view(*found)


def _acts() -> Select[Act, int | None]:
    return select(Act, LogLeaf.leaf_index).outerjoin(LogLeaf, (LogLeaf.kind == ACT) & (LogLeaf.object_id == Act.id))


def _narrow(session: Session, query: Select[Act, int | None], narrowed: ActFilter) -> Select[Act, int | None]:
    if narrowed.person is not None:
        query = query.where(Act.person == narrowed.person)
    if narrowed.verb is not None:
        query = query.where(Act.verb == narrowed.verb.value)
    if narrowed.subject is not None and narrowed.subject.endswith("/"):
        query = query.where(Act.subject >= narrowed.subject, Act.subject < narrowed.subject[:-1] + _AFTER_STROKE)
    elif narrowed.subject is not None:
        query = query.where(Act.subject == narrowed.subject)
    if narrowed.from_us is not None:
        query = query.where(Act.time_us >= narrowed.from_us, Act.id >= _first_since(session, narrowed.from_us - CLOCK_STEP_US))
    if narrowed.until_us is not None:
        query = query.where(Act.time_us < narrowed.until_us, Act.id < _first_since(session, narrowed.until_us + CLOCK_STEP_US))
    return query


def _first_since(session: Session, time_us: int) -> int:
    """Give the number of the first act since a moment, by halving: acts need no index by time for it."""
    first, last = 1, (session.scalar(select(func.max(Act.id))) or 0) + 1
    while first < last:
        middle = (first + last) // 2
        found = session.execute(select(Act.id, Act.time_us).where(Act.id >= middle).order_by(Act.id).limit(1)).first()
        if found is not None and found.time_us < time_us:
            first = found.id + 1
        else:
            last = middle
    return first


def _view(row: Act, leaf: int | None) -> ActView:
    try:
        return ActView(row.id, leaf, ActEntry.model_validate_json(row.entry))
    except ValidationError as error:
        raise RejectError("altered", f"act {row.id}", "cannot be read any more; run `wim-central log check`") from error
