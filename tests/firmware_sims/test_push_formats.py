"""Simulated cameras of further makes: what their settings say, what they send and when, and what an answer means to them."""

import asyncio
import contextlib
import json
import random
import time
from base64 import b64decode
from datetime import UTC, datetime

import httpx
import pytest

from firmware_sims.camera import CameraSettings
from firmware_sims.errors import SimulationError
from firmware_sims.faults import FaultBoard
from firmware_sims.isapi_event import AnprEvent
from firmware_sims.picture_drop import drop, file_name
from firmware_sims.push_format import FORMATS, Verdict, by_result, by_status
from firmware_sims.push_queue import PushQueue
from firmware_sims.scene import Pictures, sight_of
from firmware_sims.still_camera import StillCamera
from tests.firmware_sims.receiver import Receiver, until

EVENT = AnprEvent(
    "7b0c4f1e-0000-4000-8000-000000000001",
    "front",
    1,
    2,
    datetime(2026, 3, 1, 23, 59, 59, 987_000, UTC),
    "湘A12345",
    "yellow",
    "semi5",
    93,
    (93,) * 7,
)
PICTURES = Pictures(b"\xff\xd8\xffscene\xff\xd9", b"\xff\xd8\xffcrop\xff\xd9", (400, 700, 90, 40))


def document(name, stage=None):
    form = FORMATS[name]
    return json.loads(form.document(EVENT, PICTURES, stage or form.stages[0][0], False))


def test_settings_name_protocol_and_login():
    settings = CameraSettings.parse("name=rear,protocol=dahua,login=user:pass word,position_m=-3")
    assert (settings.protocol, settings.login, settings.position_m) == ("dahua", "user:pass word", -3)
    assert CameraSettings.parse("name=front").protocol == "isapi"
    with pytest.raises(SimulationError, match="isapi, dahua, axis, platerecognizer"):
        CameraSettings.parse("name=front,protocol=onvif")


def test_dahua_writes_local_time_and_its_offset():
    info = document("dahua")["Picture"]["SnapInfo"]
    assert (info["AccurateTime"], info["TimeZone"]) == ("2026-03-02 07:59:59.987", 8)
    assert b64decode(document("dahua")["Picture"]["NormalPic"]["Content"]) == PICTURES.scene


def test_axis_writes_numbers_as_text_and_tells_a_car_three_times():
    told = [document("axis", stage) for stage, _ in FORMATS["axis"].stages]
    assert [one["carState"] for one in told] == ["new", "update", "lost"]
    assert len({one["carID"] for one in told}) == 1
    assert told[0]["capture_timestamp"] == "1772409599987"
    assert told[0]["plateConfidence"] == "0.930000"
    assert [one["carMoveDirection"] for one in told] == ["unknown", "in", "in"]


def test_stream_writes_utc_and_lower_case():
    data = document("platerecognizer")["data"]
    assert data["timestamp"] == "2026-03-01T23:59:59.987000Z"
    assert data["results"][0]["plate"] == "湘a12345"


@pytest.mark.parametrize(
    ("status", "body", "judged_by_status", "judged_by_result"),
    [
        (200, b'{"result": "true"}', Verdict.TAKEN, Verdict.TAKEN),
        (200, b'{"result": true}', Verdict.TAKEN, Verdict.AGAIN),
        (200, b"OK", Verdict.TAKEN, Verdict.AGAIN),
        (400, b'{"result": "false"}', Verdict.REFUSED, Verdict.AGAIN),
        (401, b"", Verdict.AGAIN, Verdict.AGAIN),
        (503, b"[]", Verdict.AGAIN, Verdict.AGAIN),
    ],
)
def test_what_an_answer_means(status, body, judged_by_status, judged_by_result):
    answer = httpx.Response(status, content=body)
    assert (by_status(answer), by_result(answer)) == (judged_by_status, judged_by_result)


def test_keep_alives_come_while_nothing_passes_and_a_car_told_later_blocks_nobody():
    async def told():
        receiver = Receiver()
        board = FaultBoard(time.monotonic, random.Random(1), {})
        url = f"http://127.0.0.1:{receiver.port}/x"
        dahua = PushQueue(url, "front", "", board, time.monotonic, push_format=FORMATS["dahua"], keep_alive_s=0.05)
        axis = PushQueue(url, "side", "", board, time.monotonic, push_format=FORMATS["axis"])
        tasks = [asyncio.create_task(queue.serve()) for queue in (dahua, axis)]
        try:
            await until(lambda: dahua.stats["keep_alives"] >= 3)
            axis.put(EVENT, sight_of(EVENT.plate, EVENT.plate_color, EVENT.kind, "axis"), time.monotonic())
            await until(lambda: axis.stats["pushed"] == 2)  # new and update; lost is due in five seconds
            axis.put(EVENT, sight_of(EVENT.plate, EVENT.plate_color, EVENT.kind, "axis"), time.monotonic())
            await until(lambda: axis.stats["pushed"] == 4)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            receiver.close()

    asyncio.run(told())


@pytest.mark.parametrize("renamed", [True, False])
def test_a_drop_grows_or_appears_at_once_and_its_sidecar_follows(tmp_path, renamed):
    sizes = []
    for _ in drop(tmp_path, EVENT, PICTURES, renamed=renamed, sidecar=True):
        path = tmp_path / file_name(EVENT)
        sizes.append(path.stat().st_size if path.exists() else None)
    assert file_name(EVENT) == "2_20260302075959987.jpg"
    assert sizes[-1] == len(PICTURES.scene)
    assert (sizes[0] is None) is renamed
    assert json.loads((tmp_path / "2_20260302075959987.json").read_text("utf-8"))["plate"] == "湘A12345"


def test_a_still_camera_asks_for_a_login_and_streams():
    async def told():
        camera = StillCamera(lambda: PICTURES.scene, "viewer", "password")
        await camera.start()
        base = f"http://127.0.0.1:{camera.port}"
        try:
            async with httpx.AsyncClient(trust_env=False) as client:
                assert (await client.get(f"{base}/snapshot.jpg")).status_code == 401
                wrong = await client.get(f"{base}/snapshot.jpg", auth=httpx.DigestAuth("viewer", "guess"))
                assert wrong.status_code == 401
                login = httpx.DigestAuth("viewer", "password")
                assert (await client.get(f"{base}/snapshot.jpg", auth=login)).content == PICTURES.scene
                data = b""
                with contextlib.suppress(StopAsyncIteration):
                    async with client.stream("GET", f"{base}/stream.mjpg", auth=login) as answer:
                        async for chunk in answer.aiter_bytes():
                            data += chunk
                            if data.count(PICTURES.scene) == 2:
                                break
                assert data.startswith(b"--frame\r\n")
        finally:
            await camera.stop()

    asyncio.run(told())
