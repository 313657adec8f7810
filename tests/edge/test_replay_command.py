"""`wim-edge replay` as a person and as a program calls it."""

import json
import subprocess
import sys

import pytest

from tests.conftest import SHARED

SITE = SHARED / "captures" / "plates2"
KEYS = {"first_axle_sample", "speed_kmh", "spacings_m", "axle_kg", "axle_u_kg", "gross_kg", "gross_u_kg", "class", "flags"}


def replay(*arguments):
    command = [sys.executable, "-m", "edge", "replay", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.usefixtures("captures")
def test_one_json_line_per_vehicle_with_the_promised_keys():
    done = replay("--station", SITE / "station.toml", "--json", SITE / "calibration.h5")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    runs = (SITE / "calibration_runs.csv").read_text().splitlines()[1:]
    assert len(lines) == len(runs)
    assert all(set(line) >= KEYS for line in lines)
    assert all(len(line["axle_kg"]) == len(line["spacings_m"]) + 1 for line in lines)


@pytest.mark.usefixtures("captures")
def test_without_json_it_is_a_table():
    done = replay("--station", SITE / "station.toml", SITE / "calibration.h5")
    assert done.returncode == 0
    assert "gross" in done.stdout


@pytest.mark.usefixtures("captures")
@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda tmp: tmp / "absent.h5", "cannot be opened"),
        (lambda tmp: _write(tmp / "text.h5", b"no capture at all"), "no readable HDF5"),
        (lambda _: SHARED / "captures" / "strips2" / "calibration.h5", "recorded at station 'strips2'"),
    ],
)
def test_a_wrong_capture_is_refused_by_name(tmp_path, make, says):
    capture = make(tmp_path)
    done = replay("--station", SITE / "station.toml", "--json", capture)
    assert done.returncode == 3
    assert says in done.stderr
    assert capture.name in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("captures")
def test_an_unknown_key_of_the_station_file_is_named_with_its_file(tmp_path):
    wrong = _write(tmp_path / "wrong.toml", (SITE / "station.toml").read_bytes() + b"\n[gates]\nspeed_maximum = 3\n")
    done = replay("--station", wrong, SITE / "calibration.h5")
    assert done.returncode == 3
    assert "wrong.toml" in done.stderr
    assert "speed_maximum" in done.stderr


def _write(path, data):
    path.write_bytes(data)
    return path
