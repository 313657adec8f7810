"""From a judged calibration to a certificate: proposed once, by one, approved or rejected by another, whatever power does meanwhile."""

import json

import pytest

from calibration.sessions import events as e
from tests.calibration.flat import flat_calibration
from tests.calibration.page.conftest import Browser, conduct
from tests.calibration.page.line import APPROVER, PASSWORD, TECHNICIAN

REPORT = {"standard": "cost323", "title": "COST 323", "edition": "3", "environment": "R1", "runs": 1, "vehicles": 1, "notes": []}
REPORT |= {"overall": [{"name": "loads", "reached": "A(5)", "why": []}], "criteria": [], "titles": {"loads": "class of the loads"}}
REPORT |= {"not_covered": [], "excluded": [], "beyond_scope": [], "check": "to be checked"}


@pytest.fixture
def calibration(site):
    """Give what the session was fitted to, judged."""
    conduct(site.store)
    fitted = flat_calibration(site.page.desk.lane(1), station="demo")
    numbers = tuple(run.number for run in site.store.session("s1").runs)
    event = e.Fitted(runs=numbers, calibration=json.loads(fitted.dump()), sha256=fitted.digest())
    judged = e.Judged(sha256=fitted.digest(), runs=numbers, circular=True, reports={"en": [REPORT], "zh": [REPORT]})
    site.store.act("s1", TECHNICIAN, lambda _state: [event, judged])
    return fitted


@pytest.fixture
def technician(site):
    browser = Browser(site.page)
    browser.log_in()
    return browser


@pytest.fixture
def approver(site):
    browser = Browser(site.page)
    browser.log_in(APPROVER)
    return browser


def propose(browser, **more):
    return browser.send("/sessions/s1/certificate", reason="yearly", password=PASSWORD, **more)


def test_one_proposes_another_approves_and_it_prints(site, calibration, technician, approver):
    assert propose(technician).status_code == 303
    assert "waits for approval by a second person" in technician.get("/sessions/s1/certificate").text
    (proposal,) = site.page.ledger.pending()
    assert "A(5)" in approver.get("/certificates").text
    assert approver.send(f"/certificates/{proposal.counter}/approve", password="not the password").status_code == 422
    assert approver.send(f"/certificates/{proposal.counter}/approve", password=PASSWORD).status_code == 303
    assert site.page.ledger.calibration(site.page.ledger.certificate(1)) == calibration
    assert "Certificate no. 1" in technician.get("/sessions/s1/certificate").text
    printed = technician.get("/certificates/1.pdf?language=zh")
    assert printed.headers["content-type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF")
    assert technician.get("/certificates/2.pdf").status_code == 404


def test_a_proposal_that_power_cut_off_from_its_session_is_taken_up_not_made_twice(site, calibration, technician):
    site.page.ledger.propose(calibration, key=site.page.accounts.unlock(TECHNICIAN, PASSWORD), reason="yearly")
    assert "waits for approval by a second person" in technician.get("/sessions/s1/certificate").text
    assert propose(technician).status_code == 303
    (proposal,) = site.page.ledger.pending()
    assert site.store.session("s1").proposed.counter == proposal.counter


def test_a_rejection_is_told_with_its_reason_and_another_proposal_may_follow(site, calibration, technician, approver):
    propose(technician)
    (first,) = site.page.ledger.pending()
    assert approver.send(f"/certificates/{first.counter}/reject", password=PASSWORD, reason="too few trucks").status_code == 303
    assert "too few trucks" in technician.get("/sessions/s1/certificate").text
    assert propose(technician).status_code == 303
    (second,) = site.page.ledger.pending()
    assert second.counter > first.counter


def test_a_verification_that_cannot_be_is_refused_before_anything_is_signed(site, calibration, technician):
    answer = propose(technician, number="V-1", institute="institute", valid_from="2027-01-01", valid_until="2026-01-01", classes="A(5)")
    assert answer.status_code == 422
    assert 'value="V-1"' in answer.text
    assert site.page.ledger.history() == ()


def test_a_ledger_changed_by_hand_is_told_and_nothing_is_put_into_force(site, calibration, technician, approver):
    propose(technician)
    site.page.ledger.path.write_bytes(b"no ledger")
    for browser, path in ((technician, "/sessions/s1/certificate"), (approver, "/certificates"), (technician, "/health")):
        answer = browser.get(path)
        assert answer.status_code == 200, answer.text[-500:]
        assert 'role="alert"' in answer.text
    assert approver.send("/certificates/1/approve", password=PASSWORD).status_code == 422
