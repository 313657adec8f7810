"""Real streams over real HTTP: ended, cut, stalled, full of garbage, behind a login; what the ring and the health say."""

import asyncio
import base64
import itertools

import httpx
import pytest

from plate_reader.health import Health
from plate_reader.video import source as source_module
from plate_reader.video.ring import FrameRing
from plate_reader.video.settings import VideoSettings
from plate_reader.video.source import VideoSource
from tests.firmware_sims.receiver import until
from tests.plate_reader.video.streams import StreamingCamera, part, picture

STALL_S = 0.3


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(source_module, "BACK_OFF_FIRST_S", 0.02)
    monkeypatch.setattr(source_module, "BACK_OFF_MAX_S", 0.05)


def watched(tell, holds, **camera):
    """Watch a camera until something holds; give the source and the codes of the faults."""

    async def run():
        health = Health(lambda: 1)
        login = camera.pop("login", {})
        async with StreamingCamera(tell, **camera) as streaming, httpx.AsyncClient(trust_env=False) as client:
            settings = VideoSettings(name="overview", lanes=(1,), url=streaming.url, **login)
            source = VideoSource(settings, FrameRing(), health, client, stall_s=STALL_S)
            task = asyncio.create_task(source.run())
            try:
                await until(lambda: holds(source, streaming))
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            return source, streaming, [fault["code"] for fault in health.snapshot()["latest_faults"]]

    return asyncio.run(run())


async def stream_on(send, connection):
    for number in itertools.count():
        await send(part(picture(number)))
        await asyncio.sleep(0.01)


def count(source):
    return source.state["pictures"]


def test_pictures_come_into_the_ring_as_they_were_sent():
    source, _, faults = watched(stream_on, lambda source, _: count(source) >= 5)
    assert [frame.jpeg for frame in source.ring.between(0, 2**53)][:3] == [picture(0), picture(1), picture(2)]
    assert source.state["connected"]
    assert faults == []


def test_a_stream_killed_mid_picture_is_one_fault_and_is_taken_up_again():
    async def tell(send, connection):
        await send(part(picture(connection)) + part(picture(9))[:200])
        if connection > 3:
            await stream_on(send, connection)

    source, camera, faults = watched(tell, lambda source, _: count(source) >= 8)
    assert camera.connections == 4
    assert set(faults) == {"video-away"}
    assert source.state["connected"]


def test_a_camera_that_is_away_for_long_is_one_fault():
    async def tell(send, connection):
        await asyncio.sleep(0)

    *_, faults = watched(tell, lambda _, camera: camera.connections >= 5, status=b"503 Busy")
    assert faults == ["video-away"]


@pytest.mark.parametrize("silent", [True, False], ids=["stalled", "garbage"])
def test_a_stream_without_pictures_is_left_and_connected_again(silent):
    async def tell(send, connection):
        await send(part(picture(1)))
        if connection > 1:
            await stream_on(send, connection)
        if silent:
            await asyncio.Event().wait()
        for _ in itertools.count():
            await send(b"\x00\xff--fra" * 500)
            await asyncio.sleep(0.01)

    _, camera, faults = watched(tell, lambda source, _: count(source) >= 6)
    assert camera.connections == 2
    assert faults == ["video-stalled" if silent else "video-garbage"]


def test_what_is_no_stream_is_said():
    async def tell(send, connection):
        await send(b"<html>")

    _, _, faults = watched(tell, lambda _, camera: camera.connections >= 2, content_type=b"text/html")
    assert faults == ["video-not-mjpeg"]


@pytest.mark.parametrize("challenge", [b'Basic realm="cam"', b'Digest realm="cam", nonce="abc", qop="auth", algorithm=MD5'])
def test_it_logs_in_as_it_is_asked(challenge, tmp_path):
    password = tmp_path / "password"
    password.write_text("secret\n")

    async def tell(send, connection):
        await send(b"")

    def answered(_, camera):
        return any(b"authorization:" in request.lower() for request in camera.requests)

    status = b"401 Login\r\nWWW-Authenticate: " + challenge
    _, camera, _ = watched(tell, answered, status=status, login={"user": "wim", "password_file": password})
    sent = next(request for request in camera.requests if b"authorization:" in request.lower())
    expected = b"Basic " + base64.b64encode(b"wim:secret") if challenge.startswith(b"Basic") else b'Digest username="wim"'
    assert expected in sent
    assert b"secret" not in sent
