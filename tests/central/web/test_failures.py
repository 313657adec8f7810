"""What cannot be given is said on a page to who reads pages, in the frame that he was in, and as a problem document to programs."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi import FastAPI

from central.evidence.accounts import Login, Role
from central.web import install
from central.web.navigation import entries_for
from contract.faults import StopError
from tests.central.bench import Bench
from tests.central.served import served

PAGE = {"Accept": "text/html", "Accept-Language": "zh"}
SECRET = "what only the server's log may say"


@pytest.fixture
def failing(sqlite_bench: Bench) -> Iterator[httpx.Client]:
    app = FastAPI()
    app.state.central = sqlite_bench.central
    install(app, sqlite_bench.central.settings)

    @app.get("/breaks")
    @app.get("/public/breaks")
    def breaks() -> None:
        raise RuntimeError(SECRET)

    @app.get("/stops")
    def stops() -> None:
        raise StopError("disk-failing", "disk", "does not keep what is written")

    with served(app) as client:
        client.headers["Connection"] = "close"  # the server closes after a failure, whatever was agreed
        yield client


def test_a_failure_of_central_is_a_page_and_says_nothing_of_its_inside(failing: httpx.Client):
    answer = failing.get("/breaks", headers=PAGE)
    assert answer.status_code == 500
    assert "中心处理出错" in answer.text
    assert SECRET not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "称重执法公示" in failing.get("/public/breaks", headers=PAGE).text
    told = failing.get("/breaks").json()
    assert (told["code"], told["where"]) == ("internal-server-error", "/breaks")
    assert SECRET not in told["what"]


def test_what_stops_central_is_told_before_it_stops(failing: httpx.Client, sqlite_bench: Bench):
    assert "中心处理出错" in failing.get("/stops", headers=PAGE).text
    assert failing.get("/stops").json()["code"] == "disk-failing"
    assert sqlite_bench.fault_count("disk-failing") == 2


def test_only_public_addresses_fail_in_the_public_frame(failing: httpx.Client):
    assert "称重执法公示" in failing.get("/public/nowhere", headers=PAGE).text
    assert "称重执法公示" not in failing.get("/publicity/nowhere", headers=PAGE).text


def test_a_page_is_offered_to_who_may_open_it_and_marked_from_all_that_stand_under_it():
    everywhere = Login(1, "wu", "wu", frozenset({Role.AUDITOR}), "csrf")
    in_a_group = Login(1, "wu", "wu", frozenset({Role.AUDITOR}), "csrf", {Role.AUDITOR: frozenset({"S2"})})
    assert "/acts" in {entry.address for entry in entries_for(everywhere)}
    assert "/acts" not in {entry.address for entry in entries_for(in_a_group)}
    pages = {entry.address: entry for entry in entries_for(Login(1, "he", "he", frozenset({Role.ADMINISTRATOR}), "csrf"))}
    assert pages["/accounts"].covers("/webhooks/3")
    assert pages["/vehicles"].covers("/exports")
    assert not pages["/log"].covers("/login")
