"""Acts upon cases: who may take one, from which state, with what; its effect, its row of history and its note, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from central.evidence.accounts import Login
from central.evidence.journal import Actor
from central.evidence.models import Case
from central.evidence.standing import case_standing
from central.office_settings import ReviewSettings
from central.review.deadlines import due_us
from central.review.doing import Doing
from central.review.effects import Changed, effect_of
from central.review.fields import parse_fields
from central.review.four_eyes import Parts, check_four_eyes, parts_of, take_part
from central.review.guards import FORMED, GUARDS
from central.review.history import actions_since, add_event, last_us
from central.review.workflow import WORKFLOW, ActingRole, ActionRow, Decision, State
from contract.faults import RejectError
from contract.units import US_PER_S

FORBIDDEN: Final = frozenset({"not-allowed", "four-eyes"})
"""Refusals of the person; all others are of the moment or of what was entered."""
SKEW_US: Final = 5 * US_PER_S
"""By how much the clocks of machines may differ of which one takes another's place; synchronised ones do so by some milliseconds."""
_PAST_FIELDS: Final = ("served_us", "held_us", "received_us", "informed_us")


@dataclass(frozen=True, slots=True)
class Done:
    """Where an act left its case; `event` is its row of history."""

    case_id: int
    state: State
    version: int
    event: int


def act(
    session: Session,
    case_id: int,
    action: str,
    *,
    login: Login,
    actor: Actor,
    expected_version: int,
    fields: Mapping[str, Any],
    now_us: int,
    settings: ReviewSettings,
) -> Done:
    """Take an act for who is logged in, within a writing session.

    `expected_version` is the version that the person looked at: of two who act at once, one succeeds. What is done aside, such as
    issuing a document, comes between nobody.

    Raises
    ------
    RejectError
        ``no-case``; ``no-action``; ``not-allowed`` and ``four-eyes`` (the person); ``conflict`` (the case has changed); ``wrong-state``;
        ``field-…`` with the field's name in `where`; and what the rules of the act say (`central.review.guards`).
    """
    wanted = action_of(action)
    row = case_row(session, case_id)
    check_person(wanted, row, login, parts_of(session, case_id))
    check_seen(session, row, expected_version)
    check_state(wanted, row)
    parsed = parse_fields(action, fields, wanted.fields, wanted.optional)
    return carry_out(Doing(session, row, wanted, actor, parsed, now_us, settings))


def carry_out(doing: Doing, changed: Changed | None = None) -> Done:
    """Take an act whose person, state and fields are found right: hold its rules, do it, move the case, write it down.

    `changed` is what the program itself has found, where the act is its own.
    """
    doing = _on_time(doing)
    _check_times(doing)
    for name in doing.action.needs:
        GUARDS[name](doing)
    case, before = doing.case, State(doing.case.state)
    to, version = doing.action.after(before), doing.case.version + 1
    changed = effect_of(doing) if changed is None else changed
    if doing.action.part is not None:
        take_part(doing.session, case.id, doing.actor.person, doing.action.part)
    columns = _columns(doing, changed, to) | {"state": to.value, "version": version}
    event = add_event(doing, to, version, changed.figures, case_standing(doing.session, case, columns, changed.marked))
    if changed.marked is not None:
        columns[changed.marked] = event
    moved = doing.session.execute(update(Case).where(Case.id == case.id, Case.version == case.version).values(**columns))
    if not isinstance(moved, CursorResult) or moved.rowcount != 1:
        raise RejectError("conflict", f"case {case.id}", "changed while this act was under way; look at the case again")
    return Done(case.id, to, version, event)


def case_row(session: Session, case_id: int) -> Case:
    """Give a case.

    Raises
    ------
    RejectError
        ``no-case`` if there is none.
    """
    row = session.get(Case, case_id)
    if row is None:
        raise no_case(case_id)
    return row


def no_case(case_id: int) -> RejectError:
    """Give the refusal of a case that there is not, or not for this person."""
    return RejectError("no-case", f"case {case_id}", "does not exist, or is of a station that you do not see")


def action_of(name: str) -> ActionRow:
    """Give an act by its name.

    Raises
    ------
    RejectError
        ``no-action`` if there is none.
    """
    wanted = WORKFLOW.actions.get(name)
    if wanted is None:
        raise RejectError("no-action", f"action {name[:60]!r}", f"is none; there are {', '.join(WORKFLOW.actions)}")
    return wanted


def check_person(wanted: ActionRow, row: Case, login: Login, parts: Parts) -> None:
    """Check that a person may take an act at all: role for the case's station, and four eyes.

    Raises
    ------
    RejectError
        ``not-allowed`` or ``four-eyes``.
    """
    role = wanted.role.role
    if role is None or not login.may(role, row.station):
        needed = "the program itself" if wanted.role is ActingRole.SERVICE else f"the role {wanted.role.value} for station {row.station}"
        raise RejectError("not-allowed", wanted.name, f"is for {needed}; {login.name} has {', '.join(sorted(login.roles)) or 'none'}")
    check_four_eyes(wanted, login.person, parts)


def check_seen(session: Session, row: Case, version: int) -> None:
    """Check that a person who looked at a version of a case has seen all that he acts upon; what was done aside since does not count.

    Raises
    ------
    RejectError
        ``conflict``.
    """
    if row.version == version:
        return
    since = actions_since(session, row.id, version)
    if not since or not all(WORKFLOW.actions[name].aside for name in since):
        what = f"has version {row.version}, not {version}: someone acted in between; look at the case again"
        raise RejectError("conflict", f"case {row.id}", what)


def check_state(wanted: ActionRow, row: Case) -> None:
    """Check that an act leads on from where a case stands.

    Raises
    ------
    RejectError
        ``wrong-state``.
    """
    if row.state not in wanted.from_states:
        allowed = ", ".join(wanted.from_states)
        raise RejectError("wrong-state", f"case {row.id}", f"is {row.state}; {wanted.name} leads on from {allowed}")
    if wanted.outcomes and row.outcome not in wanted.outcomes:
        raise RejectError(
            "wrong-state", f"case {row.id}", f"was decided as {row.outcome}; {wanted.name} follows {', '.join(wanted.outcomes)}"
        )


def refusal(doing: Doing, login: Login, parts: Parts) -> RejectError | None:
    """Give why a person can not take an act now, before anything is entered; None where nothing stands in the way."""
    try:
        check_person(doing.action, doing.case, login, parts)
        check_state(doing.action, doing.case)
        for name in doing.action.needs:
            if name not in FORMED:
                GUARDS[name](doing)
    except RejectError as error:
        return error
    return None


def _on_time(doing: Doing) -> Doing:
    """Let no step be earlier than the one before it, or nobody could believe the order of either.

    The clock of a machine that takes another's place may differ by `SKEW_US`; then the step takes the time of the one before it.
    """
    before_us = last_us(doing.session, doing.case.id) or 0
    if doing.now_us >= before_us:
        return doing
    if doing.now_us < before_us - SKEW_US:
        what = f"is {(before_us - doing.now_us) // US_PER_S} s behind the step before this one; set the server's clock, then act"
        raise RejectError("clock-behind", "clock", what)
    return replace(doing, now_us=before_us)


def _check_times(doing: Doing) -> None:
    for name in _PAST_FIELDS:
        value = getattr(doing.fields, name)
        if value is not None and value > doing.now_us:
            raise RejectError("field-invalid", name, "lies in the future")


def _columns(doing: Doing, changed: Changed, to: State) -> dict[str, Any]:
    """Put together what the case's row becomes, but for state and version and the column that names the step itself."""
    columns = dict(changed.columns)
    if to.value != doing.case.state:
        given = columns.get("outcome", doing.case.outcome)
        outcome = None if given is None else Decision(given)
        if to is State.SCREENED and doing.action.part is not None and not doing.case.cleared:
            columns["screening_wanted"] = Case.screening_wanted + 1
        columns |= {"entered_us": doing.now_us, "due_us": due_us(to, outcome, doing.now_us, doing.settings)}
    return columns
