"""The edge's loopback door: a read is taken once it is durable, everything else is refused with a reason and counted."""

import asyncio

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.faults import RejectError, RetryError, StopError
from contract.plates import PlateRead
from edge.faultbook import FaultBook
from edge.live import LiveView
from edge.loopback import BODY_MAX_BYTES, LoopbackServer, create_app

READ = PlateRead(camera="front", event_id="1", time_us=1_700_000_000_000_000, text="湘A12345", confidence=0.9)


class Door:
    """Speaks to the application without a socket."""

    def __init__(self, app):
        self.app = app

    def post(self, path, content):
        return asyncio.run(self._ask("POST", path, content))

    def get(self, path):
        return asyncio.run(self._ask("GET", path, None))

    async def _ask(self, method, path, content):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://127.0.0.1") as client:
            return await client.request(method, path, content=content)


def door(take=lambda read: None, live=None):
    book = FaultBook()
    return Door(create_app(take, lambda: {"station": "s"}, book, live or LiveView(()))), book


def test_a_read_is_taken():
    taken = []
    client, book = door(taken.append)
    assert client.post("/plates", content=READ.model_dump_json()).status_code == 201
    assert taken == [READ]
    assert book.counts() == {}


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_and_counted(body):
    client, book = door()
    assert client.post("/plates", content=body).status_code == 422
    assert book.counts() == {"plate-read-malformed": 1}


def test_a_body_without_end_is_refused():
    client, _ = door()
    assert client.post("/plates", content=b"x" * (BODY_MAX_BYTES + 1)).status_code == 413


@pytest.mark.parametrize(
    ("error", "status"),
    [(RejectError("plate-read-camera", "x", "is no camera"), 422), (RetryError("outbox-full", "x", "has no room"), 503)],
)
def test_what_may_be_tried_again_is_told_from_what_may_not(error, status):
    def refuse(_read):
        raise error

    client, book = door(refuse)
    answer = client.post("/plates", content=READ.model_dump_json())
    assert answer.status_code == status
    assert error.what in answer.json()["detail"]
    assert book.counts() == {error.code: 1}


@pytest.mark.parametrize("listen", ["0.0.0.0:8701", "example.org:80", "127.0.0.1:", "8701"])
def test_it_listens_on_the_loopback_interface_only(listen):
    client, _ = door()
    with pytest.raises(StopError, match="loopback"):
        LoopbackServer(client.app, listen)


def test_a_lane_that_is_not_there_is_named():
    client, _ = door()
    answer = client.get("/signals?lane=7")
    assert answer.status_code == 404
    assert "lane 7" in answer.json()["detail"]


@pytest.mark.parametrize("query", ["seconds=0", "seconds=1e9", "since=-1", "lane=x"])
def test_a_question_that_makes_no_sense_is_refused(query):
    client, _ = door()
    assert client.get(f"/signals?{query}").status_code == 422


def test_passes_of_another_run_of_the_program_are_given_from_the_first_one():
    client, _ = door()
    told = client.get("/passes?since=5&stream=another").json()
    assert told["passes"] == []
    assert told["next"] == 1
    assert client.get("/passes/1/capture").status_code == 404
