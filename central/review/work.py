"""The work list: the cases on which a person may take the next step now, what is due first coming first."""

from typing import Final

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session

from central.evidence.accounts import Login, Role
from central.evidence.models import Case, CasePart, Station
from central.evidence.paging import page_rows
from central.review.lines import CaseFilter, line_of, lines_query, narrow
from central.review.views import NEVER_DUE, CaseKey, CasePage
from central.review.workflow import ENFORCING, Decision, Part, State

_ENFORCING: Final = sorted(decision.value for decision in ENFORCING)


def work_list(
    session: Session, login: Login, now_us: int, narrowed: CaseFilter | None = None, *, after: CaseKey | None = None, limit: int = 50
) -> CasePage:
    """Give a page of what a person may do now, starting just after `after`."""
    limit = page_rows(limit)
    due = func.coalesce(Case.due_us, NEVER_DUE)
    query = narrow(lines_query(), narrowed or CaseFilter(), now_us).where(_waits_for(session, login, now_us))
    if after is not None:
        query = query.where(tuple_(due, Case.id) > tuple_(after.order, after.id))
    rows = session.execute(query.order_by(due, Case.id).limit(limit + 1)).all()
    page = tuple(line_of(row, number, now_us) for row, number in rows[:limit])
    last = page[-1] if len(rows) > limit else None
    return CasePage(page, None if last is None else CaseKey(NEVER_DUE if last.due_us is None else last.due_us, last.id))


def work_count(session: Session, login: Login, now_us: int) -> int:
    """Give how many cases wait for a person."""
    return session.scalar(select(func.count()).select_from(Case).where(_waits_for(session, login, now_us))) or 0


def _waits_for(session: Session, login: Login, now_us: int) -> ColumnElement[bool]:
    known = session.scalars(select(Station.id)).all()
    alternatives = []
    for (role, part), tasks in _tasks(now_us).items():
        stations = [station for station in known if login.may(role, station)]
        if stations:
            other = exists().where(CasePart.case_id == Case.id, CasePart.person == login.person, CasePart.part != part.value)
            alternatives.append(and_(Case.station.in_(stations), or_(*tasks), ~other))
    return or_(*alternatives) if alternatives else Case.id < 0


def _tasks(now_us: int) -> dict[tuple[Role, Part], tuple[ColumnElement[bool], ...]]:
    """Give the next steps that wait for someone; other acts are possible, but are no work that waits."""
    enforcing = Case.outcome.in_(_ENFORCING)
    return {
        (Role.REVIEWER, Part.REVIEW): (
            _in(State.SCREENED, State.BARRED),
            and_(_in(State.DECIDED), enforcing),
            and_(_in(State.CLOSED), enforcing, Case.home_informed_us.is_(None)),
        ),
        (Role.LEGAL, Part.LEGAL): (
            _in(State.REVIEWED, State.OBJECTED),
            and_(_in(State.LEGALLY_REVIEWED), Case.major, Case.hearing_event.is_(None)),
        ),
        (Role.APPROVER, Part.APPROVE): (
            _in(State.LEGALLY_REVIEWED, State.HEARD),
            and_(_in(State.DECIDED), Case.outcome == Decision.NO_ACTION.value),
            and_(_in(State.NOTIFIED), Case.due_us <= now_us),
            and_(_in(State.CLOSED), enforcing, Case.home_informed_us.is_not(None)),
        ),
    }


def _in(*states: State) -> ColumnElement[bool]:
    return Case.state.in_([state.value for state in states])
