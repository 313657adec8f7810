"""Who asks the API and how often, over the real application: tokens, sessions, the brake, and what a wrong login costs."""

from collections.abc import Iterator

import httpx
import pytest

from central.app import create_app
from central.config import Settings
from central.evidence.accounts.grants import OPERATOR
from central.evidence.tokens import Scope, make_token
from tests.broker import free_port
from tests.central.bench import Clock
from tests.central.served import served

PROBLEM = {"code", "where", "what"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(tmp_path, clock):
    settings = {"data": tmp_path, "broker": {"port": free_port()}, "api": {"requests_per_minute": 8}}
    return create_app(Settings.model_validate(settings | {"login": {"wrong_tries_per_minute": 3}}), clock)


@pytest.fixture
def client(app) -> Iterator[httpx.Client]:
    with served(app) as client:
        yield client


def token(app, *scopes: Scope) -> dict[str, str]:
    central = app.state.central
    with central.database.write() as session:
        return {"Authorization": f"Bearer {make_token(session, OPERATOR, 'platform', scopes, 1, now_us=central.now_us())[1]}"}


def test_each_refusal_says_what_would_help(app, client):
    nobody = client.get("/api/v1/vehicles")
    assert (nobody.status_code, nobody.json()["code"], nobody.headers["www-authenticate"]) == (401, "unauthorized", "Bearer")
    unknown = client.get("/api/v1/vehicles", headers={"Authorization": "Bearer wim_guess"})
    assert (unknown.status_code, "invalid_token" in unknown.headers["www-authenticate"]) == (401, True)
    narrow = client.get("/api/v1/vehicles", headers=token(app, Scope.CASES_READ))
    assert (narrow.status_code, 'scope="vehicles:read"' in narrow.headers["www-authenticate"]) == (403, True)
    for answer in (nobody, unknown, narrow, client.get("/api/v1/nothing"), client.put("/api/v1/vehicles")):
        assert answer.json().keys() == PROBLEM


def test_a_token_that_asks_too_often_waits_and_another_does_not(app, client, clock):
    headers, other = token(app, Scope.VEHICLES_READ), token(app, Scope.VEHICLES_READ)
    assert [client.get("/api/v1/vehicles", headers=headers).status_code for _ in range(5)] == [200] * 4 + [429]
    refused = client.get("/api/v1/vehicles", headers=headers)
    wait_s = int(refused.headers["retry-after"])
    assert 0 < wait_s <= 8
    assert refused.json().keys() == PROBLEM
    assert client.get("/api/v1/vehicles", headers=other).status_code == 200
    clock.now_us += wait_s * 1_000_000
    assert client.get("/api/v1/vehicles", headers=headers).status_code == 200


def test_an_address_that_was_wrong_too_often_waits_whatever_the_name(client, clock):
    page = {"Accept": "text/html"}
    codes = [client.post("/login", data={"name": f"n{i}", "password": "x"}, headers=page).status_code for i in range(8)]
    assert codes == [401] * 6 + [429] * 2
    refused = client.post("/login", data={"name": "another", "password": "x"}, headers=page)
    assert "Too many wrong tries" in refused.text
    clock.now_us += int(refused.headers["retry-after"]) * 1_000_000
    assert client.post("/login", data={"name": "another", "password": "x"}, headers=page).status_code == 401


def test_a_bearer_that_is_none_of_ours_is_no_way_around_the_session(app, client):
    assert client.get("/api/v1/vehicles", headers={"Authorization": "Bearer"}).status_code == 401
    assert client.get("/api/v1/vehicles", headers={"Authorization": "Basic YTpi"}).status_code == 401
