"""What the other side's lawyer would look for: facts that came after the review, and persons, moments and amounts that do not hold."""

import pytest
from sqlalchemy import select, update

from central.evidence.models import Case, Record
from central.review.desk import Looked, perform
from central.review.gates import GateName, Why
from central.review.workflow import State
from contract.chain import Link
from contract.faults import RejectError
from tests.central.review.office import APPROVER, Office, actor, entered
from tests.central.review.test_four_eyes import refused
from tests.central.review.test_rules import to_approver
from tests.central.review.test_screening import fallen, read_plate

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
