"""Screening of what is due: facts are read and judged outside of the write lock, the finding is stored within it."""

from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from central.context import Central
from central.evidence.journal import SERVICE
from central.evidence.models import Case, Record
from central.evidence.screenings import want_screening
from central.office_settings import ReviewSettings
from central.review.acts import action_of, carry_out
from central.review.doing import Doing
from central.review.effects import Changed
from central.review.fields import Fields
from central.review.gates import Checklist
from central.review.proposal import is_major
from central.review.screening.facts import gather
from central.review.screening.judge import judge
from central.review.screening.opening import latest_taken, take_records
from central.review.trips import same_trip
from central.review.workflow import WORKFLOW, State
from contract.canonical import canonical_bytes
from contract.faults import RejectError

BATCH: Final = 100
_BEFORE_REVIEW: Final = WORKFLOW.actions["clear"].from_states
_UNDER_WAY: Final = WORKFLOW.actions["screen-again"].from_states
_LOG: Final = structlog.get_logger("central")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a screening found; `wanted` is the count of wishes that it answers."""

    case_id: int
    wanted: int
    checklist: Checklist
    plate: str | None


def screen_all(central: Central) -> int:
    """Open the cases of all new overloads and screen whatever is due; give how many screenings were made.

    Safe to run at any time, several times, and beside itself.

    Raises
    ------
    RetryError
        ``database-away``; what was done stays so.
    """
    settings, database = central.settings.review, central.database
    with database.read() as session:
        fresh = (session.scalar(select(func.max(Record.id))) or 0) > latest_taken(session)
    while fresh:
        with database.write() as session:
            fresh = take_records(session, central.now_us(), settings)
    made, skipped = 0, set[int]()
    while due := _due(central, skipped):
        for case_id in due:
            if _screen(central, case_id, settings):
                made += 1
            else:
                skipped.add(case_id)
    return made


def screen_now(central: Central, case_id: int) -> None:
    """Judge a case's gates by what is stored at this moment; where its own bytes do not let that, its screening is due from now on.

    Raises
    ------
    RetryError
        ``database-away``.
    """
    with central.database.read() as session:
        if session.get(Case, case_id) is None:
            return
    try:
        finding = _find(central, case_id)
    except RejectError as error:
        central.count(error)
        with central.database.write() as session:
            want_screening(session, Case.id == case_id)
        return
    with central.database.write() as session:
        if session.get_one(Case, case_id).screening_done <= finding.wanted:
            _store(session, finding, central.now_us(), central.settings.review)


def _due(central: Central, skipped: set[int]) -> list[int]:
    query = select(Case.id).where(Case.screening_wanted > Case.screening_done, Case.id.not_in(skipped)).order_by(Case.id)
    with central.database.read() as session:
        return list(session.scalars(query.limit(BATCH)))


def _screen(central: Central, case_id: int, settings: ReviewSettings) -> bool:
    """Screen one case; False where its own bytes do not let it, which is counted and stops no other."""
    try:
        finding = _find(central, case_id)
        with central.database.write() as session:
            store_finding(session, finding, central.now_us(), settings)
    except RejectError as error:
        central.count(error)
        return False
    return True


def _find(central: Central, case_id: int) -> Finding:
    with central.database.read() as session:
        row = session.get_one(Case, case_id)
        wanted = row.screening_wanted
        facts = gather(session, central.blobs, row, central.settings.review)
    return Finding(case_id, wanted, judge(facts, central.settings.review), facts.plate)


def store_finding(session: Session, finding: Finding, now_us: int, settings: ReviewSettings) -> None:
    """Store what a screening found, within a writing session, unless a later one did; what changes nothing leaves no trace but its time."""
    if session.get_one(Case, finding.case_id).screening_done < finding.wanted:
        _store(session, finding, now_us, settings)


def _store(session: Session, finding: Finding, now_us: int, settings: ReviewSettings) -> None:
    row = session.get_one(Case, finding.case_id)
    done = max(row.screening_done, finding.wanted)
    session.execute(update(Case).where(Case.id == row.id).values(screening_done=done, screened_us=now_us))
    state, gates = State(row.state), canonical_bytes(finding.checklist)
    if state in _BEFORE_REVIEW:
        name = "clear" if finding.checklist.cleared else "bar"
        columns = {"gates": gates, "cleared": finding.checklist.cleared, "plate": finding.plate}
        same = gates == row.gates and finding.plate == row.plate and state is action_of(name).to
    elif state in _UNDER_WAY:
        name, columns, same = "screen-again", {"gates": gates, "cleared": finding.checklist.cleared}, gates == row.gates
    else:
        return
    if not same:
        doing = Doing(session, row, action_of(name), SERVICE, Fields(), now_us, settings)
        if name == "clear":
            columns["major"] = is_major(doing.proposal, 0, settings)
        fell = ", ".join(one.gate.value for one in finding.checklist.fallen)
        carry_out(doing, Changed(columns, {"fell": fell} if fell else {}))
    link_trip(session, row, now_us, settings)


def link_trip(session: Session, row: Case, now_us: int, settings: ReviewSettings) -> None:
    """Link a case with the one of another station that is of the same trip, if it is not linked yet."""
    if row.trip is not None or (other := same_trip(session, row, settings)) is None:
        return
    trip = other.trip if other.trip is not None else min(row.id, other.id)
    for one in (row, other):
        if one.trip is None:
            doing = Doing(session, one, action_of("link-trip"), SERVICE, Fields(), now_us, settings)
            carry_out(doing, Changed({"trip": trip}, {"trip": trip}))
