"""A calibration comes into force by two persons and by nothing else."""

import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.certificate import Approval, Ledger, Proposal, Rejection
from contract.faults import RejectError, StopError
from contract.station import parse_station
from tests.calibration.certificate.office import KEYS, NOW, VERIFIED, Office, station, station_text


def refused(code, call, *arguments, **keywords):
    with pytest.raises(RejectError) as caught:
        call(*arguments, **keywords)
    assert caught.value.code == code, caught.value
    return str(caught.value)


def test_a_certificate_is_what_one_proposed_and_another_approved(office):
    proposal = office.propose("zhao", verification=VERIFIED)
    assert (proposal.counter, proposal.by, proposal.replaces) == (1, "zhao", None)
    assert office.ledger.pending() == (proposal,)
    assert office.ledger.in_force(lane=1) is None
    certificate = office.ledger.approve(1, key=KEYS["chen"])
    assert (certificate.number, certificate.counter, certificate.approval.by) == (1, 2, "chen")
    assert certificate.verification == VERIFIED
    assert office.ledger.pending() == ()
    assert office.ledger.in_force(lane=1) == certificate
    assert office.ledger.in_force(lane=2) is None
    assert office.ledger.calibration(certificate) == office.calibration()
    assert [type(entry) for entry in office.ledger.history()] == [Proposal, Approval]


def test_nobody_approves_what_they_proposed(office):
    office.propose("wang")
    assert "another signatory" in refused("same-person", office.ledger.approve, 1, key=KEYS["wang"])
    assert office.ledger.pending()
    assert office.ledger.verify().book.counter == 1


def test_one_person_with_two_keys_is_one_person():
    twice = station_text(("wang", "li")).replace('name = "li"', 'name = " Ｗang "')
    with pytest.raises(StopError, match="share the name 'wang'"):
        parse_station(twice, "station.toml")


def test_one_key_of_two_persons_is_refused():
    text = station_text(("wang", "li"))
    keys = [line for line in text.splitlines() if line.startswith("key = ")]
    with pytest.raises(StopError, match="share the key"):
        parse_station(text.replace(keys[1], keys[0]), "station.toml")


@pytest.mark.parametrize(
    ("by", "code", "what"),
    [("chen", "may-not-propose", "chen may approve"), ("nobody", "not-a-signatory", "name wang, li, zhao, chen")],
)
def test_who_may_not_propose_cannot(office, by, code, what):
    key = KEYS.get(by) or Ed25519PrivateKey.generate()
    assert what in refused(code, office.ledger.propose, office.calibration(), key=key, reason="x")
    assert not office.ledger.history()


def test_who_may_not_approve_cannot(office):
    office.propose("wang")
    refused("may-not-approve", office.ledger.approve, 1, key=KEYS["zhao"])


def test_who_has_left_signs_no_more_but_what_they_signed_stands(tmp_path):
    before = Office(tmp_path)
    before.certify()
    gone = Office(tmp_path, station(wang="until = 2026-11-25"))
    assert gone.ledger.verify().fault is None
    gone.now = NOW + timedelta(days=1)
    assert "counts until 2026-11-25" in refused("signatory-left", gone.propose, "wang")


def test_who_is_taken_out_of_the_station_file_takes_their_certificates_along(tmp_path):
    Office(tmp_path).certify()
    fault = Office(tmp_path, station(("li", "zhao"))).ledger.verify().fault
    assert fault.code == "ledger-broken"
    assert "not enrolled" in str(fault)


def test_a_proposal_is_settled_once(office):
    office.certify()
    refused("proposal-settled", office.ledger.approve, 1, key=KEYS["li"])
    refused("proposal-settled", office.ledger.reject, 1, key=KEYS["li"], reason="x")
    refused("proposal-unknown", office.ledger.approve, 2, key=KEYS["li"])
    refused("proposal-unknown", office.ledger.approve, 9, key=KEYS["li"])


def test_a_rejected_proposal_is_no_certificate(office):
    office.propose()
    rejection = office.ledger.reject(1, key=KEYS["wang"], reason="wrong truck in run 7")
    assert isinstance(rejection, Rejection)
    assert office.ledger.in_force(lane=1) is None
    refused("proposal-settled", office.ledger.approve, 1, key=KEYS["li"])
    assert office.certify(1.01).number == 1


def test_what_another_certificate_has_overtaken_is_proposed_again(office):
    office.propose("wang", 1.01)
    office.certify(1.02)
    assert "certificate 1 came in between" in refused("proposal-outdated", office.ledger.approve, 1, key=KEYS["li"])


def test_a_roll_back_is_a_new_certificate_with_the_older_parameters(office):
    first, second = office.certify(1.0), office.certify(1.02)
    proposal = office.ledger.propose_again(1, key=KEYS["wang"], reason="row 2 was mended")
    third = office.ledger.approve(proposal.counter, key=KEYS["li"])
    assert (third.number, third.proposal.repeats, third.proposal.replaces.number) == (3, 1, second.number)
    assert third.calibration == first.calibration
    assert office.ledger.calibration(third).sensors["R0L"].gain == 1.0
    refused("certificate-unknown", office.ledger.propose_again, 7, key=KEYS["wang"], reason="x")


def test_the_highest_number_whose_moment_has_come_is_in_force(office):
    first = office.certify(1.0)
    later = office.certify(1.01, effective_from=NOW + timedelta(days=2))
    sooner = office.certify(1.02, effective_from=NOW + timedelta(days=1))
    at = office.ledger.in_force
    assert at(NOW, lane=1) is None
    assert at(first.effective_from, lane=1) == first
    assert at(NOW + timedelta(days=1), lane=1) == sooner
    assert at(later.effective_from, lane=1) == sooner


@pytest.mark.parametrize("moment", [NOW - timedelta(days=1), datetime(2027, 1, 1)])  # noqa: DTZ001 - the fault that is tested
def test_nothing_is_put_into_force_for_the_past_or_for_no_moment(office, moment):
    code = "effective-past" if moment.tzinfo else "effective-invalid"
    refused(code, office.propose, effective_from=moment)
    office.propose()
    refused(code, office.ledger.approve, 1, key=KEYS["li"], effective_from=moment)


def test_a_proposers_wish_holds_unless_it_has_passed(office):
    wish = NOW + timedelta(hours=1)
    assert office.certify(effective_from=None, **{"gain": 1.0}).effective_from < wish
    proposal = office.ledger.propose(office.calibration(1.1), key=KEYS["wang"], reason="x", effective_from=wish)
    refused("effective-past", office.ledger.approve, proposal.counter, key=KEYS["li"], effective_from=wish - timedelta(minutes=1))
    assert office.ledger.approve(proposal.counter, key=KEYS["li"]).effective_from == wish
    proposal = office.ledger.propose(office.calibration(1.2), key=KEYS["wang"], reason="x", effective_from=wish)
    office.now = wish + timedelta(hours=1)
    assert office.ledger.approve(proposal.counter, key=KEYS["li"]).effective_from == office.now


def test_a_clock_that_went_back_signs_nothing(office):
    office.propose()
    office.now = NOW - timedelta(hours=1)
    assert "set the station's clock" in refused("clock-behind", office.ledger.approve, 1, key=KEYS["li"])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"station": "there"}, "calibration-station"),
        ({"lane": 7}, "calibration-lane"),
        ({"sensors": {"R0L": {"gain": 1.0, "relative_u": 0.01}}}, "calibration-sensors"),
    ],
)
def test_what_the_station_could_not_weigh_with_is_not_proposed(office, changes, code):
    refused(code, office.ledger.propose, office.calibration(**changes), key=KEYS["wang"], reason="x")


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 1_001])
def test_a_reason_is_asked_for(office, reason):
    refused("reason-missing", office.propose, reason=reason)


def test_a_second_writer_waits_its_turn_and_is_told(office, monkeypatch):
    monkeypatch.setattr("calibration.certificate.storage.LOCK_WAIT_S", 0.05)
    office.propose()
    other = Ledger(office.path, office.station)
    with office.ledger._storage.writing():
        refused("ledger-in-use", other.propose, office.calibration(), key=KEYS["wang"], reason="x")
        assert len(other.history()) == 1, "reading never waits"


def test_a_full_ledger_stops_changes_and_keeps_the_trail(office):
    office.certify()
    small = Ledger(office.path, office.station, now=office.time, max_bytes=office.path.stat().st_size)

    def fill():
        for number in range(100):
            small.propose(office.calibration(1.0 + number / 1_000), key=KEYS["wang"], reason="x" * 1_000)

    refused("ledger-full", fill)
    audit = office.ledger.verify()
    assert audit.fault is None
    assert office.ledger.in_force(lane=1).number == 1
    office.propose()


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["propose", "approve", "reject", "again"]),
        st.sampled_from(sorted(KEYS)),
        st.integers(1, 12),
        st.integers(0, 3),
    ),
    max_size=12,
)


@settings(max_examples=30)
@given(ACTIONS)
def test_whatever_is_tried_numbers_have_no_gap_and_nothing_half_done_is_left(actions):
    folder = Path(tempfile.mkdtemp())
    try:
        office = Office(folder)
        for what, who, number, hours in actions:
            wish = NOW + timedelta(hours=hours) if hours else None
            before = office.ledger.verify().book.counter
            try:
                if what == "propose":
                    office.propose(who, 1.0 + number / 100, effective_from=wish)
                elif what == "approve":
                    office.ledger.approve(number, key=KEYS[who], effective_from=wish)
                elif what == "reject":
                    office.ledger.reject(number, key=KEYS[who], reason="x")
                else:
                    office.ledger.propose_again(number, key=KEYS[who], reason="x")
            except RejectError:
                assert office.ledger.verify().book.counter == before
            else:
                assert office.ledger.verify().book.counter == before + 1
        audit = office.ledger.verify()
        assert audit.fault is None
        assert [one.number for one in audit.book.certificates] == list(range(1, len(audit.book.certificates) + 1))
        for one in audit.book.certificates:
            assert one.proposal.by != one.approval.by
            assert one.approval.effective_from_us >= one.approval.time_us
        for hours in range(5):
            at = NOW + timedelta(hours=hours)
            due = [one for one in audit.book.certificates if one.effective_from <= at]
            assert audit.book.in_force(at, 1) == (max(due, key=lambda one: one.number) if due else None)
    finally:
        shutil.rmtree(folder)
