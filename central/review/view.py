"""One case with all that its page shows."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.evidence.accounts import Login
from central.evidence.journal import Actor
from central.evidence.models import Case, CaseObjection, Notice
from central.evidence.publications import publication_at
from central.evidence.vehicle_detail import vehicle
from central.office_settings import ReviewSettings
from central.review.acts import refusal
from central.review.deadlines import decide_until_us, is_due_certain
from central.review.doing import Doing
from central.review.exemptions import exemptions_of
from central.review.fields import Fields, Ruling
from central.review.four_eyes import Parts, parts_of
from central.review.gates import Checklist
from central.review.history import history_of
from central.review.lines import line_of
from central.review.notices import notice_of
from central.review.proposal import pack_of, propose
from central.review.repeats import repeats_of
from central.review.views import CaseLine, CaseView, EventItem, ObjectionItem, Offered
from central.review.workflow import WORKFLOW, ActingRole, State


def case_view(session: Session, case_id: int, login: Login | None, now_us: int, settings: ReviewSettings) -> CaseView | None:
    """Give a case; None where there is none. `offered` are the acts that lead on, as this person may take them; none without a login."""
    row = session.get(Case, case_id)
    detail = None if row is None else vehicle(session, row.station, row.seq)
    if row is None or detail is None:
        return None
    parts = parts_of(session, case_id)
    found = exemptions_of(session, case_id, detail.record, pack_of(detail.record), settings)
    history = {event.id: event for event in history_of(session, case_id)}
    notice = notice_of(session, case_id)
    return CaseView(
        line=line_of(row, None if notice is None else notice.number, now_us),
        due_certain=is_due_certain(State(row.state), row.entered_us, settings),
        vehicle=detail,
        checklist=Checklist.of(row.gates),
        screened_us=row.screened_us,
        publication=publication_at(session, row.station, row.time_us),
        proposal=propose(detail.record, found, settings),
        exemptions=found,
        repeats=repeats_of(session, row, settings),
        trip=_trip(session, row, now_us),
        history=tuple(history.values()),
        objections=_objections(session, case_id),
        notice=notice,
        discussion=history.get(row.discussion_event or 0),
        hearing=history.get(row.hearing_event or 0),
        hearing_until_us=row.hearing_until_us or None,
        ruling=None if row.ruling is None else Ruling(row.ruling),
        parts=parts,
        decide_until_us=_decide_until_us(history.values(), settings),
        decided_us=row.decided_us,
        notified_us=row.notified_us,
        closed_us=row.closed_us,
        home_informed_us=row.home_informed_us,
        published_us=row.published_us,
        offered=() if login is None else _offered(session, row, login, parts, now_us=now_us, settings=settings),
    )


def _decide_until_us(history: Iterable[EventItem], settings: ReviewSettings) -> int | None:
    """Give until when a case that a person has taken up is decided."""
    filed_us = next((event.time_us for event in history if event.action == "confirm"), None)
    return None if filed_us is None else decide_until_us(filed_us, settings)


def case_id_of(session: Session, station: str, seq: int) -> int | None:
    """Give the case of a vehicle record, None where it is none."""
    return session.scalar(select(Case.id).where(Case.station == station, Case.seq == seq))


def _offered(session: Session, row: Case, login: Login, parts: Parts, *, now_us: int, settings: ReviewSettings) -> tuple[Offered, ...]:
    """Give the acts that lead on from here and that the account's roles take, each with what stands in its way."""
    actor = Actor(login.person, login.name, "")
    offered = []
    for wanted in WORKFLOW.possible(State(row.state)):
        if wanted.role in {ActingRole.SERVICE, ActingRole.PUBLIC} or (wanted.outcomes and row.outcome not in wanted.outcomes):
            continue
        error = refusal(Doing(session, row, wanted, actor, Fields(), now_us, settings), login, parts)
        if error is None or error.code != "not-allowed":
            offered.append(Offered(wanted, None if error is None else error.code, "" if error is None else error.what))
    return tuple(offered)


def _trip(session: Session, row: Case, now_us: int) -> tuple[CaseLine, ...]:
    """Give the other cases of the same trip."""
    if row.trip is None:
        return ()
    query = select(Case, Notice.number).outerjoin(Notice, Notice.case_id == Case.id).where(Case.trip == row.trip, Case.id != row.id)
    return tuple(line_of(other, number, now_us) for other, number in session.execute(query.order_by(Case.time_us, Case.id)))


def _objections(session: Session, case_id: int) -> tuple[ObjectionItem, ...]:
    rows = session.scalars(select(CaseObjection).where(CaseObjection.case_id == case_id).order_by(CaseObjection.id))
    return tuple(ObjectionItem(row.id, row.channel, row.text, row.contact, row.received_us, row.late) for row in rows)
