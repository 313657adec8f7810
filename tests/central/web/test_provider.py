"""Logging in with an OpenID provider that speaks real HTTP, and each way in which it, or the visitor, may cheat."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey

from central.config import Settings
from central.evidence import accounts
from central.evidence.accounts import Role
from central.evidence.accounts.directory import accounts_page, disable
from central.evidence.accounts.grants import OPERATOR
from central.evidence.accounts.groups import set_group
from contract.units import US_PER_S
from tests.central.bench import Bench
from tests.central.openid_provider import CLIENT, KEYS, SECRET, FakeProvider, providing
from tests.central.web.serving import Site, serving

Spoil = Callable[[dict[str, Any], dict[str, Any]], None]


@pytest.fixture
def provider(sqlite_bench: Bench) -> Iterator[FakeProvider]:
    with providing() as provider:
        provider.now_s = lambda: sqlite_bench.clock() // US_PER_S
        yield provider


@pytest.fixture
def site(sqlite_bench: Bench, provider: FakeProvider, tmp_path) -> Iterator[Site]:
    (tmp_path / "secret").write_text(SECRET + "\n")
    oidc = {
        "issuer": provider.issuer,
        "client_id": CLIENT,
        "client_secret_file": tmp_path / "secret",
        "name": "the province's login",
        "roles": {"wim-review": Role.REVIEWER, "wim-law": Role.LEGAL, "wim-admin": Role.ADMINISTRATOR},
        "groups": {"wim-north": "north"},
    }
    central = sqlite_bench.central
    central.settings = Settings.model_validate({"data": central.settings.data, "oidc": oidc})
    with central.database.write() as session:
        set_group(session, OPERATOR, "north", frozenset({sqlite_bench.station.id}), sqlite_bench.clock())
    with serving(sqlite_bench) as site:
        yield site


def go(site: Site, change: Callable[[str], str] = lambda address: address) -> httpx.Response:
    """Log in as a browser would; `change` is what happens to the address on the way back."""
    sent = site.client.get("/login/provider?next=/stations")
    assert sent.status_code == 303, sent.text
    returned = httpx.get(sent.headers["location"], follow_redirects=False)
    return site.client.get(change(returned.headers["location"]))


def account(site: Site, name: str):
    with site.bench.central.database.read() as session:
        return next(one for one in accounts_page(session) if one.name == name)


@pytest.mark.parametrize("algorithm", sorted(KEYS))
def test_a_visitor_comes_back_with_the_roles_that_the_provider_names(site, provider, algorithm):
    provider.use(algorithm)
    provider.claims["groups"] = ["wim-review", "wim-law", "wim-north", "something else"]
    answer = go(site)
    assert (answer.status_code, answer.headers["location"]) == (303, "/stations")
    assert site.page("/stations")
    assert {(one.role, one.group) for one in account(site, "wang").grants} == {(Role.REVIEWER, "north"), (Role.LEGAL, "north")}


def test_roles_follow_the_provider_and_the_subject_stays_one_account(site, provider):
    go(site)
    provider.claims |= {"groups": "wim-law", "preferred_username": "wang renamed"}
    go(site)
    assert {(one.role, one.group) for one in account(site, "wang").grants} == {(Role.LEGAL, None)}
    provider.claims["groups"] = []
    refused = go(site)
    assert refused.status_code == 401
    assert "no role" in refused.text


def test_a_local_account_of_the_same_name_is_not_taken_over_but_is_the_same_person(site, provider):
    provider.claims["preferred_username"] = "officer-1"
    go(site)
    assert account(site, "officer-1").from_provider is False
    assert account(site, "officer-1 (2)").person == "officer-1"


def test_a_closed_account_stays_closed(site, provider):
    go(site)
    with site.bench.central.database.write() as session:
        disable(session, OPERATOR, account(site, "wang").id, site.bench.clock())
    assert go(site).status_code == 401


def test_nobody_gives_roles_and_acts_on_cases_by_the_provider_either(site, provider):
    provider.claims["groups"] = ["wim-admin", "wim-review"]
    assert "two accounts" in go(site).text


def _set(**claims: Any) -> Spoil:
    return lambda _header, given: given.update(claims)


def _drop(name: str) -> Spoil:
    return lambda _header, given: given.pop(name)


def _algorithm(name: str) -> Spoil:
    return lambda header, _given: header.update(alg=name)


LIES: dict[str, Spoil] = {
    "not signed": _algorithm("none"),
    "signed with the client's own secret": _algorithm("HS256"),
    "another issuer": _set(iss="https://elsewhere.example"),
    "for another client": _set(aud="somebody else"),
    "for several, given to another": _set(aud=[CLIENT, "other"], azp="other"),
    "for several, given to nobody": _set(aud=[CLIENT, "other"]),
    "of another login": _set(nonce="of another login"),
    "without a nonce": _drop("nonce"),
    "without an end": _drop("exp"),
    "without a subject": _drop("sub"),
    "of nobody": _set(sub=17),
    "without an audience": _drop("aud"),
    "a damaged end": _set(exp="soon"),
}


@pytest.mark.parametrize("lie", LIES)
def test_an_id_token_that_lies_logs_nobody_in(site, provider, lie):
    provider.spoil = LIES[lie]
    refused = go(site)
    assert refused.status_code == 401, lie
    assert "wim-session" not in site.client.cookies
    provider.spoil = lambda _header, _claims: None
    assert go(site).status_code == 303


def test_an_id_token_that_is_over_or_of_a_foreign_key_logs_nobody_in(site, provider):
    provider.spoil = _set(exp=provider.now_s() - 61)
    assert go(site).status_code == 401
    provider.spoil = _set(exp=provider.now_s() - 59)
    assert go(site).status_code == 303
    provider.key = ECKey.generate_key("P-256", {"kid": provider.key.kid})
    assert go(site).status_code == 401


def test_a_new_key_of_the_provider_is_asked_for(site, provider):
    go(site)
    provider.use("RS256")
    assert go(site).status_code == 303
    assert provider.asked.count("/keys") == 2


def test_a_login_that_another_browser_began_is_refused(site, provider):
    def other_state(address: str) -> str:
        return address.replace("state=", "state=x")

    assert go(site, other_state).status_code == 401

    def without_cookie(address: str) -> str:
        site.client.cookies.clear()
        return address

    refused = go(site, without_cookie)
    assert refused.status_code == 401
    assert "Begin again" in refused.text


def test_a_code_serves_once_and_the_login_must_not_take_long(site, provider):
    seen = []
    go(site, lambda address: seen.append(address) or address)
    site.client.get("/login/provider")
    assert site.client.get(seen[0]).status_code == 401

    def late(address: str) -> str:
        site.bench.clock.now_us += 601 * US_PER_S
        return address

    assert go(site, late).status_code == 401


def test_a_refusal_of_the_provider_is_told(site):
    def refused(address: str) -> str:
        state = parse_qs(urlsplit(address).query)["state"][0]
        return f"/login/provider/back?error=access_denied&state={state}"

    answer = go(site, refused)
    assert answer.status_code == 401
    assert "access_denied" in answer.text


@pytest.mark.parametrize(
    "lie", [{"issuer": "https://elsewhere.example"}, {"jwks_uri": "http://127.0.0.1:1/"}, {"token_endpoint": 5}, {"jwks_uri": "no address"}]
)
def test_a_provider_that_is_another_or_does_not_answer_is_told(site, provider, lie):
    provider.description = lie
    answer = site.client.get("/login/provider")
    assert answer.status_code == 502
    assert 'role="alert"' in answer.text


def test_the_login_page_offers_the_provider_and_a_central_without_one_has_none(site, sqlite_bench):
    assert "province" in site.page("/login")
    sqlite_bench.central.__dict__.pop("provider", None)
    sqlite_bench.central.settings = Settings(data=sqlite_bench.central.settings.data)
    assert site.client.get("/login/provider").status_code == 404
    assert "province" not in site.page("/login")


def test_a_second_factor_of_our_own_is_asked_unless_the_provider_asks_one(site, provider):
    go(site)
    central, identity = site.bench.central, account(site, "wang").id
    with central.database.write() as session:
        row = session.get_one(accounts.directory.Account, identity)
        row.totp_sealed, row.totp_since_us = central.vault.seal("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 1), 1
    assert go(site).headers["location"].startswith("/login/second")
    oidc = central.settings.oidc.model_copy(update={"second_factor": True})
    central.provider.settings = oidc
    assert go(site).headers["location"] == "/stations"
