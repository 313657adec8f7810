import asyncio
import json

import pytest

from firmware_sims.control_client import request
from firmware_sims.control_server import ControlServer
from firmware_sims.errors import SimulationError
from tests.firmware_sims.rig import Core


class Controlled:
    def __init__(self):
        self.faults = Core().faults
        self.stopped = False

    def status(self):
        return {"counter": 7, "faults": self.faults.describe()}

    def stop(self):
        self.stopped = True


def story(tell, address):
    async def told():
        controlled = Controlled()
        server = ControlServer(controlled)
        where = await server.start(str(address))
        try:
            await tell(controlled, where)
        finally:
            await server.stop()

    asyncio.run(told())


async def ask(where, *words):
    return await asyncio.to_thread(request, where, *words)


@pytest.mark.parametrize("transport", ["unix", "tcp"])
def test_a_fault_is_set_shown_and_cleared(tmp_path, transport):
    async def tell(controlled, where):
        answer = await ask(where, "fault", "corrupt", "p=0.25", "bits=3", "for_s=0")
        assert answer == {"ok": True, "fault": 1, "id": 1, "name": "corrupt", "p": 0.25, "acted": 0, "bits": 3.0}
        assert [fault["name"] for fault in (await ask(where, "status"))["faults"]] == ["corrupt"]
        assert await ask(where, "clear", "1") == {"ok": True, "cleared": 1}
        assert (await ask(where, "status"))["faults"] == []
        assert len((await ask(where, "faults"))["faults"]) > 20
        assert not controlled.stopped
        await ask(where, "stop")
        assert controlled.stopped

    story(tell, tmp_path / "control" if transport == "unix" else "tcp:127.0.0.1:0")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("explode",), "allowed are status, faults, fault"),
        (("fault",), "allowed are"),
        (("fault", "drop", "often"), "key=value"),
        (("fault", "drop", "p=9"), "0 to 1"),
        (("clear", "x"), "allowed are"),
        (("x" * 3000,), "allowed are"),
    ],
)
def test_wrong_requests_are_answered_with_what_is_allowed(tmp_path, words, message):
    async def tell(_, where):
        with pytest.raises(SimulationError, match=message):
            await ask(where, *words)
        assert (await ask(where, "status"))["counter"] == 7

    story(tell, tmp_path / "control")


def test_several_requests_on_one_connection(tmp_path):
    async def tell(_, where):
        reader, writer = await asyncio.open_unix_connection(where)
        writer.write(b"status\n\nfault drop\n\xff\xfe\n")
        answers = [json.loads(await reader.readline())["ok"] for _ in range(4)]
        assert answers == [True, False, True, False]
        writer.close()
        await writer.wait_closed()

    story(tell, tmp_path / "control")


def test_the_socket_goes_with_its_server_and_a_dead_one_is_replaced(tmp_path):
    path = tmp_path / "control"

    async def tell(_, where):
        assert path.is_socket()

    story(tell, path)
    assert not path.exists()


@pytest.mark.parametrize("address", ["tcp:0.0.0.0:0", "tcp:127.0.0.1", "tcp:127.0.0.1:99999", "/x" * 80])
def test_addresses_that_are_not_allowed(address):
    with pytest.raises(SimulationError, match="--control"):
        asyncio.run(ControlServer(Controlled()).start(address))


def test_nobody_there(tmp_path):
    with pytest.raises(SimulationError, match="no simulators answer there"):
        request(str(tmp_path / "nobody"), "status")
