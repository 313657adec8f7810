import re
from dataclasses import replace

import pytest

from central.config import Settings, WebSettings
from central.context import WRONG_TRIES_US
from central.web.security import local_path
from contract.units import US_PER_S
from tests.central.web.serving import OFFICER, PASSWORD, serving


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize("path", ["/", "/vehicles?plate=A", "/vehicles/G104-K12/1", "/stations", "/quarantine", f"/media/{'0' * 64}"])
def test_who_is_not_logged_in_is_sent_to_the_login_and_back(site, path):
    answer = site.client.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=%2F")


def test_the_live_stream_asks_for_a_login_without_a_page(site):
    assert site.client.get("/vehicles/live", params={"after": 0}).status_code == 401


def test_password(site):
    wrong = site.client.post("/login", data={"name": OFFICER, "password": "not the password"})
    assert wrong.status_code == 401
    assert 'role="alert"' in wrong.text
    right = site.client.post("/login", data={"name": OFFICER, "password": PASSWORD, "next": "/stations"})
    assert (right.status_code, right.headers["location"]) == (303, "/stations")
    assert site.get("/stations").status_code == 200


def test_who_has_a_session_cannot_go_on_guessing_its_present_password(site):
    site.client.post("/login", data={"name": OFFICER, "password": PASSWORD})
    form = {"csrf_token": csrf_of(site.page("/vehicles")), "new": "another long password", "again": "another long password"}
    tries = 2 * site.bench.central.settings.login.wrong_tries_per_minute
    codes = [site.client.post("/account/password", data=form | {"present": f"guess {number}"}).status_code for number in range(tries)]
    assert codes == [400] * tries
    braked = site.client.post("/account/password", data=form | {"present": PASSWORD}, headers={"Accept-Language": "en"})
    assert (braked.status_code, "Too many wrong tries" in braked.text) == (429, True)
    site.bench.clock.now_us += 60 * US_PER_S
    assert site.client.post("/account/password", data=form | {"present": PASSWORD}).status_code == 303


def test_looking_at_a_link_does_not_use_it_up_and_it_works_once(site):
    token = site.link_token()
    for _ in range(3):
        assert token in site.page(f"/login/once?token={token}")
    assert site.client.post("/login/once", data={"token": token}).headers["location"] == "/"
    again = site.client.post("/login/once", data={"token": token})
    assert again.status_code == 401
    assert "has been used" in again.text


def test_logging_out_needs_the_sessions_own_token(officer):
    token = csrf_of(officer.page("/vehicles"))
    assert officer.client.post("/logout", data={"csrf_token": "forged"}).status_code == 403
    assert officer.get("/vehicles").status_code == 200
    assert officer.client.post("/logout", data={"csrf_token": token}).headers["location"] == "/login"
    assert officer.get("/vehicles").status_code == 303


@pytest.mark.parametrize("headers", [{"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}])
@pytest.mark.parametrize("path", ["/login", "/login/once", "/language"])
def test_forms_of_other_sites_are_refused(site, path, headers):
    data = {"name": OFFICER, "password": PASSWORD, "token": site.link_token(), "language": "zh"}
    assert site.client.post(path, data=data, headers=headers).status_code == 403
    assert not site.client.cookies


@pytest.mark.parametrize("address", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example", "elsewhere", "/\nx", ""])
def test_a_login_leads_nowhere_else(address):
    assert local_path(address) == "/"


def test_the_language_is_remembered(officer):
    answer = officer.client.post("/language", data={"language": "zh", "back": "/stations"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/stations")
    assert "站点" in officer.page("/stations", language="en")
    officer.client.post("/language", data={"language": "tlh", "back": "/"})
    assert "站点" in officer.page("/stations", language="en")


def test_every_answer_bounds_what_a_page_may_do(site):
    for path in ("/login", "/static/weighline.css", "/nowhere"):
        headers = site.client.get(path).headers
        assert "script-src 'self';" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "strict-transport-security" not in headers


def test_behind_tls_the_cookie_is_bound_to_host_and_tls(sqlite_bench):
    central = sqlite_bench.central
    central.settings = Settings(data=central.settings.data, web=WebSettings(https=True))
    with serving(sqlite_bench) as site:
        answer = site.client.post("/login", data={"name": OFFICER, "password": PASSWORD})
    assert answer.headers["set-cookie"].startswith("__Host-wim-session=")
    assert "Secure" in answer.headers["set-cookie"]
    assert "max-age" in answer.headers["strict-transport-security"]


def test_a_restart_forgives_no_wrong_tries(site):
    central = site.bench.central
    for number in range(2 * central.settings.login.wrong_tries_per_minute):
        assert site.client.post("/login", data={"name": f"nobody {number}", "password": "guess"}).status_code == 401
    assert site.client.post("/login", data={"name": "nobody", "password": "guess"}).status_code == 429
    restarted = replace(central)
    assert restarted.wrong_tries.wait_s("127.0.0.1", restarted.now_us()) > 0
    assert restarted.wrong_tries.wait_s("192.0.2.1", restarted.now_us()) == 0
    site.bench.clock.now_us += WRONG_TRIES_US
    assert replace(central).wrong_tries.wait_s("127.0.0.1", restarted.now_us()) == 0
