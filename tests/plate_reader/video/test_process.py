"""The real `wim-plates` between a real stream and whoever asks it for video: clip, overview, a stream killed mid-picture, garbage."""

import asyncio
import threading
import time

import httpx
import pytest

from contract.clips import read_clip
from contract.media import sha256_hex
from tests.plate_reader.line import PATIENCE_S, Edge, plates
from tests.plate_reader.pushes import push
from tests.plate_reader.video.streams import StreamingCamera, part, picture

SECOND = 1_000_000


def now_us():
    return time.time_ns() // 1_000


class Camera:
    """A streaming camera in a thread of its own; `mode` says what it sends: pictures, garbage, nothing, or it hangs up in mid-picture."""

    def __init__(self):
        self.mode, self.sent = "pictures", set()
        self._ready, self._stop = threading.Event(), None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    async def _run(self):
        self._stop = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        async with StreamingCamera(self._tell) as camera:
            self.url, self.camera = camera.url, camera
            self._ready.set()
            await self._stop.wait()

    async def _tell(self, send, connection):
        number = connection * 1_000
        while self.mode != "cut":
            number += 1
            if self.mode == "garbage":
                await send(bytes(range(256)) * 40)
            else:
                self.sent.add(sha256_hex(picture(number)))
                await send(part(picture(number)))
            await asyncio.sleep(0.05)
        await send(part(picture(1))[:200])
        self.mode = "pictures"

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(PATIENCE_S)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()


@pytest.fixture
def line(tmp_path):
    with Camera() as camera, Edge() as edge:
        options = ("--no-reading", "--video", f"name=overview,lanes=1,url={camera.url}")
        with plates(tmp_path, edge.port, *options) as running:
            wait(lambda: running.health()["video"]["overview"]["pictures"] > 3)
            yield camera, edge, running, tmp_path


def wait(holds):
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


def ask(running, path, wish):
    return httpx.post(running.url + path, json=wish, timeout=PATIENCE_S, trust_env=False)


def wish(from_us, until_us, seq=1):
    return {"seq": seq, "record_sha256": "a" * 64, "lane": 1, "from_us": from_us, "until_us": until_us}


def cut(running, wanted):
    answers = []

    def given():
        answers.append(ask(running, "/clips", wanted))
        return answers[-1].status_code != 202

    wait(given)
    assert answers[-1].status_code == 200, answers[-1].text
    return answers[-1].json(), len(answers)


def test_a_clip_and_an_overview_come_out_as_the_camera_sent_them(line):
    camera, _, running, folder = line
    begin = now_us()
    answer, asked = cut(running, wish(begin, begin + SECOND))
    assert asked > 1
    frames = read_clip((folder / "blobs" / answer["clip"][:2] / answer["clip"]).read_bytes(), "clip")
    assert len(frames) == answer["frames"] > 5
    assert {sha256_hex(frame.jpeg) for frame in frames} <= camera.sent
    assert all(begin <= frame.time_us <= begin + SECOND for frame in frames)
    still = ask(running, "/stills", {"lane": 1, "time_us": now_us()}).json()
    assert still["picture"] in camera.sent
    assert (folder / "blobs" / still["picture"][:2] / still["picture"]).is_file()
    assert ask(running, "/stills", {"lane": 2, "time_us": now_us()}).status_code == 404
    assert ask(running, "/clips", {"seq": 1}).status_code == 422
    assert ask(running, "/clips", wish(begin, begin) | {"more": "x" * 10_000}).status_code == 413


@pytest.mark.parametrize("mode", ["cut", "garbage"])
def test_a_stream_that_breaks_mid_clip_leaves_a_gap_that_is_said_while_reads_go_on(line, mode):
    camera, edge, running, folder = line
    begin = now_us()
    camera.mode = mode
    assert running.push(push(uuid="a")).status_code == 200
    assert edge.ids(1) == ["a"]
    fault = {"cut": "video-away", "garbage": "video-garbage"}[mode]
    wait(lambda: fault in running.faults())
    camera.mode = "pictures"
    seen = running.health()["video"]["overview"]["pictures"]
    wait(lambda: running.health()["video"]["overview"]["pictures"] > seen + 3)
    answer, _ = cut(running, wish(begin - 2 * SECOND, now_us()))
    assert read_clip((folder / "blobs" / answer["clip"][:2] / answer["clip"]).read_bytes(), "clip")
    assert mode == "cut" or "no pictures for" in answer["problem"]
    assert running.faults()[fault] == 1
