import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import structlog
from pymodbus.client import ModbusTcpClient
from typer.testing import CliRunner

from firmware_sims.__main__ import app
from firmware_sims.capture_file import read_capture
from firmware_sims.control_client import request
from tests.firmware_sims import wire
from tests.firmware_sims.receiver import Receiver, event

SPEEDUP = 20
STARTED_IN_S = 20


class Run:
    """`wim-sims run` as its own process; the test is its host."""

    def __init__(self, folder, *options):
        self.folder = folder
        command = [sys.executable, "-m", "firmware_sims", "run", "--control", str(folder / "control")]
        command += ["--serial", str(folder / "line"), "--truth", str(folder / "truth.jsonl"), *map(str, options)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        ready, _, _ = select.select([self.process.stdout], [], [], STARTED_IN_S)
        self.endpoints = json.loads(self.process.stdout.readline()) if ready else self.stop()
        self.host = os.open(folder / "line", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)

    def truth(self, event=None):
        lines = (self.folder / "truth.jsonl").read_text().splitlines()
        entries = [json.loads(line) for line in lines]
        return [entry for entry in entries if event in (None, entry["event"])]

    def read_until(self, done, timeout_s=60):
        data, deadline = b"", time.monotonic() + timeout_s
        while not done():
            assert time.monotonic() < deadline, "the run did not come to its end"
            if select.select([self.host], [], [], 0.02)[0]:
                data += os.read(self.host, 65536)
        return data

    def stop(self):
        if self.host >= 0:
            os.close(self.host)
            self.host = -1
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            _, errors = self.process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        return errors

    host = -1


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def run(captures, tmp_path, receiver):
    site = captures / "plates2"
    cameras = ["--camera", "name=front,position_m=-5,delay_ms=0", "--camera", "name=rear,position_m=8,delay_ms=0"]
    run = Run(
        tmp_path,
        *("--station", site / "station.toml", "--capture", site / "traffic.h5", "--vehicles", 2),
        *("--speedup", SPEEDUP, "--start-delay", "0.1", "--wait-for-start"),
        *("--modbus-port", 0, "--modbus-rtu", tmp_path / "rtu", "--site-port", 0),
        *("--camera-url", f"http://127.0.0.1:{receiver.port}/isapi/{{camera}}", *cameras),
    )
    yield run
    run.stop()


def test_the_whole_station_plays_and_tells_the_truth(run, captures, receiver, tmp_path):
    time.sleep(0.2)
    assert request(run.endpoints["control"], "status")["playback"] == "waiting"
    os.write(run.host, wire.command(wire.START))
    data = run.read_until(lambda: run.truth("complete"))

    playback, *vehicles, complete = run.truth()
    assert complete == {"event": "complete", "vehicles": 2}
    offset = playback["counter_offset"]
    recorded = json.loads((captures / "plates2" / "traffic.truth.json").read_text())[:2]
    assert [vehicle["gvw_kg"] for vehicle in vehicles] == [entry["gvw_kg"] for entry in recorded]
    assert [vehicle["first_axle_sample"] - offset for vehicle in vehicles] == [entry["first_axle_sample"] for entry in recorded]
    apart_s = (vehicles[1]["first_axle_utc_us"] - vehicles[0]["first_axle_utc_us"]) / 1e6
    samples = vehicles[1]["capture_sample"] - vehicles[0]["capture_sample"]
    assert apart_s == pytest.approx(samples / playback["rate_hz"] / SPEEDUP, abs=1e-3)

    frames = [wire.samples(payload) for kind, payload in wire.frames(data)[0] if kind == wire.SAMPLES]
    counters = [counter for counter, _, _ in frames]
    sizes = [len(counts) for _, _, counts in frames]
    assert counters[1:] == [counter + size for counter, size in zip(counters, sizes, strict=True)][:-1]
    signal_of = np.concatenate([counts for _, _, counts in frames])[offset - counters[0] :]
    counts = read_capture(captures / "plates2" / "traffic.h5").counts.T
    last = vehicles[-1]["capture_sample"]
    assert np.array_equal(signal_of[:last], counts[:last])

    site = ModbusTcpClient("127.0.0.1", port=run.endpoints["site_port"], timeout=2, reconnect_delay=0)
    with contextlib.closing(site):
        assert site.connect()
        assert site.read_input_registers(8, count=1).registers == [270]
        assert site.read_input_registers(13, count=1).registers == [8]
    assert (tmp_path / "rtu").is_symlink()

    deadline = time.monotonic() + 10
    while len(receiver.pushes) < 4 and time.monotonic() < deadline:
        time.sleep(0.02)
    seen = sorted((path, event(kind, body)("ANPR/licensePlate")) for path, kind, body, _ in receiver.pushes)
    plates = [vehicle["plate"] for vehicle in vehicles]
    assert seen == sorted((f"/isapi/{name}", plate) for name in ("front", "rear") for plate in plates)


def test_it_goes_on_when_the_host_dies_and_leaves_nothing_behind(run, tmp_path):
    os.write(run.host, wire.command(wire.START))
    run.read_until(lambda: run.truth("playback"))
    os.close(run.host)
    run.host = -1
    deadline = time.monotonic() + 60
    while not run.truth("complete") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(run.truth("vehicle")) == 2
    before = request(run.endpoints["control"], "status")["counter"]
    time.sleep(0.1)
    assert request(run.endpoints["control"], "status")["counter"] > before

    begun = time.monotonic()
    errors = run.stop()
    assert time.monotonic() - begun < 1.5
    assert run.process.returncode == 0
    assert 'event="playback complete"' in errors
    assert "Traceback" not in errors
    assert sorted(path.name for path in tmp_path.iterdir()) == ["truth.jsonl"]


def test_a_fault_by_command_reaches_the_line(run):
    os.write(run.host, wire.command(wire.START))
    run.read_until(lambda: run.truth("playback"))
    command = [sys.executable, "-m", "firmware_sims", "fault", "--control", run.endpoints["control"], "reset"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    assert json.loads(done.stdout)["name"] == "reset"
    data = run.read_until(lambda: run.truth("reset"))
    data += run.read_until(lambda: request(run.endpoints["control"], "status")["fault_counts"] == {"reset": 1})
    assert request(run.endpoints["control"], "status")["devices"]["serial"]["running"] is False


@pytest.fixture
def own_logging():
    """Undo what a command run in this process has set for the log."""
    yield
    structlog.reset_defaults()


def failing(*options):
    done = CliRunner().invoke(app, [str(option) for option in options])
    assert done.exit_code == 2
    assert isinstance(done.exception, SystemExit)
    return done.output


@pytest.mark.usefixtures("own_logging")
def test_wrong_input_is_one_clear_line(captures, tmp_path):
    station = captures / "strips2" / "station.toml"
    own = ("run", "--station", station, "--own-traffic")
    assert "either --capture FILE or --own-traffic" in failing("run", "--station", station)
    assert "--vehicles, 1 or more" in failing(*own)
    assert "--wait-for-start needs a digitiser" in failing(*own, "--vehicles", 1, "--wait-for-start")
    assert "--camera needs --camera-url" in failing(*own, "--vehicles", 1, "--camera", "name=front")
    assert "0.01 to 100" in failing(*own, "--vehicles", 1, "--speedup", 1000)
    assert "no simulators answer" in failing("status", "--control", tmp_path / "none")
    record = ("record", "--station", station, "-o", tmp_path / "a.h5")
    assert "the slowest comes first" in failing(*record, "--speed-kmh", 60, 40)
    assert "backflip" in failing(*record, "--behaviour", "backflip")


def test_capture_writes_a_site_that_can_be_played(captures, tmp_path):
    station = captures / "strips2" / "station.toml"
    for kind in ("calibration", "traffic"):
        command = [sys.executable, "-m", "firmware_sims", "capture", "--station", str(station), "--kind", kind]
        command += ["--vehicles", "3", "-o", str(tmp_path), "--start-utc", "2026-03-02T08:00:00"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        assert json.loads(done.stdout)["files"][0].endswith(f"{kind}.h5")
    capture = read_capture(tmp_path / "traffic.h5")
    assert (capture.station, capture.rate_hz) == ("strips2", 2000.0)
    assert capture.start_utc == "2026-03-02T08:00:00.000000+00:00"
    assert len(json.loads((tmp_path / "traffic.truth.json").read_text())) == 3
    assert (tmp_path / "calibration_runs.csv").exists()


def test_record_writes_what_it_was_asked_to(captures, tmp_path):
    options = ["--station", captures / "plates2" / "station.toml", "--vehicles", 4, "--grade", "poor", "--speed-kmh", 10, 30]
    options += ["--behaviour", "braking", "--seed", 5, "--pavement-c", 31, "--start-utc", "2026-03-02T08:00:00"]
    seen = []
    for name in ("one", "two"):
        files = [tmp_path / f"{name}.h5", tmp_path / f"{name}.json"]
        done = CliRunner().invoke(app, ["record", *map(str, options), "-o", str(files[0]), "--truth", str(files[1])])
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout)["files"] == [str(file) for file in files]
        seen.append((read_capture(files[0]), json.loads(files[1].read_text())))
    (capture, truth), (again, same) = seen
    assert np.array_equal(capture.counts, again.counts)
    assert truth == same
    assert (capture.station, capture.pavement_c) == ("plates2", 31.0)
    assert [entry["manoeuvre"]["behaviour"] for entry in truth] == ["braking"] * 4
    assert all(10 <= entry["speed_kmh"] <= 30 and entry["accel_ms2"] < 0 for entry in truth)
