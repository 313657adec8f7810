import asyncio
import contextlib
import random
import time
from datetime import UTC, datetime
from io import BytesIO

import httpx
import numpy as np
import pytest
from PIL import Image

from firmware_sims.errors import SimulationError
from firmware_sims.faults import FaultBoard
from firmware_sims.fleet import draw_fleet
from firmware_sims.street import Street
from firmware_sims.video_camera import VideoCamera, VideoSettings
from tests.firmware_sims.rig import small_layout

VEHICLES = draw_fleet(small_layout(), 1, random.Random(1), "video")
AT_ZERO_S = VEHICLES[0].first_axle_sample / small_layout().rate_hz


@contextlib.asynccontextmanager
async def serving(now_s=lambda: 0.0):
    board = FaultBoard(time.monotonic, random.Random(3), {"camera": ("overview",)})
    street = Street(now_s, small_layout().rate_hz)
    street.begin(0, VEHICLES)
    camera = VideoCamera(VideoSettings("overview", fps=50), street, "s1 lane 1", board, lambda: datetime.now(UTC))
    port = await camera.start()
    try:
        async with httpx.AsyncClient(trust_env=False, base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
            yield camera, board, client
    finally:
        await camera.stop()


async def read_bytes(client, least):
    data = b""
    async with client.stream("GET", "/video.mjpeg") as answer:
        assert answer.headers["content-type"] == "multipart/x-mixed-replace; boundary=videoframe"
        with contextlib.suppress(httpx.RemoteProtocolError):
            async for chunk in answer.aiter_raw():
                data += chunk
                if len(data) > least:
                    break
    return data


def test_it_streams_pictures_with_their_length_and_time():
    async def told():
        async with serving() as (_, _, client):
            data = await read_bytes(client, 150_000)
            head, _, rest = data.partition(b"\r\n\r\n")
            length = int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])
            assert Image.open(BytesIO(rest[:length])).size == (960, 540)
            assert rest[length:].startswith(b"\r\n--videoframe\r\n")
            assert abs(float(head.split(b"X-Timestamp: ")[1].split(b"\r\n")[0]) - time.time()) < 30

    asyncio.run(told())


def test_a_still_shows_the_vehicle_only_while_it_is_there():
    async def told():
        at = [AT_ZERO_S]
        async with serving(lambda: at[0]) as (_, _, client):
            pictures = []
            for when_s in (AT_ZERO_S, AT_ZERO_S + 50):
                at[0] = when_s
                answer = await client.get("/still.jpg")
                pictures.append(np.asarray(Image.open(BytesIO(answer.content)), float)[40:])
            assert (np.abs(pictures[0] - pictures[1]).max(axis=2) > 40).mean() > 0.003
            assert (await client.get("/other")).status_code == 404

    asyncio.run(told())


def test_a_cut_stream_ends_in_mid_frame_and_garbage_is_no_frame():
    async def told():
        async with serving() as (camera, board, client):
            board.add("stream_cut", {})
            data = await read_bytes(client, 10**9)
            length = int(data.split(b"Content-Length: ")[1].split(b"\r\n")[0])
            assert len(data.partition(b"\r\n\r\n")[2]) == length // 2
            board.add("stream_garbage", {"times": "3"})
            garbage = await read_bytes(client, 200_000)
            assert camera.stats["garbage"] == 3
            assert not garbage.startswith(b"--videoframe")

    asyncio.run(told())


@pytest.mark.parametrize("text", ["", "fps=3", "name=o,fps=0", "name=o,port=70000", "name=o,zoom=2", "name=o,fps=fast"])
def test_wrong_settings_are_refused(text):
    with pytest.raises(SimulationError, match="video"):
        VideoSettings.parse(text)
