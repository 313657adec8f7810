"""The command as a technician runs it, with the edge's own detection in a process of its own."""

import json
import subprocess
import sys

import pytest

from calibration.model import load_calibration


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "calibration", *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def site(captures):
    folder = captures / "plates2"
    return ["--station", folder / "station.toml", folder / "calibration.h5"], folder / "calibration_runs.csv"


def test_gains_are_fitted_from_a_capture_and_its_runs(site, tmp_path):
    arguments, runs = site
    output = tmp_path / "lane1.json"
    done = command("fit", *arguments, "--runs", runs, "-o", output, "--id", "first", "--json")
    assert done.returncode == 0, done.stderr
    calibration = load_calibration(output.read_text(encoding="utf-8"), str(output))
    assert json.loads(done.stdout)["digest"] == calibration.digest()
    assert (calibration.id, calibration.station, len(calibration.runs), calibration.pavement_c) == ("first", "plates2", 18, 22.0)
    assert all(sensor.relative_u < 0.01 for sensor in calibration.sensors.values())
    shown = command("show", output)
    assert calibration.digest() in shown.stdout


def test_a_run_with_a_wrong_number_of_axles_is_refused_and_nothing_is_written(site, tmp_path):
    arguments, runs = site
    wrong = tmp_path / "runs.csv"
    wrong.write_text(runs.read_text(encoding="utf-8").replace("1,A,4093,8,5820,10680,,", "1,A,4093,8,5820,10680,4000,"), encoding="utf-8")
    output = tmp_path / "lane1.json"
    done = command("fit", *arguments, "--runs", wrong, "-o", output)
    assert done.returncode == 3
    assert "run 1: vehicle A has 3 axle loads in the list but 2 axles were measured" in done.stderr
    assert not output.exists()


def test_what_is_no_capture_is_refused(site, tmp_path):
    arguments, runs = site
    done = command("fit", *arguments[:2], runs, "--runs", runs, "-o", tmp_path / "lane1.json")
    assert done.returncode == 3
    assert "no readable HDF5 file" in done.stderr
    assert "Traceback" not in done.stderr
