"""What an act changes beside the state: columns of the case, and rows that belong to it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from central.evidence.models import CaseExemption, CaseObjection
from central.review.deadlines import term
from central.review.doing import Doing
from central.review.history import Figures
from central.review.notices import number_notice
from central.review.proposal import is_major
from central.review.workflow import ENFORCING, ActingRole
from contract.faults import RejectError
from contract.media import sha256_hex


@dataclass
class Changed:
    """New values of the case's columns, and figures for the history.

    `marked` names the column that takes the number of the event itself.
    """

    columns: dict[str, Any] = field(default_factory=dict)
    figures: Figures = field(default_factory=dict)
    marked: str | None = None


Effect = Callable[[Doing], Changed]


def effect_of(doing: Doing) -> Changed:
    """Carry out what an act does and give what it changes of the case."""
    return _EFFECTS.get(doing.action.name, _nothing)(doing)


def _nothing(_doing: Doing) -> Changed:
    return Changed()


def _confirm(doing: Doing) -> Changed:
    """Make discussion and hearing of an earlier review void: they were about another finding."""
    void = {"discussion_event": None, "hearing_event": None, "hearing_until_us": None, "ruling": None}
    return Changed({**void, "major": is_major(doing.proposal, 0, doing.settings)}, _proposed(doing))


def _record_exemption(doing: Doing) -> Changed:
    fields = doing.fields
    row = CaseExemption(
        case_id=doing.case.id,
        exemption=fields.exemption,
        evidence=fields.evidence,
        permit_number=fields.permit_number,
        permit_from=None if fields.permit_from is None else fields.permit_from.isoformat(),
        permit_until=None if fields.permit_until is None else fields.permit_until.isoformat(),
        registered_kg=fields.registered_kg,
        found_by=doing.actor.person,
        found_us=doing.now_us,
    )
    doing.session.add(row)
    doing.session.flush()
    return Changed({"major": is_major(doing.proposal_now(), 0, doing.settings)}, {"exemption_number": row.id})


def _lift_exemption(doing: Doing) -> Changed:
    row = doing.session.get_one(CaseExemption, doing.fields.exemption_number)
    row.lifted_by, row.lifted_us = doing.actor.person, doing.now_us
    doing.session.flush()
    return Changed({"major": is_major(doing.proposal_now(), 0, doing.settings)}, {"exemption": row.exemption})


def _offer_hearing(doing: Doing) -> Changed:
    until_us = term(doing.now_us, doing.settings.hearing_working_days, doing.settings).until_us
    return Changed({"hearing_until_us": until_us}, {"until_us": until_us}, marked="hearing_event")


def _record_hearing(_doing: Doing) -> Changed:
    return Changed({"hearing_until_us": 0}, marked="hearing_event")


def _record_discussion(_doing: Doing) -> Changed:
    return Changed(marked="discussion_event")


def _decide(doing: Doing) -> Changed:
    decided, amount_cents = doing.action.outcome, doing.fields.amount_cents
    columns = {
        "outcome": None if decided is None else decided.value,
        "amount_cents": amount_cents,
        "decided_us": doing.now_us,
        "notified_us": None,
        "ruling": None,
        "major": doing.case.major or is_major(doing.proposal, amount_cents or 0, doing.settings),
    }
    figures = _proposed(doing)
    if decided in ENFORCING:
        figures["notice"] = number_notice(doing.session, doing.case, doing.now_us, doing.settings)
    return Changed(columns, figures)


def _return_decision(_doing: Doing) -> Changed:
    return Changed({"outcome": None, "amount_cents": None, "decided_us": None})


def _notify(doing: Doing) -> Changed:
    served_us = doing.fields.served_us or doing.now_us
    if served_us < (doing.case.decided_us or 0):
        raise RejectError("field-invalid", "served_us", "lies before the decision")
    return Changed({"notified_us": served_us})


def _object(doing: Doing) -> Changed:
    text, received_us = doing.fields.text or "", doing.fields.received_us or doing.now_us
    row = CaseObjection(
        case_id=doing.case.id,
        channel="public" if doing.action.role is ActingRole.PUBLIC else "letter",
        text=text,
        contact=doing.fields.contact,
        received_us=received_us,
        late=doing.case.due_us is not None and received_us >= doing.case.due_us,
    )
    doing.session.add(row)
    doing.session.flush()
    return Changed(figures={"objection": row.id, "text_sha256": sha256_hex(text.encode()), "late": int(row.late)})


def _hear(doing: Doing) -> Changed:
    return Changed({"ruling": None if doing.fields.ruling is None else doing.fields.ruling.value})


def _close(doing: Doing) -> Changed:
    return Changed({"closed_us": doing.now_us})


def _inform_home(doing: Doing) -> Changed:
    return Changed({"home_informed_us": doing.fields.informed_us, "due_us": None})


def _publish(doing: Doing) -> Changed:
    return Changed({"published_us": doing.now_us})


def _proposed(doing: Doing) -> Figures:
    """Give what the rules proposed when the act was taken."""
    proposal = doing.proposal
    figures: Figures = {
        "proposed": "nothing" if proposal.decision is None else proposal.decision.value,
        "proposed_cents": proposal.amount_cents,
    }
    return {**figures, "limit_kg": proposal.limit_kg, "over_kg": proposal.over_kg}


_EFFECTS: Final[dict[str, Effect]] = {
    "confirm": _confirm,
    "record-exemption": _record_exemption,
    "lift-exemption": _lift_exemption,
    "offer-hearing": _offer_hearing,
    "record-hearing": _record_hearing,
    "record-discussion": _record_discussion,
    "decide-penalty": _decide,
    "decide-warning": _decide,
    "decide-no-action": _decide,
    "return-decision": _return_decision,
    "notify": _notify,
    "object": _object,
    "record-objection": _object,
    "hear": _hear,
    "close": _close,
    "inform-home": _inform_home,
    "publish": _publish,
}
