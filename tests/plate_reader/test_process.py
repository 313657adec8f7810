import os
import random
import socket
import subprocess
import sys
import threading

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from contract.media import sha256_hex
from contract.plates import PlateRead
from plate_reader.settings import BODY_MAX_BYTES
from tests.plate_reader.line import Edge, Plates, plates
from tests.plate_reader.pushes import PLATE, SCENE, push


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def resident_kb(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def test_a_push_reaches_the_edge_and_its_pictures_the_shared_folder(tmp_path):
    with Edge() as edge, plates(tmp_path, edge.port) as running:
        assert running.push(push(uuid="a")).status_code == 200
        read = PlateRead.model_validate(edge.taken.get(timeout=20))
        assert (read.camera, read.event_id, read.text) == ("front", "a", "湘A12345")
        for picture, sha256 in ((PLATE, read.plate_picture), (SCENE, read.scene_picture)):
            assert sha256 == sha256_hex(picture)
            assert (tmp_path / "blobs" / sha256[:2] / sha256).read_bytes() == picture
        health = running.until(lambda h: h["edge"]["delivered"] == 1)
        assert health["spool"] == {"waiting": 0, "bytes": 0, "refused": 0}
        assert health["cameras"]["front"]["last_event_us"] == read.time_us
        assert health["cameras"]["front"]["counts"] == {"read": 1}
        assert health["faults"] == []


def test_a_resend_is_acknowledged_and_not_delivered_again(tmp_path):
    with Edge() as edge, plates(tmp_path, edge.port) as running:
        for uuid in ("a", "a", "b"):
            assert running.push(push(uuid=uuid)).status_code == 200
        assert [edge.taken.get(timeout=20)["event_id"] for _ in range(2)] == ["a", "b"]
        assert running.health()["cameras"]["front"]["counts"] == {"read": 2, "resend": 1}


def test_reads_wait_for_an_edge_that_is_away_and_come_by_time(tmp_path):
    port = free_port()
    with plates(tmp_path, port) as running:
        for second in (5, 3, 4):
            running.push(push(uuid=f"s{second}", abs_time=f"2026030216000{second}000"))
        running.until(lambda h: h["edge"]["reachable"] is False)
        assert running.health()["spool"]["waiting"] == 3
        with Edge(port) as edge:
            assert edge.ids(3) == ["s3", "s4", "s5"]
        assert running.faults() == {"edge-away": 1}


def test_an_edge_that_fails_is_asked_again_and_what_it_refuses_is_kept_apart(tmp_path):
    with Edge() as edge, plates(tmp_path, edge.port) as running:
        edge.status = 503
        running.push(push(uuid="a"))
        running.until(lambda h: h["edge"]["reachable"] is False)
        assert running.health()["spool"]["waiting"] == 1
        edge.status = 422
        running.until(lambda h: h["spool"] == {"waiting": 0, "bytes": 0, "refused": 1})
        edge.status = 201
        running.push(push(uuid="b"))
        assert edge.ids(1) == ["b"]
        assert running.faults() == {"edge-away": 1, "read-refused": 1}
    (kept,) = (tmp_path / "spool" / "refused").iterdir()
    assert "422: the edge" in kept.read_text()


@pytest.mark.parametrize(
    ("body", "camera", "status", "code"),
    [
        (push(xml=b"<a"), "front", 400, "xml-malformed"),
        (push(scene=b"GIF89a"), "front", 400, "picture-not-jpeg"),
        (b"\x00" * 1_000, "front", 400, "push-malformed"),
        (push(), "side", 404, "push-no-camera"),
        (push(), "..%2F..%2Fetc", 404, None),
        (b"x" * (BODY_MAX_BYTES + 1), "front", 413, "push-too-large"),
        ((b"x" * 65_536 for _ in range(80)), "front", 413, "push-too-large"),
    ],
    ids=["xml", "picture", "noise", "camera", "path", "oversize", "oversize-chunked"],
)
def test_one_clear_counted_logged_fault_and_the_next_push_is_taken(tmp_path, body, camera, status, code):
    with Edge() as edge, plates(tmp_path, edge.port, "--camera", "front", "--camera", "rear") as running:
        answer = running.push(body, camera)
        assert answer.status_code == status
        if code is not None:
            assert running.faults() == {code: 1}
            assert sum(f'"event": "{code}"' in line for line in running.lines) == 1
            assert ": " in answer.text
        assert running.push(push(uuid="next")).status_code == 200
        assert edge.ids(1) == ["next"]


def test_a_camera_that_hangs_up_is_one_fault(tmp_path):
    with Edge() as edge, plates(tmp_path, edge.port) as running:
        whole = push(uuid="a")
        running.push_part(whole[:500], len(whole))
        running.until(lambda h: h["faults"])
        assert running.faults() == {"push-cut": 1}
        assert running.push(whole).status_code == 200
        assert edge.ids(1) == ["a"]


def test_a_full_spool_puts_the_camera_off(tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text("import plate_reader.spool as s\ns.Spool.__init__.__defaults__ = (2, 1_000_000)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    port = free_port()
    with plates(tmp_path, port) as running:
        assert [running.push(push(uuid=uuid)).status_code for uuid in "abc"] == [200, 200, 503]
        assert running.faults()["spool-full"] == 1
        with Edge(port) as edge:
            edge.ids(2)
            running.until(lambda h: h["spool"]["waiting"] == 0)
            assert running.push(push(uuid="c")).status_code == 200
            assert edge.ids(1) == ["c"]


@settings(max_examples=3, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_killed_at_any_moment_it_loses_no_acknowledged_read(tmp_path_factory, rng: random.Random):
    folder = tmp_path_factory.mktemp("killed")
    acknowledged = set()
    with Edge() as edge:
        for run in range(4):
            edge.status = rng.choice([201, 503])
            running = Plates(folder, edge.port)
            killer = threading.Timer(rng.uniform(0, 0.3), running.process.kill)
            number = 0
            while running.process.poll() is None:
                uuid = f"{run}-{number}"
                if number == 1:
                    killer.start()
                number += 1
                try:
                    answer = running.push(push(uuid=uuid))
                except httpx.TransportError:  # what killing the process does to the connection
                    continue
                if answer.status_code == 200:
                    acknowledged.add(uuid)
            killer.join()
            running.kill()
        edge.status = 201
        with plates(folder, edge.port) as running:
            running.until(lambda h: h["spool"]["waiting"] == 0)
            assert running.health()["spool"]["refused"] == 0
        delivered = set()
        while not edge.taken.empty():
            read = edge.taken.get()
            delivered.add(read["event_id"])
            sha256 = read["scene_picture"]
            assert (folder / "blobs" / sha256[:2] / sha256).read_bytes() == SCENE
    assert len(acknowledged) >= 4
    assert acknowledged <= delivered


def test_a_flood_of_bad_pushes_leaves_memory_bounded_and_good_ones_through(tmp_path):
    with Edge() as edge, plates(tmp_path, edge.port) as running:
        bad = [
            push(xml=b"<a>" * 50_000),
            b"\xff" * BODY_MAX_BYTES,
            push()[:-500],
            b"x" * (BODY_MAX_BYTES + 1),
            push(scene=b"\xff\xd8\xff" * 9),
        ]
        for body in bad * 4:
            running.push(body)
        before_kb = resident_kb(running.process.pid)
        for body in bad * 12:
            assert 400 <= running.push(body).status_code < 500
        assert resident_kb(running.process.pid) - before_kb < 32 * 1024
        assert sum(running.faults().values()) == 16 * len(bad)
        assert running.push(push(uuid="good")).status_code == 200
        assert edge.ids(1) == ["good"]


def test_it_ends_cleanly_on_sigterm_and_says_why_it_cannot_start(tmp_path):
    with Edge() as edge:
        running = Plates(tmp_path, edge.port)
        taken = running.url.removeprefix("http://")
        command = [sys.executable, "-m", "plate_reader", "run", "--listen", taken, "--edge-url", "http://127.0.0.1:1"]
        command += ["--spool", str(tmp_path / "s"), "--blobs", str(tmp_path / "b")]
        second = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        assert second.returncode == 1
        assert f"{taken}: cannot be listened on" in second.stderr
        assert running.stop() == 0
        assert any('"event": "ended"' in line for line in running.lines)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"--listen": "nowhere"}, "is no HOST:PORT"),
        ({"--listen": "127.0.0.1:99999"}, "is no HOST:PORT"),
        ({"--edge-url": "ftp://x"}, "is no address"),
    ],
)
def test_wrong_options_are_refused_with_what_is_allowed(tmp_path, change, says):
    options = {
        "--listen": "127.0.0.1:0",
        "--edge-url": "http://127.0.0.1:1",
        "--spool": str(tmp_path / "s"),
        "--blobs": str(tmp_path / "b"),
    } | change
    command = [sys.executable, "-m", "plate_reader", "run", *(word for pair in options.items() for word in pair)]
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1"}
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, env=environment)
    assert ended.returncode == 2
    assert says in ended.stderr


def test_a_folder_that_cannot_be_used_stops_it_with_its_name(tmp_path):
    (tmp_path / "spool").write_text("a file, no folder")
    command = [sys.executable, "-m", "plate_reader", "run", "--listen", "127.0.0.1:0", "--edge-url", "http://127.0.0.1:1"]
    command += ["--spool", str(tmp_path / "spool"), "--blobs", str(tmp_path / "b")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 1
    assert "spool" in ended.stderr
    assert "Traceback" not in ended.stderr
