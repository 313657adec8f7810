"""What happened to a case, for ever: each step is a row of its history and an act of the journal, which names the row by its hash."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central.evidence.accounts.resets import reset_alone
from central.evidence.events import emit
from central.evidence.journal import Detail, Verb, note
from central.evidence.models import CaseEvent
from central.evidence.standing import CASE_DIGEST
from central.review.doing import Doing
from central.review.fields import Fields
from central.review.views import EventItem
from central.review.workflow import State
from contract.canonical import canonical_bytes
from contract.media import sha256_hex
from contract.units import US_PER_DAY

Figures = dict[str, int | str]


class EventEntry(BaseModel):
    """What is kept of a step; what a party wrote stands apart, under its number and hash."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    case: str
    version: Annotated[int, Field(ge=1)]
    time_us: Annotated[int, Field(gt=0, lt=2**53)]
    person: str
    account: str
    address: str
    action: str
    from_state: State
    to_state: State
    fields: dict[str, Any] = {}
    figures: Figures = {}


def subject_of(case_id: int) -> str:
    """Give what the journal calls a case."""
    return f"case/{case_id}"


def add_event(doing: Doing, to: State, version: int, figures: Figures, standing: str) -> int:
    """Write a step within the caller's transaction, in history and journal, and give its number.

    `standing` is the digest of the case as the step leaves it (`central.evidence.standing`).
    """
    case, actor = doing.case, doing.actor
    entry = EventEntry(
        case=f"{case.station}/{case.seq}",
        version=version,
        time_us=doing.now_us,
        person=actor.person,
        account=actor.account,
        address=actor.address,
        action=doing.action.name,
        from_state=State(case.state),
        to_state=to,
        fields=doing.fields.model_dump(mode="json", exclude_defaults=True, exclude={"text", "contact"}),
        figures=figures | _reset_figures(doing),
    )
    stored = canonical_bytes(entry)
    digest = sha256_hex(stored)
    detail: Detail = {"action": entry.action, "from": case.state, "to": to.value}
    act = note(
        doing.session,
        actor,
        Verb.DID,
        subject_of(case.id),
        now_us=doing.now_us,
        detail={**detail, "version": version, "event_sha256": digest, CASE_DIGEST: standing},
    )
    row = CaseEvent(
        case_id=case.id,
        version=version,
        time_us=doing.now_us,
        person=actor.person,
        account=actor.account,
        address=actor.address,
        action=entry.action,
        from_state=case.state,
        to_state=to.value,
        entry=stored,
        entry_sha256=digest,
        act_id=act,
    )
    doing.session.add(row)
    doing.session.flush()
    _tell(doing, to, version)
    return row.id


def _reset_figures(doing: Doing) -> Figures:
    """Give by whom and when the acting account was let in anew by one person alone, if that is not long ago: it may not be who it says."""
    since_us = doing.now_us - doing.settings.reset_shown_days * US_PER_DAY
    reset = reset_alone(doing.session, doing.actor.account, since_us)
    return {} if reset is None else {"login_reset_by": reset.asked_by, "login_reset_us": reset.used_us or reset.in_force_us or 0}


def _tell(doing: Doing, to: State, version: int) -> None:
    """Tell other systems that listen: which case it is and how it stands, not whose."""
    if doing.action.event is None:
        return
    case, outcome = doing.case, doing.action.outcome or doing.case.outcome
    data: dict[str, str | int | bool | None] = {"case": case.id, "station": case.station, "seq": case.seq, "version": version}
    data |= {"action": doing.action.name, "state": to.value, "outcome": outcome and str(outcome)}
    emit(doing.session, doing.action.event, subject_of(case.id), data, doing.now_us)


def history_of(session: Session, case_id: int) -> tuple[EventItem, ...]:
    """Give every step of a case, oldest first."""
    rows = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.version))
    return tuple(_item(row) for row in rows)


def actions_since(session: Session, case_id: int, version: int) -> tuple[str, ...]:
    """Name the acts upon a case after a version of it, oldest first."""
    query = select(CaseEvent.action).where(CaseEvent.case_id == case_id, CaseEvent.version > version).order_by(CaseEvent.version)
    return tuple(session.scalars(query))


def first_us(session: Session, case_id: int, action: str) -> int | None:
    """Give when an act was first taken upon a case, None if it was not."""
    return session.scalar(select(func.min(CaseEvent.time_us)).where(CaseEvent.case_id == case_id, CaseEvent.action == action))


def last_us(session: Session, case_id: int, action: str | None = None) -> int | None:
    """Give when an act, or any, was last taken upon a case, None if it was not."""
    query = select(func.max(CaseEvent.time_us)).where(CaseEvent.case_id == case_id)
    return session.scalar(query if action is None else query.where(CaseEvent.action == action))


def _item(row: CaseEvent) -> EventItem:
    entry = EventEntry.model_validate_json(row.entry)
    fields = Fields.model_validate(entry.fields)
    return EventItem(
        id=row.id,
        version=row.version,
        time_us=row.time_us,
        person=row.person,
        account=row.account,
        address=row.address,
        action=row.action,
        from_state=entry.from_state,
        to_state=entry.to_state,
        fields=fields,
        documents=fields.documents,
        figures=entry.figures,
        entry=row.entry,
        sha256=row.entry_sha256,
        act_id=row.act_id,
    )
