import asyncio
import contextlib
import random
import re
import time
from datetime import UTC, datetime
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from firmware_sims import push_queue
from firmware_sims.camera import Camera, CameraSettings
from firmware_sims.errors import SimulationError
from firmware_sims.faults import FaultBoard
from firmware_sims.fleet import draw_fleet
from firmware_sims.plates import draw_trailer_plate
from firmware_sims.push_queue import WAITING_MAX, PushQueue
from firmware_sims.scene import take_pictures
from tests.firmware_sims.receiver import Receiver, event, parts, until
from tests.firmware_sims.rig import small_layout

SEEN = datetime(2026, 3, 2, 8, 0, 5, 123_000, UTC)
VEHICLE = draw_fleet(small_layout(), 1, random.Random(1), "camera")[0]


@pytest.fixture(autouse=True)
def short_retries(monkeypatch):
    monkeypatch.setattr(push_queue, "RETRY_S", (0.05, 0.1))


@contextlib.asynccontextmanager
async def camera_at(receiver, **settings):
    board = FaultBoard(time.monotonic, random.Random(3), {"camera": ("front",)})
    queue = PushQueue(f"http://127.0.0.1:{receiver.port}/isapi/{{camera}}", "front", "s1 lane 1", board, time.monotonic)
    camera = Camera(
        settings=CameraSettings("front", **{"delay_ms": 0, **settings}),
        channel=1,
        lane=1,
        queue=queue,
        faults=board,
        rng=random.Random(4),
        wall_s=time.monotonic,
    )
    task = camera.start()
    try:
        yield camera, board
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def story(tell, answers=(), **settings):
    receiver = Receiver(answers)

    async def told():
        async with camera_at(receiver, **settings) as (camera, board):
            await tell(camera, board, receiver)

    try:
        asyncio.run(told())
    finally:
        receiver.close()


def test_a_push_holds_event_and_pictures():
    async def tell(camera, board, receiver):
        camera.see(VEHICLE, SEEN)
        await receiver.wait_for(1)
        path, content_type, body, _ = receiver.pushes[0]
        assert path == "/isapi/front"
        assert content_type.startswith("multipart/form-data; boundary=")
        found = parts(content_type, body)
        assert list(found) == ["anpr.xml", "licensePlatePicture.jpg", "detectionPicture.jpg"]
        assert Image.open(BytesIO(found["detectionPicture.jpg"])).size == (1280, 720)
        assert len(found["detectionPicture.jpg"]) < 200_000
        text = event(content_type, body)
        assert text("ANPR/licensePlate") == VEHICLE.plate
        assert text("ANPR/plateColor") == VEHICLE.plate_color
        assert text("eventType") == "ANPR"
        assert text("dateTime") == "2026-03-02T16:00:05+08:00"
        assert text("ANPR/pictureInfoList/pictureInfo/absTime") == "20260302160005123"
        assert text("channelName") == "front"
        assert re.fullmatch(r"[0-9a-f-]{36}", text("UUID"))
        assert text("isDataRetransmission") == "false"
        assert 0 <= int(text("ANPR/confidenceLevel")) <= 100
        assert len(text("ANPR/plateCharBelieve").split(",")) == len(VEHICLE.plate)

    story(tell)


def test_its_clock_is_off_by_the_offset_and_jumps():
    async def tell(camera, board, receiver):
        camera.see(VEHICLE, SEEN)
        board.add("clock_jump", {"ms": "-60000"})
        camera.see(VEHICLE, SEEN)
        camera.see(VEHICLE, SEEN)
        await receiver.wait_for(3)
        stamps = [event(t, b)("ANPR/pictureInfoList/pictureInfo/absTime") for _, t, b, _ in receiver.pushes]
        assert stamps == ["20260302160005373", "20260302155905373", "20260302155905373"]

    story(tell, offset_ms=250)


def test_it_waits_its_delay():
    async def tell(camera, board, receiver):
        begun = time.monotonic()
        camera.see(VEHICLE, SEEN)
        await receiver.wait_for(1)
        assert time.monotonic() - begun >= 0.3

    story(tell, delay_ms=300)


def test_what_was_not_taken_comes_again_marked_with_the_same_id():
    async def tell(camera, board, receiver):
        camera.see(VEHICLE, SEEN)
        await receiver.wait_for(3)
        texts = [event(t, b) for _, t, b, _ in receiver.pushes]
        assert [text("isDataRetransmission") for text in texts] == ["false", "true", "true"]
        assert len({text("UUID") for text in texts}) == 1
        await asyncio.sleep(0.3)
        assert len(receiver.pushes) == 3
        assert camera.queue.stats["retries"] == 2

    story(tell, answers=[503, 500])


def test_what_was_refused_is_forgotten():
    async def tell(camera, board, receiver):
        camera.see(VEHICLE, SEEN)
        await receiver.wait_for(1)
        camera.see(VEHICLE, SEEN)
        await receiver.wait_for(2)
        first, second = (event(t, b)("UUID") for _, t, b, _ in receiver.pushes)
        assert first != second
        await until(lambda: not len(camera.queue))
        assert (camera.queue.stats["refused"], camera.queue.stats["pushed"]) == (1, 1)

    story(tell, answers=[400])


def test_a_receiver_that_is_down_gets_everything_when_it_is_back():
    async def told():
        first = Receiver()
        port = first.port
        first.close()
        down = type("Down", (), {"port": port})
        async with camera_at(down) as (camera, _):
            for _ in range(3):
                camera.see(VEHICLE, SEEN)
            await until(lambda: camera.queue.stats["retries"] >= 1)
            assert len(camera.queue) == 3
            back = Receiver()
            camera.queue.url = f"http://127.0.0.1:{back.port}/isapi/front"
            try:
                await back.wait_for(3)
            finally:
                back.close()

    asyncio.run(told())


def test_a_full_queue_drops_the_oldest_and_counts():
    async def told():
        board = FaultBoard(time.monotonic, random.Random(), {})
        queue = PushQueue("http://127.0.0.1:9/", "front", "", board, time.monotonic)
        for k in range(WAITING_MAX + 5):
            queue.put(None, str(k), 0.0)
        assert (len(queue), queue.stats["dropped"]) == (WAITING_MAX, 5)

    asyncio.run(told())


def test_a_dead_camera_sees_nothing():
    async def tell(camera, board, receiver):
        board.add("dead_camera", {"times": "1"})
        camera.see(VEHICLE, SEEN)
        camera.see(VEHICLE, SEEN)
        await receiver.wait_for(1)
        assert camera.stats == {"seen": 1, "blind": 1}

    story(tell)


def test_damaged_pushes():
    async def tell(camera, board, receiver):
        for count, (fault, more) in enumerate(
            [("malformed_push", {}), ("oversize_push", {"mb": "2"}), ("garbled_push", {}), ("misread", {})], start=1
        ):
            board.add(fault, {"times": "1", **more})
            camera.see(VEHICLE, SEEN)
            await receiver.wait_for(count)
        malformed, oversize, garbled, misread = receiver.pushes
        xml = parts(*malformed[1:3])["anpr.xml"]
        assert b"<EventNotificationAlert" in xml
        assert b"</EventNotificationAlert>" not in xml
        assert len(oversize[2]) > 2_000_000
        assert not parts(*garbled[1:3])
        read = event(*misread[1:3])("ANPR/licensePlate")
        assert sum(a != b for a, b in zip(read, VEHICLE.plate, strict=True)) == 1

    story(tell)


def test_a_duplicate_has_the_same_id():
    async def tell(camera, board, receiver):
        board.add("duplicate_push", {"times": "1"})
        camera.see(VEHICLE, SEEN)
        await receiver.wait_for(2)
        assert len({event(t, b)("UUID") for _, t, b, _ in receiver.pushes}) == 1

    story(tell)


def test_a_half_push_is_followed_by_a_whole_one():
    async def tell(camera, board, receiver):
        board.add("half_push", {"times": "1"})
        camera.see(VEHICLE, SEEN)
        await receiver.wait_for(2)
        (_, _, half, announced), (_, content_type, whole, _) = receiver.pushes
        assert len(half) == announced // 2
        assert event(content_type, whole)("isDataRetransmission") == "true"

    story(tell)


@pytest.mark.parametrize("text", ["position_m=3", "name=front,tilt=3", "name=front,offset_ms=soon", "name=front,delay_ms=-1", ""])
def test_wrong_camera_settings_are_refused(text):
    with pytest.raises(SimulationError, match="camera"):
        CameraSettings.parse(text)


def test_camera_settings_are_read():
    parsed = CameraSettings.parse("name=front,position_m=-12,offset_ms=150")
    assert parsed == CameraSettings("front", position_m=-12.0, offset_ms=150.0, delay_ms=300.0)


@pytest.mark.parametrize(("kind", "color"), [("semi6", "yellow"), ("car", "green"), ("van", "blue")])
def test_the_plate_is_where_the_event_says(kind, color):
    pictures = take_pictures("湘AD12345" if color == "green" else "湘A12345", color, kind, "imprint", "7")
    scene = Image.open(BytesIO(pictures.scene))
    left, top, width, height = pictures.plate_rect
    box = (left * 1.28, top * 0.72, (left + width) * 1.28, (top + height) * 0.72)
    pixels = np.asarray(scene.crop(tuple(map(round, box))), float)
    expected = {"yellow": (245, 180, 20), "green": (120, 205, 150), "blue": (10, 60, 160)}[color]
    like = np.abs(pixels - expected).max(axis=2) < 60
    assert like.mean() > 0.4


def test_a_rear_camera_reads_the_trailers_plate_when_the_rear_is_there():
    async def tell(camera, board, receiver):
        semi = next(one for one in draw_fleet(small_layout(), 60, random.Random(2), "rear") if one.kind.startswith("semi"))
        camera.see(semi, SEEN)
        await receiver.wait_for(1)
        text = event(*receiver.pushes[0][1:3])
        assert text("ANPR/licensePlate") == draw_trailer_plate(semi.plate)
        assert text("ANPR/licensePlate").endswith("挂")
        assert text("ANPR/direction") == "reverse"
        at_zero = camera.sample_of(semi, 1000.0) - semi.first_axle_sample
        assert at_zero == round(semi.length_m / (semi.speed_kmh / 3.6) * 1000)

    story(tell, facing="rear")


def test_a_late_event_is_overtaken_and_a_double_one_has_two_ids():
    async def tell(camera, board, receiver):
        board.add("late_push", {"s": "0.5", "times": "1"})
        camera.see(VEHICLE, SEEN)
        board.add("double_event", {"times": "1", "ms": "80"})
        camera.see(VEHICLE, SEEN.replace(second=9))
        await receiver.wait_for(3)
        texts = [event(t, b) for _, t, b, _ in receiver.pushes]
        assert [text("ANPR/pictureInfoList/pictureInfo/absTime")[-5:] for text in texts] == ["09123", "09203", "05123"]
        assert len({text("UUID") for text in texts}) == 3

    story(tell)


def test_hidden_missed_and_changed_lane():
    async def tell(camera, board, receiver):
        board.add("missed_vehicle", {"times": "1"})
        camera.see(VEHICLE, SEEN)
        board.add("tailgated", {"times": "1"})
        camera.see(VEHICLE, SEEN)
        board.add("lane_change", {"times": "1", "lanes": "1"})
        camera.see(VEHICLE, SEEN)
        await receiver.wait_for(2)
        hidden, beside = (event(t, b) for _, t, b, _ in receiver.pushes)
        assert (hidden("ANPR/licensePlate"), hidden("ANPR/confidenceLevel")) == ("无车牌", "0")
        assert (beside("ANPR/licensePlate"), beside("ANPR/line")) == (VEHICLE.plate, "2")
        assert camera.stats == {"seen": 2, "blind": 1}

    story(tell)


def test_a_drifting_clock_keeps_what_it_gained():
    now = [0.0]
    board = FaultBoard(lambda: now[0], random.Random(3), {"camera": ("front",)})
    seen = []
    camera = Camera(
        settings=CameraSettings("front"), channel=1, lane=1, queue=None, faults=board, rng=random.Random(4), wall_s=lambda: now[0]
    )
    camera.queue = type("Queue", (), {"put": lambda self, event, sight, due_s: seen.append(event.time)})()
    board.add("clock_drift", {"ppm": "1000", "for_s": "150"})
    for now[0] in (0.0, 100.0, 200.0, 300.0):
        camera.see(VEHICLE, SEEN)
    assert [(time - SEEN).total_seconds() for time in seen] == [0.0, 0.1, 0.1, 0.1]
