"""Simulated cameras of every make against the real process, over real HTTP: login, resends, keep-alives, folders, stills."""

import asyncio
import hashlib
import json
import random
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from edge.plate_trigger import PlateTrigger
from firmware_sims import push_queue
from firmware_sims.faults import FaultBoard
from firmware_sims.picture_drop import drop, file_name
from firmware_sims.push_format import FORMATS, format_named
from firmware_sims.push_queue import PushQueue
from firmware_sims.scene import sight_of
from firmware_sims.still_camera import StillCamera
from plate_reader.brake import WINDOW_S, WRONG_MAX
from tests.plate_reader.line import Edge, plates
from tests.plate_reader.messages import PICTURES, good, seen
from tests.plate_reader.pushes import SCENE, jpeg

SECRET = "s3cret-words"


@pytest.fixture(autouse=True)
def short_retries(monkeypatch):
    monkeypatch.setattr(push_queue, "RETRY_S", (0.05,))


def settings_file(folder, *cameras, secrets=None, head=""):
    """Write a settings file and its secrets; give the options that name them."""
    text = head
    if secrets is not None:
        path = folder / "secrets.toml"
        path.write_text("".join(f'{name} = "{secret}"\n' for name, secret in secrets.items()))
        path.chmod(0o600)
        text += f'secrets = "{path}"\n'
    for camera in cameras:
        tables = {key: value for key, value in camera.items() if isinstance(value, dict)}
        text += "[[camera]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in camera.items() if key not in tables)
        for name, table in tables.items():
            text += f"[camera.{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())
    file = folder / "plates.toml"
    file.write_text(text)
    return "--settings", str(file)


def push_all(running, make, events, *, auth=None, keep_alive_s=20.0, until=None):
    """Let one simulated camera push these events until its queue is empty, or until a condition holds; give its counters."""

    async def told():
        board = FaultBoard(time.monotonic, random.Random(1), {})
        url = f"{running.url}/{make}/{{camera}}"
        queue = PushQueue(url, "front", "test", board, time.monotonic, push_format=format_named(make), auth=auth, keep_alive_s=keep_alive_s)
        for event in events:
            queue.put(event, sight_of(event.plate, event.plate_color, event.kind, event.plate), 0.0)
        serving = asyncio.create_task(queue.serve())
        deadline = time.monotonic() + 20
        while not (until() if until is not None else not len(queue)):
            assert time.monotonic() < deadline, queue.stats
            await asyncio.sleep(0.01)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        return queue.stats

    return asyncio.run(told())


@pytest.fixture
def no_second_stage(monkeypatch):
    """A car that is told once more five seconds later would only make the test wait."""
    for name, form in FORMATS.items():
        monkeypatch.setitem(FORMATS, name, type(form)(**{**vars(form), "stages": tuple((stage, 0.0) for stage, _ in form.stages)}))


@pytest.mark.usefixtures("no_second_stage")
@pytest.mark.parametrize("make", list(FORMATS))
def test_each_make_logs_in_by_digest_and_its_read_reaches_the_edge_once(tmp_path, make):
    camera = {"name": "front", "protocol": make, "login": "digest", "user": "camera", "addresses": ["127.0.0.1"]}
    with Edge() as edge, plates(tmp_path, edge.port, *settings_file(tmp_path, camera, secrets={"front": SECRET})) as running:
        stats = push_all(running, make, [seen()], auth=httpx.DigestAuth("camera", SECRET))
        read = edge.taken.get(timeout=20)
        assert (read["text"], read["camera"], read["camera_reading"]["text"]) == ("湘A12345", "front", "湘A12345")
        stages = len(FORMATS[make].stages)
        assert stats["pushed"] == stages
        counts = running.until(lambda h: h["edge"]["delivered"] == 1)["cameras"]["front"]["counts"]
        assert counts["read"] == 1
        assert counts.get("resend", 0) == stages - 1
        assert edge.taken.empty()


def test_a_wrong_password_is_counted_and_nothing_is_taken(tmp_path):
    camera = {"name": "front", "protocol": "isapi", "login": "digest", "user": "camera"}
    with Edge() as edge, plates(tmp_path, edge.port, *settings_file(tmp_path, camera, secrets={"front": SECRET})) as running:
        push_all(
            running, "isapi", [seen()], auth=httpx.DigestAuth("camera", "guessed-words"), until=lambda: "push-login" in running.faults()
        )
        assert running.health()["spool"]["waiting"] == 0
        assert running.push(b"", camera="front").status_code == 401
        assert edge.taken.empty()


def test_who_guesses_is_braked_and_a_stranger_learns_no_name(tmp_path):
    camera = {"name": "front", "protocol": "axis", "login": "token"}
    with Edge() as edge, plates(tmp_path, edge.port, *settings_file(tmp_path, camera, secrets={"front": SECRET})) as running:
        message = good("axis")

        def post(name, token):
            headers = {"Content-Type": message.content_type, "Authorization": f"Token {token}"}
            return httpx.post(f"{running.url}/axis/{name}", content=message.body, headers=headers, trust_env=False)

        assert {post("front", f"guess-{number}").status_code for number in range(WRONG_MAX)} == {401}
        braked = post("front", SECRET)
        assert (braked.status_code, 0 < int(braked.headers["retry-after"]) <= WINDOW_S) == (429, True)
        assert running.health()["cameras"]["front"]["counts"]["login-braked"] == 1
        assert edge.taken.empty()
        stranger = post("side", "x")
        assert stranger.status_code == 404
        assert "front" not in stranger.text


def test_a_token_and_an_address_that_is_not_allowed(tmp_path):
    cameras = [
        {"name": "front", "protocol": "axis", "login": "token"},
        {"name": "rear", "protocol": "axis", "addresses": ["192.0.2.0/24"]},
    ]
    with Edge() as edge, plates(tmp_path, edge.port, *settings_file(tmp_path, *cameras, secrets={"front": SECRET})) as running:
        message = good("axis")

        def post(camera, **headers):
            headers |= {"Content-Type": message.content_type}
            return httpx.post(f"{running.url}/axis/{camera}", content=message.body, headers=headers, trust_env=False).status_code

        assert post("rear") == 403
        assert post("front", Authorization="Token guessed") == 401
        assert post("front", Authorization=f"Token {SECRET}") == 200
        assert edge.ids(1)
        assert httpx.post(f"{running.url}/isapi/front", content=b"", trust_env=False).status_code == 404
        assert running.faults() == {"push-address": 1, "push-login": 1, "push-no-camera": 1}


def test_a_dahua_camera_that_keeps_its_path_is_known_by_its_address(tmp_path):
    cameras = [{"name": "front", "protocol": "dahua", "addresses": ["127.0.0.1"]}, {"name": "side", "protocol": "dahua"}]
    message = good("dahua")

    def post(running):
        headers = {"Content-Type": message.content_type}
        return httpx.post(f"{running.url}/{message.path}", content=message.body, headers=headers, trust_env=False)

    with Edge() as edge, plates(tmp_path, edge.port, *settings_file(tmp_path, *cameras)) as running:
        assert post(running).json()["result"] == "true"
        assert edge.taken.get(timeout=20)["camera"] == "front"
    cameras[1]["addresses"] = ["127.0.0.0/8"]
    with Edge() as edge, plates(tmp_path, edge.port, *settings_file(tmp_path, *cameras)) as running:
        assert post(running).status_code == 404
        assert running.faults() == {"push-no-camera": 1}


def test_dahua_sends_again_until_the_reply_is_right(tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text("import plate_reader.spool as s\ns.Spool.__init__.__defaults__ = (1, 1_000_000)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Edge() as edge, plates(tmp_path, edge.port, "--camera", "front") as running:
        edge.status = 503
        events = [seen(), seen(plate="湘B00001")]

        def edge_back():
            if running.health()["cameras"].get("front", {}).get("counts", {}).get("put-off", 0) >= 2:
                edge.status = 201
            return edge.taken.qsize() == 2

        stats = push_all(running, "dahua", events, until=edge_back)
        assert stats["retries"] >= 2
        assert {edge.taken.get()["text"] for _ in range(2)} == {"湘A12345", "湘B00001"}


def test_what_dahua_can_never_say_rightly_is_let_go_after_a_while(tmp_path):
    with Edge() as edge, plates(tmp_path, edge.port) as running:
        message = good("dahua")

        def post(body):
            url = f"{running.url}/dahua/front/{message.path}"
            return httpx.post(url, content=body, headers={"Content-Type": message.content_type}, trust_env=False)

        answers = [post(message.body[:-5]) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [400, 400, 400, 200]
        assert [answer.json()["result"] for answer in answers] == ["false", "false", "false", "true"]
        assert running.faults() == {"json-malformed": 3, "push-given-up": 1}
        assert post(message.body).json()["result"] == "true"
        assert edge.ids(1)


def test_a_camera_that_falls_silent_is_named_and_its_keep_alive_brings_it_back(tmp_path):
    camera = {"name": "front", "protocol": "dahua", "silent_s": 0.5}
    with Edge() as edge, plates(tmp_path, edge.port, *settings_file(tmp_path, camera)) as running:
        running.until(lambda h: h["cameras"]["front"]["silent"])
        assert running.faults() == {"camera-silent": 1}
        push_all(running, "dahua", [], keep_alive_s=0.1, until=lambda: not running.health()["cameras"]["front"]["silent"])
        assert running.health()["cameras"]["front"]["counts"]["keep-alive"] >= 1


def test_a_clock_that_is_off_by_a_time_zone_is_named(tmp_path):
    camera = {"name": "front", "protocol": "dahua", "zone": "+07:00"}
    now = datetime.now(UTC)
    with Edge() as edge, plates(tmp_path, edge.port, *settings_file(tmp_path, camera)) as running:
        push_all(running, "dahua", [seen(time=now + timedelta(milliseconds=k)) for k in range(3)])
        running.until(lambda h: h["faults"])
        (fault,) = running.health()["latest_faults"]
        assert fault["code"] == "camera-time-zone"
        assert "+1 h" in fault["what"]
        assert running.health()["cameras"]["front"]["clock_behind_us"] == pytest.approx(-3_600e6, abs=60e6)


FOLDER = {"name": "front", "protocol": "folder", "zone": "+08:00"}


def folder_camera(path, **more):
    table = {"path": str(path), "pattern": "{lane}_{time}.jpg", "settle_s": 0.3, **more}
    return {**FOLDER, "folder": table}


@pytest.mark.parametrize("renamed", [True, False])
def test_a_picture_is_taken_from_a_folder_when_it_is_whole_and_then_removed(tmp_path, renamed):
    pictures = tmp_path / "ftp"
    pictures.mkdir()
    camera = folder_camera(pictures, sidecar=".json", sidecar_s=10.0)
    with Edge() as edge, plates(tmp_path, edge.port, *settings_file(tmp_path, camera)) as running:
        for _ in drop(pictures, seen(), PICTURES, renamed=renamed, sidecar=True):
            assert edge.taken.empty()
            time.sleep(0.05)  # as slow as a radio link: the folder is looked into meanwhile
        read = edge.taken.get(timeout=20)
        assert (read["text"], read["camera_lane"], read["event_id"]) == ("湘A12345", 2, file_name(seen()))
        assert read["time_us"] == 1_772_409_599_987_000
        sha256 = read["scene_picture"]
        assert (tmp_path / "blobs" / sha256[:2] / sha256).read_bytes() == SCENE
        running.until(lambda _: not list(pictures.glob("*.j*")))


def test_files_that_are_no_pictures_are_put_aside_and_links_left_alone(tmp_path):
    pictures = tmp_path / "ftp"
    pictures.mkdir()
    (pictures / "1_20260302160005123.jpg").write_bytes(b"GIF89a")
    (pictures / "1_20261302160005123.jpg").write_bytes(SCENE)
    (pictures / "1_20260302160006123.jpg").symlink_to("/etc/hostname")
    (pictures / "notes.txt").write_text("left alone")
    (pictures / "2_20260302160007000.jpg").write_bytes(SCENE)
    with Edge() as edge, plates(tmp_path, edge.port, *settings_file(tmp_path, folder_camera(pictures, keep=True))) as running:
        assert edge.ids(1) == ["2_20260302160007000.jpg"]
        running.until(lambda h: h["cameras"]["front"]["counts"].get("refused") == 2)
        assert running.faults() == {"picture-not-jpeg": 1, "event-time": 1}
    assert sorted(path.name for path in (pictures / "refused").iterdir()) == ["1_20260302160005123.jpg", "1_20261302160005123.jpg"]
    assert [path.name for path in (pictures / "taken").iterdir()] == ["2_20260302160007000.jpg"]
    assert (pictures / "notes.txt").exists()
    assert (pictures / "1_20260302160006123.jpg").is_symlink()


@pytest.mark.parametrize("stream", [False, True])
def test_a_still_is_fetched_when_the_edge_has_a_vehicle(tmp_path, stream):
    async def told():
        picture = jpeg(640, 360)
        source = StillCamera(lambda: picture, "viewer", SECRET)
        await source.start()
        address = f"http://127.0.0.1:{source.port}/{'stream.mjpg' if stream else 'snapshot.jpg'}"
        still = {"url": address, "lane": 2, "stream": stream}
        camera = {"name": "over", "protocol": "still", "login": "digest", "user": "viewer", "still": still}
        try:
            await asyncio.to_thread(vehicle_passes, settings_file(tmp_path, camera, secrets={"over": SECRET}), picture)
        finally:
            await source.stop()

    def vehicle_passes(options, picture):
        with Edge() as edge, plates(tmp_path, edge.port, *options) as running:

            def trigger(**given):
                return httpx.post(f"{running.url}/trigger", json=given, trust_env=False)

            assert trigger(lane=1, time_us=1).json() == {"cameras": 0}
            before_us = time.time_ns() // 1_000
            assert trigger(lane=2, time_us=before_us).json() == {"cameras": 1}
            read = edge.taken.get(timeout=20)
            assert (read["camera"], read["text"], read["camera_lane"], read["camera_reading"]) == ("over", "", 2, None)
            assert before_us <= read["time_us"] <= time.time_ns() // 1_000
            sha256 = read["scene_picture"]
            assert (tmp_path / "blobs" / sha256[:2] / sha256).read_bytes() == picture
            edge_tells(running.url, edge, picture)
            assert trigger(lane="x", time_us=1).status_code == 422
            assert httpx.post(f"{running.url}/trigger", content=b"x" * 5_000, trust_env=False).status_code == 413

    def edge_tells(url, edge, picture):
        """The edge's own thread tells the same process, and the picture reaches the edge's door as that of this lane."""
        faults = []
        teller = PlateTrigger(url, lambda: time.time_ns() // 1_000, faults.append)
        teller.start()
        now_us = time.time_ns() // 1_000
        teller.passed(2, [("2-1", now_us)])
        read = edge.taken.get(timeout=20)
        teller.stop()
        assert faults == []
        assert (read["camera_lane"], read["time_us"] >= now_us) == (2, True)
        assert read["scene_picture"] == hashlib.sha256(picture).hexdigest()

    asyncio.run(told())


def test_a_camera_that_gives_no_still_is_named(tmp_path):
    camera = {"name": "over", "protocol": "still", "still": {"url": "http://127.0.0.1:9/snapshot.jpg", "lane": 1, "timeout_s": 0.5}}
    with Edge() as edge, plates(tmp_path, edge.port, *settings_file(tmp_path, camera)) as running:
        httpx.post(f"{running.url}/trigger", json={"lane": 1, "time_us": 5}, trust_env=False)
        running.until(lambda h: h["faults"])
        assert running.faults() == {"still-failed": 1}
