"""Our own reader behind the real process: beside the camera's word, in place of it, and never in the way of an acknowledgement."""

import os
import signal
import time
from pathlib import Path

import pytest

from firmware_sims.isapi_event import AnprEvent
from firmware_sims.picture_drop import drop
from firmware_sims.push_format import FORMATS
from firmware_sims.scene import take_pictures
from tests.plate_reader.line import Edge, plates
from tests.plate_reader.messages import BOUNDARY, seen
from tests.plate_reader.test_makes_live import folder_camera, settings_file

PLATE = "湘A12345"


@pytest.fixture(scope="module")
def pictures():
    return take_pictures(PLATE, "yellow", "semi5", "test", "seed")


def push_of(pictures, event):
    form = FORMATS["isapi"]
    return form.wrap(form.document(event, pictures, "", False), pictures, BOUNDARY)


def told(uuid, plate) -> AnprEvent:
    return seen(uuid=f"{uuid}-0000-4000-8000-000000000000", plate=plate, confidence=97)


def workers_of(pid):
    """Give the process ids of a process' children."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(path.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(path.parent.name))
        except (OSError, IndexError):
            continue
    return found


def test_both_readings_reach_the_edge_and_a_doubt_lowers_the_confidence(tmp_path, pictures):
    options = settings_file(tmp_path, {"name": "front", "protocol": "isapi"}, head="reading = {wait_s = 30}\n")
    with Edge() as edge, plates(tmp_path, edge.port, *options, "--reading") as running:
        for uuid, plate in (("00000001", PLATE), ("00000002", "湘A12845")):
            content_type, body = push_of(pictures, told(uuid, plate))
            assert running.push(body, content_type=content_type).status_code == 200
        same, other = (edge.taken.get(timeout=60) for _ in range(2))
        assert same["own_reading"]["text"] == PLATE
        assert (same["text"], same["confidence"]) == (PLATE, pytest.approx(max(0.97, same["own_reading"]["confidence"])))
        assert (other["camera_reading"]["text"], other["own_reading"]["text"]) == ("湘A12845", PLATE)
        assert other["confidence"] < 0.3
        workers = workers_of(running.process.pid)
        running.kill()
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        assert time.monotonic() < deadline, "the reading process outlived the receiver"
        time.sleep(0.05)


def test_a_picture_without_a_text_is_read_by_us(tmp_path, pictures):
    folder = tmp_path / "ftp"
    folder.mkdir()
    with Edge() as edge, plates(tmp_path, edge.port, *settings_file(tmp_path, folder_camera(folder)), "--reading") as running:
        for _ in drop(folder, seen(), pictures, renamed=True, sidecar=False):
            pass
        read = edge.taken.get(timeout=60)
        assert (read["text"], read["camera_reading"]) == (PLATE, None)
        assert read["confidence"] == read["own_reading"]["confidence"] > 0.5
        assert running.health()["reading"]["read"] == 1


def test_a_reader_that_is_stopped_delays_no_acknowledgement_and_the_read_goes_without(tmp_path, pictures):
    options = settings_file(tmp_path, {"name": "front", "protocol": "isapi"}, head="reading = {wait_s = 5}\n")
    with Edge() as edge, plates(tmp_path, edge.port, *options, "--reading") as running:
        content_type, body = push_of(pictures, told("00000001", PLATE))
        running.push(body, content_type=content_type)
        edge.taken.get(timeout=60)
        (worker,) = workers_of(running.process.pid)
        os.kill(worker, signal.SIGSTOP)
        content_type, body = push_of(pictures, told("00000002", PLATE))
        assert running.push(body, content_type=content_type).status_code == 200
        read = edge.taken.get(timeout=60)
        assert (read["text"], read["confidence"], read["own_reading"]) == (PLATE, 0.97, None)
        running.until(lambda h: h["reading"]["too_late"] == 1)
