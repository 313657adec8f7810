"""The edge's loopback door: a read is taken once it is durable, everything else is refused with a reason and counted."""

import asyncio

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.faults import RejectError, RetryError, StopError
from contract.plates import PlateRead
from edge.faultbook import FaultBook
from edge.loopback import BODY_MAX_BYTES, LoopbackServer, create_app

READ = PlateRead(camera="front", event_id="1", time_us=1_700_000_000_000_000, text="湘A12345", confidence=0.9)


class Door:
    """Speaks to the application without a socket."""

    def __init__(self, app):
        self.app = app

    def post(self, path, content):
        return asyncio.run(self._post(path, content))

    async def _post(self, path, content):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://127.0.0.1") as client:
            return await client.post(path, content=content)


def door(take=lambda read: None):
    book = FaultBook()
    return Door(create_app(take, lambda: {"station": "s"}, book)), book


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
