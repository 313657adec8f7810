"""What the other side's lawyer would look for: facts that came after the review, and persons, moments and amounts that do not hold."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from central.evidence.accounts import Role, add_account
from central.evidence.accounts.provider import log_in_by_provider
from central.evidence.models import Account, Case, Record
from central.office_settings import ReviewSettings
from central.publicity.decisions import WithdrawnDecision, public_decision, public_decisions, withdrawn_decision
from central.publicity.own_case import open_own
from central.review.deadlines import decide_until_us
from central.review.desk import Looked, perform
from central.review.gates import GateName, Why
from central.review.proposal import pack_of, propose
from central.review.workflow import ENFORCING, State
from contract.chain import Link
from contract.faults import RejectError
from tests.central.review.office import APPROVER, LEGAL, MAJOR_KG, PLATE, REVIEWER, WARNED_KG, Office, actor, entered
from tests.central.review.test_four_eyes import refused
from tests.central.review.test_rules import to_approver
from tests.central.review.test_screening import fallen, read_plate
from tests.central.web.passages import passage
from tests.signing_station import SigningStation

OTHER_PLATE = "京B99999"


def take(office: Office, case_id: int, action: str, who, **changes):
    """Take an act as a page or the API does."""
    looked = Looked(case_id, office.row(case_id).version)
    fields = entered(action, office.bench.clock(), **changes)
    return perform(office.bench.central, looked, action, fields, login=who, actor=actor(who))


def another_plate_arrives(office: Office, case_id: int) -> None:
    """Let a surer reading of the plate come late that names another vehicle."""
    station, seq = office.bench.station, office.row(case_id).seq
    with office.bench.central.database.read() as session:
        sha256 = session.scalars(select(Record.sha256).where(Record.seq == seq, Record.station == station.id)).one()
    of = Link(seq, sha256)
    office.bench.send(station.sign(station.supplement(of, plates=(read_plate(999_000, text=OTHER_PLATE),))))


class TestGatesAreJudgedAsThingsStand:
    def test_a_sure_reading_of_another_plate_that_arrives_under_review_stops_the_case(self, office: Office):
        case_id = to_approver(office)
        another_plate_arrives(office, case_id)
        with pytest.raises(RejectError) as caught:
            take(office, case_id, "decide-penalty", APPROVER)
        assert caught.value.code == "conflict"
        assert fallen(office, case_id) == {GateName.PLATE: [Why.PLATE_CONTRADICTED]}
        with pytest.raises(RejectError) as caught:
            take(office, case_id, "decide-penalty", APPROVER)
        assert caught.value.code == "gate-fell"
        take(office, case_id, "return-to-reviewer", APPROVER)
        office.screen()
        assert office.state(case_id) is State.BARRED

    def test_pictures_that_are_damaged_after_the_screening_stop_the_penalty(self, office: Office):
        case_id = to_approver(office)
        for item in office.view(case_id).vehicle.media:
            office.bench.central.blobs.path(item.ref.sha256).write_bytes(b"\xff\xd8\xff damaged")
        with pytest.raises(RejectError) as caught:
            take(office, case_id, "decide-penalty", APPROVER)
        assert caught.value.code == "conflict"
        assert set(fallen(office, case_id)) == {GateName.PICTURES}

    def test_a_record_that_can_not_be_read_any_more_is_no_ground_for_a_penalty(self, sqlite_office: Office):
        case_id = to_approver(sqlite_office)
        with sqlite_office.bench.central.database.write() as session:
            session.execute(update(Record).values(payload=b"{}"))
        with pytest.raises(RejectError) as caught:
            take(sqlite_office, case_id, "decide-warning", APPROVER)
        assert caught.value.code == "screening-due"

    def test_nothing_is_decided_while_a_screening_is_due(self, sqlite_office: Office):
        case_id = to_approver(sqlite_office)
        with sqlite_office.bench.central.database.write() as session:
            session.execute(update(Case).values(screening_wanted=Case.screening_wanted + 1))
        refused(sqlite_office, "screening-due", case_id, "decide-penalty", APPROVER)
        sqlite_office.screen()
        sqlite_office.drive(case_id, "decide-penalty")

    def test_a_penalty_whose_gate_fell_after_its_notice_is_not_closed(self, office: Office):
        case_id = to_approver(office)
        office.drive(case_id, "decide-penalty", "notify")
        another_plate_arrives(office, case_id)
        office.screen()
        office.pass_days(30)
        refused(office, "gate-fell", case_id, "close", APPROVER)


class TestPersonsAreCountedOnce:
    @pytest.mark.parametrize("person", ["Wang Wei", "wang  wei", "ｗａｎｇ wei", "Wang-Wei"])
    def test_one_person_is_not_entered_in_two_spellings(self, sqlite_office: Office, person: str):
        with sqlite_office.bench.central.database.write() as session:
            add_account(session, "first", Role.REVIEWER, None, 1, person="wang wei")
            with pytest.raises(RejectError) as caught:
                add_account(session, "second", Role.APPROVER, None, 1, person=person)
            assert caught.value.code == "person-spelled-otherwise"
            add_account(session, "third", Role.APPROVER, None, 1, person="wang wei")

    @pytest.mark.parametrize("name", ["service", "Public", "OPERATOR", "ｐｒｏｖｉｄｅｒ"])
    def test_nobody_bears_a_name_that_the_journal_gives_to_the_program(self, sqlite_office: Office, name: str):
        with sqlite_office.bench.central.database.write() as session, pytest.raises(RejectError) as caught:
            add_account(session, name, Role.REVIEWER, None, 1)
        assert caught.value.code == "bad-account-name"

    def test_the_provider_of_logins_makes_no_second_spelling_and_no_program(self, sqlite_office: Office):
        with sqlite_office.bench.central.database.write() as session:
            add_account(session, "first", Role.REVIEWER, None, 1, person="Wang Wei")
            for subject, name in (("i 1", "WANG WEI"), ("i 2", "service")):
                log_in_by_provider(session, subject, name, roles=[Role.APPROVER], group_ids=[], now_us=1)
            assert set(session.scalars(select(Account.person))) == {"Wang Wei", "service (person)"}

    @pytest.mark.parametrize("participants", [["Li", "Wang", "LI"], ["李强", "王伟", "王 伟"], ["Li", "Ｌｉ", "Wang"]])
    def test_a_discussion_counts_each_participant_once(self, sqlite_office: Office, participants: list[str]):
        case_id = to_approver(sqlite_office)
        refused(sqlite_office, "field-invalid", case_id, "record-discussion", APPROVER, participants=participants)


class TestAmountsAndMoments:
    @settings(max_examples=60)
    @given(over_kg=st.integers(1, 3_000), guard_kg=st.integers(0, 2_500))
    def test_a_raised_limit_is_exceeded_by_more_than_the_guard_band_or_not_at_all(self, over_kg: int, guard_kg: int):
        limit_kg = 43_000
        record = passage(SigningStation())
        gross = record.verdict.gross
        changes = {"limit_kg": limit_kg, "measured_kg": limit_kg + over_kg, "guard_kg": guard_kg, "over_kg": over_kg}
        finding = replace(gross, **changes, exceeded=over_kg > guard_kg)
        record = record.model_copy(update={"verdict": record.verdict.model_copy(update={"findings": (finding,)})})
        rule = next(row for row in pack_of(record).exemption if row.id == "gb1589-air-suspension")
        item = SimpleNamespace(counts=True, rule=rule, exemption=rule.id, registered_kg=None)
        for exemptions, raised_kg in (((), 0), ((item,), rule.adds_kg)):
            proposal = propose(record, exemptions, ReviewSettings())
            beyond = over_kg - guard_kg > raised_kg
            assert (proposal.decision in ENFORCING) is beyond
            assert proposal.exempt is not beyond
            if beyond:
                assert proposal.amount_cents == (over_kg - raised_kg > 1_000) * (over_kg - raised_kg) // 1_000 * 50_000

    def test_no_fine_is_above_what_the_rules_give_for_the_overload(self, sqlite_office: Office):
        case_id, warned = to_approver(sqlite_office), to_approver(sqlite_office, loads_kg=WARNED_KG)
        refused(sqlite_office, "field-invalid", case_id, "decide-penalty", APPROVER, amount_cents=300_001, reason="he annoyed us")
        refused(sqlite_office, "field-invalid", warned, "decide-penalty", APPROVER, amount_cents=1, reason="he annoyed us")
        sqlite_office.act(case_id, "decide-penalty", APPROVER, amount_cents=300_000)

    def test_nobody_is_burdened_after_the_term_however_often_the_case_was_returned(self, office: Office):
        case_id = to_approver(office)
        office.pass_days(89)
        office.drive(case_id, "return-to-reviewer", "confirm", "pass-legal")
        taken_up_us = next(one.time_us for one in office.view(case_id).history if one.action == "confirm")
        assert office.settings.decide_within_days == 90
        until_us = decide_until_us(taken_up_us, office.settings)
        office.bench.clock.now_us = until_us
        refused(office, "too-late", case_id, "decide-penalty", APPROVER)
        refused(office, "too-late", case_id, "decide-warning", APPROVER)
        office.bench.clock.now_us = until_us - 1
        office.drive(case_id, "decide-penalty")

    def test_what_was_held_before_the_review_was_about_something_else(self, sqlite_office: Office):
        case_id = to_approver(sqlite_office, loads_kg=MAJOR_KG)
        sqlite_office.pass_days(1)
        before_us = sqlite_office.view(case_id).history[2].time_us - 1
        refused(sqlite_office, "field-invalid", case_id, "record-discussion", APPROVER, held_us=before_us)
        sqlite_office.drive(case_id, "offer-hearing")
        refused(sqlite_office, "field-invalid", case_id, "record-hearing", LEGAL, held_us=before_us)

    def test_a_service_entered_late_leaves_the_party_its_whole_term(self, office: Office):
        case_id = to_approver(office)
        office.drive(case_id, "decide-penalty")
        served_us = office.bench.clock()
        office.pass_days(40)
        office.act(case_id, "notify", REVIEWER, served_us=served_us)
        assert office.view(case_id).notified_us == served_us
        refused(office, "term-open", case_id, "close", APPROVER)

    @pytest.mark.parametrize(("behind_s", "taken"), [(1, True), (5, True), (6, False), (86_400, False)])
    def test_a_clock_set_back_writes_no_step_before_the_one_it_follows(self, sqlite_office: Office, behind_s: int, taken: bool):
        case_id = sqlite_office.new_case()
        sqlite_office.bench.clock.now_us -= behind_s * 1_000_000
        if taken:
            sqlite_office.drive(case_id, "confirm")
        else:
            refused(sqlite_office, "clock-behind", case_id, "confirm", REVIEWER)
        times = [one.time_us for one in sqlite_office.view(case_id).history]
        assert times == sorted(times)


class TestADecisionThatDoesNotHold:
    def test_is_taken_back_even_when_it_is_public_and_ends_in_no_action(self, office: Office):
        case_id = to_approver(office)
        office.drive(case_id, "decide-penalty", "notify", "record-objection", "hear", "close", "inform-home", "publish")
        notice = office.view(case_id).notice
        refused(office, "not-allowed", case_id, "revoke", APPROVER)
        office.drive(case_id, "revoke")
        with office.bench.central.database.read() as session:
            assert public_decisions(session) == ()
            assert public_decision(session, notice.number) is None
            assert withdrawn_decision(session, notice.number) == WithdrawnDecision(
                notice.number, office.bench.clock(), "the permit was found in the register"
            )
        refused(office, "revoked", case_id, "decide-penalty", APPROVER)
        refused(office, "revoked", case_id, "decide-warning", APPROVER)
        refused(office, "not-upheld", case_id, "close", APPROVER)
        office.drive(case_id, "decide-no-action", "close")
        refused(office, "wrong-state", case_id, "publish", APPROVER)
        with office.bench.central.database.write() as session:
            assert open_own(session, notice.number, PLATE, "192.0.2.7", office.bench.clock()) is not None, "the party is told, too"

    def test_one_whose_gate_fell_after_its_notice_need_not_wait_for_an_objection(self, sqlite_office: Office):
        case_id = to_approver(sqlite_office)
        sqlite_office.drive(case_id, "decide-penalty", "notify")
        another_plate_arrives(sqlite_office, case_id)
        sqlite_office.screen()
        sqlite_office.drive(case_id, "revoke", "decide-no-action", "close")

    def test_one_that_was_never_public_leaves_nothing_there(self, sqlite_office: Office):
        case_id = to_approver(sqlite_office)
        sqlite_office.drive(case_id, "decide-penalty", "notify")
        notice = sqlite_office.view(case_id).notice
        sqlite_office.drive(case_id, "revoke")
        with sqlite_office.bench.central.database.read() as session:
            assert withdrawn_decision(session, notice.number) is None
