"""Four eyes by person over the whole case, and of many who act at once one."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from central.evidence.accounts import Role, add_account, log_in_by_link
from central.evidence.accounts.resets import ask_login_link
from central.evidence.journal import Actor
from central.evidence.models import Act, CaseEvent, CasePart
from central.review.desk import Looked, perform, perform_many
from central.review.workflow import Decision, State
from contract.canonical import parse_canonical
from contract.faults import RejectError
from contract.media import sha256_hex
from tests.central.review.office import APPROVER, LEGAL, REVIEWER, Office, actor, entered, login


def refused(office: Office, code: str, case_id: int, action: str, who, **changes) -> None:
    before = office.row(case_id)
    with pytest.raises(RejectError) as caught:
        office.act(case_id, action, who, **changes)
    assert caught.value.code == code, caught.value
    after = office.row(case_id)
    assert (after.version, after.state) == (before.version, before.state)


def test_whoever_reviewed_never_approves_not_after_a_return_nor_with_a_second_account(office: Office):
    case_id = office.new_case()
    office.drive(case_id, "confirm", "pass-legal", "return-to-reviewer")
    second = login("second", Role.REVIEWER)
    office.act(case_id, "confirm", second)
    office.drive(case_id, "pass-legal")
    for author in (REVIEWER, second):
        other_account = login(author.person, Role.APPROVER, account=f"{author.person}-2")
        all_roles = login(author.person, *Role)
        for who in (other_account, all_roles):
            for action in ("decide-penalty", "decide-warning", "decide-no-action", "return-to-legal", "record-discussion"):
                refused(office, "four-eyes", case_id, action, who)
    for action in ("decide-penalty", "offer-hearing"):
        refused(office, "not-allowed", case_id, action, REVIEWER)
    refused(office, "four-eyes", case_id, "decide-penalty", login(LEGAL.person, Role.APPROVER))
    office.act(case_id, "decide-penalty", APPROVER)
    assert office.view(case_id).parts == {
        "review": ("rao", "second"),
        "legal": ("liu",),
        "approve": ("an",),
    }


def test_an_approver_who_returned_a_case_can_not_review_it(office: Office):
    case_id = office.new_case()
    office.drive(case_id, "confirm", "pass-legal", "return-to-reviewer")
    refused(office, "four-eyes", case_id, "confirm", login(APPROVER.person, Role.REVIEWER))
    refused(office, "four-eyes", case_id, "dismiss", login(LEGAL.person, Role.REVIEWER))
    office.drive(case_id, "confirm", "pass-legal", "return-to-legal", "return", "confirm", "pass-legal", "decide-no-action", "close")
    assert office.state(case_id) is State.CLOSED


def test_each_act_of_a_login_that_one_person_alone_let_in_anew_says_so_for_some_weeks(office: Office):
    central, clock = office.bench.central, office.bench.clock
    with central.database.write() as session:
        rao = add_account(session, "rao", Role.REVIEWER, None, clock())
        token, _ = ask_login_link(session, Actor("Wang", "wang-admin", "10.0.0.1"), rao, clock(), alone=True)
        assert log_in_by_link(session, token, clock()) is not None
    used_us = clock()
    first = office.new_case()
    office.drive(first, "confirm", "pass-legal")
    office.pass_days(office.settings.reset_shown_days + 1)
    office.drive(first, "return-to-reviewer", "confirm")
    told = {(event.person, event.action): event.figures.get("login_reset_by") for event in office.view(first).history}
    assert told["liu", "pass-legal"] is None
    shown = [event.figures for event in office.view(first).history if event.person == "rao"]
    assert [(one.get("login_reset_by"), one.get("login_reset_us")) for one in shown] == [("Wang", used_us), (None, None)]


def test_of_a_hundred_approvals_at_once_one_succeeds_and_all_others_are_told(office: Office):
    case_id = office.new_case()
    office.drive(case_id, "confirm", "pass-legal")
    version = office.row(case_id).version
    central = office.bench.central
    approvers = [login(f"approver-{number}", Role.APPROVER) for number in range(100)]

    def approve(who) -> str:
        try:
            fields = entered("decide-penalty", office.bench.clock())
            perform(central, Looked(case_id, version), "decide-penalty", fields, login=who, actor=actor(who))
        except RejectError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(20) as pool:
        results = sorted(pool.map(approve, approvers))
    assert results == ["conflict"] * 99 + ["done"]
    with central.database.read() as session:
        decided = session.scalars(select(CaseEvent).where(CaseEvent.action == "decide-penalty")).all()
        assert [event.version for event in decided] == [version + 1]
        approving = session.scalars(select(CasePart.person).where(CasePart.part == "approve")).all()
    assert approving == [decided[0].person]
    assert office.row(case_id).version == version + 1


def test_every_step_is_a_row_of_history_and_an_act_of_the_journal_that_names_it_by_its_hash(office: Office):
    case_id = office.new_case()
    office.drive(case_id, "confirm", "return")
    document = {"title": "photograph of the registration", "sha256": "a" * 64}
    office.act(case_id, "dismiss", REVIEWER, documents=[document])
    history = office.view(case_id).history
    last = history[-1]
    assert (last.person, last.account, last.address, last.action) == ("rao", "rao", "192.0.2.7", "dismiss")
    assert last.fields.reason == "the front picture is blurred"
    assert [one.title for one in last.documents] == ["photograph of the registration"]
    with office.bench.central.database.read() as session:
        for event in history:
            act = session.get_one(Act, event.act_id)
            entry = parse_canonical(act.entry, "act")
            assert (entry["subject"], entry["person"], entry["time_us"]) == (f"case/{case_id}", event.person, event.time_us)
            assert entry["detail"]["event_sha256"] == sha256_hex(event.entry) == event.sha256
            assert (entry["detail"]["action"], entry["detail"]["version"]) == (event.action, event.version)


def test_the_database_itself_refuses_to_change_the_history(office: Office):
    office.new_case()
    database = office.bench.central.database
    for statement in ("UPDATE case_event SET person = 'nobody'", "DELETE FROM case_event"):
        with pytest.raises(DatabaseError, match="only added to"), database.write() as session:
            session.execute(text(statement))
    assert [event.action for event in office.view(1).history] == ["open", "clear"]


def test_a_person_who_was_refused_is_written_down(office: Office):
    case_id = office.new_case()
    who = login("eager", Role.LEGAL)
    with pytest.raises(RejectError, match="role reviewer"):
        perform(office.bench.central, Looked(case_id, 2), "confirm", {}, login=who, actor=actor(who))
    with office.bench.central.database.read() as session:
        act = session.scalars(select(Act).where(Act.verb == "refused")).one()
    assert (act.person, act.subject) == ("eager", f"case/{case_id}")


def test_many_are_dismissed_in_one_go_each_by_itself_and_nothing_else_is(office: Office):
    ids = [office.new_case() for _ in range(4)]
    office.drive(ids[2], "confirm")
    looked = [Looked(case_id, office.row(case_id).version) for case_id in ids]
    looked[3] = Looked(ids[3], 99)
    fields = entered("dismiss", 0)
    done = perform_many(office.bench.central, looked, "dismiss", fields, login=REVIEWER, actor=actor(REVIEWER))
    assert [None if one.refused is None else one.refused.code for one in done] == [None, None, "wrong-state", "conflict"]
    assert [office.state(case_id) for case_id in ids] == [State.DISMISSED, State.DISMISSED, State.REVIEWED, State.SCREENED]
    assert [event.action for event in office.view(ids[0]).history] == ["open", "clear", "dismiss"]
    with pytest.raises(RejectError, match="one case at a time"):
        perform_many(office.bench.central, looked, "confirm", {}, login=REVIEWER, actor=actor(REVIEWER))


def test_a_decision_is_returned_before_its_notice_and_keeps_its_number(office: Office):
    case_id = office.new_case()
    office.drive(case_id, "confirm", "pass-legal", "decide-penalty")
    number = office.view(case_id).line.notice_number
    office.drive(case_id, "return-decision")
    line = office.view(case_id).line
    assert (line.state, line.outcome, line.amount_cents, line.notice_number) == (State.LEGALLY_REVIEWED, None, None, number)
    office.drive(case_id, "decide-warning")
    line = office.view(case_id).line
    assert (line.outcome, line.amount_cents, line.notice_number) == (Decision.WARNING, None, number)
