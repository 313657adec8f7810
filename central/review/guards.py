"""The rules that an act needs to hold, each under the name by which the workflow asks for it.

Each raises a `RejectError` that says what stands in the way; one that needs what is entered in the form is not asked before (`FORMED`).
"""

from collections.abc import Callable
from typing import Final

from sqlalchemy import select

from central.evidence.accounts.persons import likeness
from central.evidence.models import Case, CaseExemption
from central.review.deadlines import decide_until_us, term
from central.review.doing import Doing
from central.review.exemptions import check_exemption
from central.review.fields import PARTICIPANTS_MIN, Hearing, Ruling
from central.review.four_eyes import parts_of
from central.review.gates import Checklist
from central.review.history import first_us, last_us
from central.review.proposal import is_major
from central.review.workflow import ENFORCING, Decision, Part, State
from contract.faults import RejectError
from contract.limits.fine import CENTS

Guard = Callable[[Doing], None]


def _gates(doing: Doing) -> None:
    """Let nothing go on that burdens the party unless every gate holds, and nothing has come since that was found."""
    if doing.case.outcome == Decision.NO_ACTION:
        return
    if doing.case.screening_wanted > doing.case.screening_done:
        raise RejectError("screening-due", "gates", "something arrived that is not screened yet; look at the case again in a moment")
    if not doing.case.cleared:
        fell = ", ".join(one.gate.value for one in Checklist.of(doing.case.gates).fallen) or "not screened yet"
        raise RejectError("gate-fell", "gates", f"the case can not be enforced: {fell}")


def _three_persons(doing: Doing) -> None:
    parts = parts_of(doing.session, doing.case.id)
    review, legal = set(parts[Part.REVIEW]), set(parts[Part.LEGAL])
    if not review or not legal or review & legal or doing.actor.person in review | legal:
        raise RejectError("three-persons", "case", "a reviewer, a legal reviewer and an approver must be three persons")


def _one_of_a_trip(doing: Doing) -> None:
    if doing.case.trip is None:
        return
    enforced = sorted(decision.value for decision in ENFORCING)
    query = select(Case.id).where(Case.trip == doing.case.trip, Case.id != doing.case.id, Case.outcome.in_(enforced))
    other = doing.session.scalar(query.limit(1))
    if other is not None:
        raise RejectError("trip-enforced", "trip", f"case {other} of the same trip was decided already; one trip is punished once")


def _not_exempt(doing: Doing) -> None:
    if doing.proposal.exempt:
        raise RejectError("exempt", "exemptions", "with the exemptions that are recorded the vehicle was not over its limit")


def _major(doing: Doing) -> None:
    case = doing.case
    if not (case.major or is_major(doing.proposal, doing.fields.amount_cents or 0, doing.settings)):
        return
    if case.discussion_event is None:
        raise RejectError(
            "discussion-missing", "discussion", "a major case is discussed collectively before it is decided; record that first"
        )
    if case.hearing_event is None or case.hearing_until_us is None:
        raise RejectError(
            "hearing-missing", "hearing", "in a major case a hearing is offered before it is decided; the legal reviewer does"
        )
    if doing.now_us < case.hearing_until_us:
        raise RejectError(
            "hearing-open", "hearing", "the party may still ask for the hearing that was offered; wait for the end of its term"
        )


def _amount(doing: Doing) -> None:
    proposal, fields, decided = doing.proposal, doing.fields, doing.action.outcome
    schedule = None if doing.pack is None else doing.pack.fine
    if fields.amount_cents is not None and schedule is not None and fields.amount_cents > schedule.cap * CENTS:
        raise RejectError("field-invalid", "amount_cents", f"is above the most that the rules allow, {schedule.cap * CENTS}")
    as_proposed = decided is proposal.decision and (fields.amount_cents or 0) == proposal.amount_cents
    if not as_proposed and fields.reason is None:
        raise RejectError("field-missing", "reason", "is needed where the decision is another than the rules propose")


def _within_rules(doing: Doing) -> None:
    """Let no fine be above what the rules give for the overload; a person may stay below it, with a reason."""
    if doing.proposal.decision is not None and (doing.fields.amount_cents or 0) > doing.proposal.amount_cents:
        what = f"is above what the rules give for this overload, {doing.proposal.amount_cents}"
        raise RejectError("field-invalid", "amount_cents", what)


def _in_time(doing: Doing) -> None:
    """Hold the decision against the term that begins when a person first took the case up (Administrative Penalty Law, art. 60)."""
    if doing.case.state != State.LEGALLY_REVIEWED:
        return
    filed_us = first_us(doing.session, doing.case.id, "confirm")
    if filed_us is not None and doing.now_us >= decide_until_us(filed_us, doing.settings):
        what = f"was taken up more than {doing.settings.decide_within_days} days ago; what remains is no action"
        raise RejectError("too-late", "case", what)


def _ruling(doing: Doing) -> None:
    if doing.case.state != State.HEARD:
        return
    if doing.case.ruling == Ruling.UPHELD:
        raise RejectError("upheld", "ruling", "the hearing upheld the decision; close the case, or return it to the hearing")
    if doing.case.ruling == Ruling.REVOKED and doing.action.outcome in ENFORCING:
        raise RejectError("revoked", "ruling", "the hearing revoked the decision; what remains is no action")


def _not_graver(doing: Doing) -> None:
    """Stating a defence makes nothing worse (Administrative Penalty Law, art. 45)."""
    case = doing.case
    if case.state != State.HEARD or doing.action.outcome is not Decision.PENALTY:
        return
    if case.outcome == Decision.WARNING or (doing.fields.amount_cents or 0) > (case.amount_cents or 0):
        raise RejectError("graver", "amount_cents", f"is graver than what the party objected to ({case.outcome}, {case.amount_cents or 0})")


def _hearing_offered(doing: Doing) -> None:
    if doing.case.hearing_event is None:
        raise RejectError("hearing-missing", "hearing", "none was offered; offer one first")


def _held_since_review(doing: Doing) -> None:
    """Hold what was discussed or heard to the finding that stands: it was not held before that was made."""
    confirmed_us, held_us = last_us(doing.session, doing.case.id, "confirm"), doing.fields.held_us
    if held_us is not None and confirmed_us is not None and held_us < confirmed_us:
        raise RejectError("field-invalid", "held_us", "lies before the review that it was about")


def _hearing_not_offered(doing: Doing) -> None:
    if doing.case.hearing_event is not None:
        raise RejectError("hearing-offered", "hearing", "was offered already")


def _hearing_announced(doing: Doing) -> None:
    """Ask that a hearing could be announced in time, which was not before it was offered (Administrative Penalty Law, art. 64)."""
    if doing.fields.hearing is not Hearing.HELD:
        return
    if doing.fields.held_us is None:
        raise RejectError("field-missing", "held_us", "is needed of a hearing that was held")
    days, offered_us = doing.settings.hearing_notice_working_days, last_us(doing.session, doing.case.id, "offer-hearing")
    earliest_us = term(offered_us or doing.now_us, days, doing.settings).until_us
    if doing.fields.held_us < earliest_us:
        raise RejectError(
            "field-invalid",
            "held_us",
            f"is less than {days} working days after the hearing was offered: it can not have been announced in time",
        )


def _discussed_by_enough(doing: Doing) -> None:
    persons = {likeness(name) for name in doing.fields.participants or ()}
    if len(persons) < PARTICIPANTS_MIN:
        raise RejectError("field-invalid", "participants", f"names {len(persons)} persons; a collective discussion has {PARTICIPANTS_MIN}")


def _exemption_sound(doing: Doing) -> None:
    check_exemption(doing.pack, doing.fields)


def _exemption_stands(doing: Doing) -> None:
    row = doing.session.get(CaseExemption, doing.fields.exemption_number)
    if row is None or row.case_id != doing.case.id or row.lifted_us is not None:
        raise RejectError("field-invalid", "exemption_number", f"{doing.fields.exemption_number} is none that stands in this case")


def _passage_doubted(doing: Doing) -> None:
    doubted = Checklist.of(doing.case.gates).doubted_passages
    if doing.fields.passage not in doubted:
        allowed = ", ".join(doubted) or "none"
        raise RejectError("field-invalid", "passage", f"{doing.fields.passage} raises no doubt about this plate; those that do: {allowed}")


def _may_close(doing: Doing) -> None:
    case = doing.case
    if case.state == State.DECIDED and case.outcome in ENFORCING:
        raise RejectError("not-notified", "case", "the party was not notified yet")
    if case.state == State.NOTIFIED and case.due_us is not None and doing.now_us < case.due_us:
        raise RejectError("term-open", "case", "the party may still object; wait for the end of the term")
    if case.state == State.HEARD and case.ruling != Ruling.UPHELD:
        raise RejectError("not-upheld", "ruling", "the hearing did not uphold the decision; decide again")


def _home_informed(doing: Doing) -> None:
    if doing.case.home_informed_us is None:
        raise RejectError("home-not-informed", "case", "the vehicle's home authority was not told yet (art. 44)")


GUARDS: Final[dict[str, Guard]] = {
    "gates": _gates,
    "three-persons": _three_persons,
    "one-of-a-trip": _one_of_a_trip,
    "not-exempt": _not_exempt,
    "major": _major,
    "amount": _amount,
    "within-rules": _within_rules,
    "in-time": _in_time,
    "ruling": _ruling,
    "not-graver": _not_graver,
    "hearing-offered": _hearing_offered,
    "hearing-not-offered": _hearing_not_offered,
    "hearing-announced": _hearing_announced,
    "held-since-review": _held_since_review,
    "discussed-by-enough": _discussed_by_enough,
    "exemption-sound": _exemption_sound,
    "exemption-stands": _exemption_stands,
    "passage-doubted": _passage_doubted,
    "may-close": _may_close,
    "home-informed": _home_informed,
}

FORMED: Final = frozenset(
    {
        *("amount", "not-graver", "within-rules", "held-since-review", "hearing-announced", "discussed-by-enough"),
        *("exemption-sound", "exemption-stands", "passage-doubted"),
    }
)
"""Rules about what is entered; all others stand before the form is filled, and the page says so."""
