"""Every page in both languages, who may do what, and what a form is refused for."""

import re

import pytest

from calibration.page.accounts import FAILURES_MAX, LOCK_US, SESSION_IDLE_US, Role
from calibration.page.security import BODY_MAX_BYTES
from tests.calibration.page.conftest import Browser, conduct
from tests.calibration.page.line import APPROVER, PASSWORD, TECHNICIAN
from tests.calibration.sessions.material import seen

STEPS = ("trucks", "plan", "runs", "fit", "acceptance", "certificate")
PATHS = ("/sessions", "/signals", "/certificates", "/health", *(f"/sessions/s1/{step}" for step in STEPS))


@pytest.fixture
def technician(site):
    browser = Browser(site.page)
    assert browser.log_in().status_code == 303
    return browser


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", [TECHNICIAN, APPROVER])
def test_every_page_reads(site, language, name):
    conduct(site.store)
    browser = Browser(site.page, language)
    browser.log_in(name)
    for path in PATHS:
        answer = browser.get(path)
        assert answer.status_code == 200, f"{path}: {answer.text[-800:]}"
        assert ("退出登录" in answer.text) == (language == "zh")


@pytest.mark.parametrize("path", [*PATHS, "/sessions/s1/runs/part", "/signals/data?lane=1", "/sessions/s1/fit/chart?of=row"])
def test_nobody_sees_anything_without_a_login(site, path):
    conduct(site.store)
    answer = Browser(site.page).get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=/")


def test_what_is_not_there_says_so(technician):
    assert technician.get("/sessions/none/trucks").status_code == 404
    assert technician.get("/nowhere").status_code == 404


def test_where_two_trucks_fit_nobody_is_chosen_and_a_flag_bars_acceptance(site, technician):
    conduct(site.store)
    text = technician.get("/sessions/s1/runs").text
    assert "Which truck?" in text
    assert "more than one truck fits" in text
    assert "Flagged: braking" in text
    refused = technician.send("/sessions/s1/accept", pass_id=seen(12).id, truck="A", lateral="centre")
    assert refused.status_code == 422
    assert "A flagged run cannot be used" in refused.text
    assert technician.send("/sessions/s1/accept", pass_id=seen(13).id, truck="", lateral="centre").status_code == 422
    assert technician.send("/sessions/s1/accept", pass_id=seen(13).id, truck="F", lateral="left").status_code == 303
    assert [run.truck.name for run in site.store.session("s1").runs] == ["B", "F"]


def test_the_part_that_changes_is_given_only_when_it_has_changed(site, technician):

    conduct(site.store)
    version = re.search(r'data-version="([^"]+)"', technician.get("/sessions/s1/runs").text).group(1)
    assert technician.get(f"/sessions/s1/runs/part?known={version}").status_code == 204
    technician.send("/sessions/s1/reject", pass_id=seen(12).id, reason="was braking")
    changed = technician.get(f"/sessions/s1/runs/part?known={version}")
    assert changed.status_code == 200
    assert changed.text.lstrip().startswith('<div id="live"')


FORMS = [
    "/sessions",
    "/sessions/s1/trucks",
    "/sessions/s1/plan",
    "/sessions/s1/accept",
    "/sessions/s1/fit",
    "/sessions/s1/certificate",
    "/sessions/s1/close",
]


@pytest.mark.parametrize("path", FORMS)
def test_a_form_without_its_token_changes_nothing(site, technician, path):
    conduct(site.store)
    before = site.store.digest("s1")
    answer = technician.ask("POST", path, {"lane": "1", "stage": "initial", "pass_id": "x", "csrf_token": "forged"})
    assert answer.status_code == 403
    assert site.store.digest("s1") == before


@pytest.mark.parametrize("path", FORMS)
def test_an_approver_conducts_no_session(site, path):
    conduct(site.store)
    browser = Browser(site.page)
    browser.log_in(APPROVER)
    assert browser.send(path, lane="1", stage="initial", pass_id="x").status_code == 403


@pytest.mark.parametrize("act", ["approve", "reject"])
def test_a_technician_approves_nothing(technician, act):
    assert technician.send(f"/certificates/1/{act}", password=PASSWORD, reason="good").status_code == 403


def test_what_was_typed_stays_where_it_was_refused(site, technician):
    conduct(site.store)
    answer = technician.send("/sessions/s1/trucks", truck="P", axles="13750 22600", gross="9999", spacings="4,8", groups="1+1")
    assert answer.status_code == 422
    assert 'value="13750 22600"' in answer.text
    assert "P" not in site.store.session("s1").trucks


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/sessions/s1/trucks", {"truck": "X", "axles": "six thousand"}),
        ("/sessions/s1/trucks", {"truck": "X Y Z !", "axles": "6000 9000"}),
        ("/sessions/s1/trucks", {"truck": "X", "axles": "6000 9000", "groups": "1-1"}),
        ("/sessions/s1/trucks", {"truck": "X", "axles": "6000 9000", "spacings": "wide"}),
        ("/sessions/s1/trucks", {"truck": "X", "axles": ""}),
        ("/sessions/s1/plan", {"speeds": "fast"}),
        ("/sessions/s1/plan", {"speeds": "30", "repeats": "1.5"}),
        (
            "/sessions/s1/weighbridge",
            {
                "number": "1",
                "institute": "i",
                "valid_until": "2020-01-01",
                "accuracy_class": "III",
                "interval_kg": "20",
                "max_kg": "80000",
                "expanded_uncertainty_kg": "24",
            },
        ),
        (
            "/sessions/s1/weighbridge",
            {
                "number": "1",
                "institute": "i",
                "valid_until": "2099-01-01",
                "accuracy_class": "III",
                "interval_kg": "20",
                "max_kg": "80000",
                "expanded_uncertainty_kg": "24000",
            },
        ),
        ("/sessions/s1/trucks/read", {"truck": "X", "axle": "1", "protocol": "toledo", "port": "/dev/nothing"}),
        ("/sessions/s1/fit", {}),
        ("/sessions/s1/acceptance", {}),
        ("/sessions/s1/certificate", {"reason": "yearly", "password": PASSWORD}),
        ("/sessions/s1/close", {"reason": ""}),
        ("/sessions", {"lane": "1", "stage": "initial", "standards": "cost323", "interval_kg": "many"}),
        ("/sessions", {"lane": "1", "stage": "initial"}),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_leaves_nothing(site, technician, path, fields):
    conduct(site.store)
    before = site.store.digest("s1")
    answer = technician.send(path, **fields)
    assert answer.status_code == 422, answer.text[-500:]
    assert 'role="alert"' in answer.text
    assert site.store.digest("s1") == before


def test_a_second_technician_is_told_who_is_at_work(site, technician):

    conduct(site.store)
    site.page.accounts.add("Zhao", Role.TECHNICIAN, PASSWORD)
    other = Browser(site.page)
    other.log_in("Zhao")
    assert f"{TECHNICIAN} is working in this session" in other.get("/sessions/s1/runs").text
    refused = other.send("/sessions/s1/reject", pass_id=seen(13).id, reason="mine now")
    assert refused.status_code == 422
    assert "Somebody else is working" in refused.text
    assert technician.send("/sessions/s1/leave").status_code == 303
    assert other.send("/sessions/s1/reject", pass_id=seen(13).id, reason="mine now").status_code == 303


def test_five_wrong_passwords_lock_the_account_for_a_while(site):
    browser = Browser(site.page)
    for _ in range(FAILURES_MAX):
        assert browser.log_in(password="wrong").status_code == 401
    assert browser.log_in().status_code == 401
    site.clock.us += LOCK_US
    assert browser.log_in().status_code == 303


def test_a_login_ends_when_it_is_left_alone_and_when_it_is_ended(site, technician):
    assert technician.get("/sessions").status_code == 200
    site.clock.us += SESSION_IDLE_US - 1_000_000
    assert technician.get("/sessions").status_code == 200
    site.clock.us += SESSION_IDLE_US
    assert technician.get("/sessions").status_code == 303
    technician.log_in()
    assert technician.send("/logout").status_code == 303
    assert technician.get("/sessions").status_code == 303


def test_every_answer_is_bound_by_headers_and_no_script_is_inline(site, technician):
    conduct(site.store)
    for path in PATHS:
        answer = technician.get(path)
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "<script>" not in answer.text
        assert " onclick=" not in answer.text


def test_a_body_without_end_is_refused(technician):
    assert technician.ask("POST", "/login", {"name": "x" * BODY_MAX_BYTES, "password": "y"}).status_code == 413


def test_a_login_form_of_another_site_is_refused(site):
    browser = Browser(site.page)
    assert browser.ask("POST", "/login", {"name": TECHNICIAN, "password": PASSWORD}, Origin="https://elsewhere").status_code == 403


@pytest.mark.parametrize("address", ["//elsewhere", "https://elsewhere", "/\\elsewhere"])
def test_a_login_sends_nobody_elsewhere(site, address):
    answer = Browser(site.page).ask("POST", "/login", {"name": TECHNICIAN, "password": PASSWORD, "next": address})
    assert answer.headers["location"] == "/"


def test_what_is_refused_is_told_in_the_language_of_the_page(site):
    """Heading and detail alike: of a session, of a reference weight, of a form, of the ledger, of an address that is not there."""
    conduct(site.store)
    browser = Browser(site.page, "zh")
    browser.log_in()
    sent = [
        browser.send("/sessions/s1/accept", pass_id=seen(11).id, truck="B", lateral="centre"),
        browser.send("/sessions/s1/accept", pass_id=seen(12).id, truck="A", lateral="centre"),
        browser.send("/sessions/s1/trucks", truck="D", axles="6.24 10.26"),
        browser.send("/sessions/s1/reject", pass_id=seen(13).id, reason=""),
        browser.send("/sessions/s1/fit"),
        browser.send("/sessions/s1/acceptance"),
        browser.send("/certificates/7/approve", password=PASSWORD),
        browser.get("/sessions/none/trucks"),
    ]
    told = [re.search(r'role="alert"[^>]*>(.*?)</div>', answer.text, re.DOTALL).group(1) for answer in sent]
    for text in told:
        assert re.search(r"[\u4e00-\u9fff]", text)
        assert not re.search(r"[A-Za-z]{3,} [A-Za-z]{3,} [A-Za-z]{3,}", re.sub(r"<[^>]+>", "", text)), text
    assert "可能以 t 给出，应为 kg" in told[2]
