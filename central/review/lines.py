"""Cases as lists show them: narrowed, ordered, paged by key."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from central.evidence.models import Case, CasePart, Notice
from central.evidence.paging import page_rows
from central.review.views import CaseKey, CaseLine, CasePage
from central.review.workflow import WORKFLOW, Decision, State


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What a list is narrowed to; None leaves a field open.

    Times of passage are UTC in µs, [from_us, until_us); `plate` and `notice` match any part; `person` is who took a part; `overdue` is
    of the moment that is asked for.
    """

    station: str | None = None
    states: tuple[State, ...] = ()
    from_us: int | None = None
    until_us: int | None = None
    plate: str | None = None
    notice: str | None = None
    outcome: Decision | None = None
    cleared: bool | None = None
    major: bool | None = None
    overdue: bool | None = None
    person: str | None = None


def find_cases(
    session: Session,
    narrowed: CaseFilter,
    now_us: int,
    *,
    before: CaseKey | None = None,
    limit: int = 50,
    stations: frozenset[str] | None = None,
) -> CasePage:
    """Give a page of cases, newest passage first, starting just after `before`; `stations` are those that the asker may see, None: all."""
    limit = page_rows(limit)
    query = narrow(lines_query(), narrowed, now_us)
    if stations is not None:
        query = query.where(Case.station.in_(sorted(stations)))
    if before is not None:
        query = query.where(tuple_(Case.time_us, Case.id) < tuple_(before.order, before.id))
    rows = session.execute(query.order_by(Case.time_us.desc(), Case.id.desc()).limit(limit + 1)).all()
    page = tuple(line_of(row, number, now_us) for row, number in rows[:limit])
    return CasePage(page, CaseKey(page[-1].time_us, page[-1].id) if len(rows) > limit else None)


def count_by_state(session: Session, now_us: int, *, stations: frozenset[str] | None = None) -> dict[State, tuple[int, int]]:
    """Give how many cases stand in each state, and how many of these are overdue."""
    late = func.sum(case((_overdue(now_us), 1), else_=0))
    query = select(Case.state, func.count(), late).group_by(Case.state)
    if stations is not None:
        query = query.where(Case.station.in_(sorted(stations)))
    found = {state: (count, overdue or 0) for state, count, overdue in session.execute(query)}
    return {state: found.get(state.value, (0, 0)) for state in State}


def lines_query() -> Select[Case, str | None]:
    """Ask for cases with the number of their notice."""
    return select(Case, Notice.number).outerjoin(Notice, Notice.case_id == Case.id)


def narrow(query: Select[Case, str | None], narrowed: CaseFilter, now_us: int) -> Select[Case, str | None]:
    """Narrow a question for cases."""
    return query.where(*_conditions(narrowed, now_us))


def line_of(row: Case, notice_number: str | None, now_us: int) -> CaseLine:
    """Give a row as lists show it at a moment."""
    return CaseLine(
        id=row.id,
        station=row.station,
        seq=row.seq,
        time_us=row.time_us,
        plate=row.plate,
        over_kg=row.over_kg,
        over_ppm=row.over_ppm,
        state=State(row.state),
        version=row.version,
        entered_us=row.entered_us,
        due_us=row.due_us,
        overdue=row.due_us is not None and row.due_us <= now_us and not WORKFLOW.states[State(row.state)].waits,
        cleared=row.cleared,
        major=row.major,
        trip=row.trip,
        outcome=None if row.outcome is None else Decision(row.outcome),
        amount_cents=row.amount_cents,
        notice_number=notice_number,
    )


def _conditions(narrowed: CaseFilter, now_us: int) -> Iterable[ColumnElement[bool]]:
    equal = {Case.station: narrowed.station, Case.outcome: narrowed.outcome and narrowed.outcome.value}
    yield from (column == value for column, value in equal.items() if value is not None)
    if narrowed.states:
        yield Case.state.in_([state.value for state in narrowed.states])
    if narrowed.from_us is not None:
        yield Case.time_us >= narrowed.from_us
    if narrowed.until_us is not None:
        yield Case.time_us < narrowed.until_us
    if narrowed.plate:
        yield Case.plate.contains(narrowed.plate.strip().upper(), autoescape=True)
    if narrowed.notice:
        yield Notice.number.contains(narrowed.notice.strip(), autoescape=True)
    if narrowed.cleared is not None:
        yield Case.cleared.is_(narrowed.cleared)
    if narrowed.major is not None:
        yield Case.major.is_(narrowed.major)
    if narrowed.overdue is not None:
        yield _overdue(now_us) if narrowed.overdue else or_(Case.due_us.is_(None), ~_overdue(now_us))
    if narrowed.person is not None:
        yield Case.id.in_(select(CasePart.case_id).where(CasePart.person == narrowed.person))


def _overdue(now_us: int) -> ColumnElement[bool]:
    """Whether the office's own term is over; a term that is the party's is never overdue."""
    waiting = [row.name.value for row in WORKFLOW.state if row.waits]
    return and_(Case.due_us.is_not(None), Case.due_us <= now_us, Case.state.not_in(waiting))
