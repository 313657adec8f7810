"""`wim-calibration drift` as a technician runs it, on a history and on a station's own file."""

import csv
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from calibration.__main__ import app
from calibration.drift.store import DayStore
from contract.faults import RejectError
from tests.calibration.drift.traffic import Traffic, lane_with, share_of, sight_with, step, temperature

SIGHT = sight_with(2)
RUNNER = CliRunner()
HEAD = ["vehicle", "time_s", "speed_kmh", "pavement_c", "axle", "spacing_m", *(f"{name}_kg" for name in SIGHT.sensors)]


@pytest.fixture
def station(tmp_path):
    path = tmp_path / "station.toml"
    lines = ["[station]", 'id = "here"', 'name = "here"', 'road = "G1"', 'stake = "K1"', 'direction = "south"', 'rules = "cn"']
    lines += ["[[lane]]", "id = 1", "width_m = 3.5", "rate_hz = 4000.0"]
    for sensor in lane_with(2).sensor:
        lines += ["[[lane.sensor]]", f'name = "{sensor.name}"', 'kind = "strip"', f'channel = "{sensor.channel}"']
        lines += [f"position_m = {sensor.position_m}", "width_m = 0.06", f"lateral_m = {list(sensor.lateral_m)}", "newton_per_count = 0.5"]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def history(path, *, days=24, per_day=120, moved=None, begin_s=0.0):
    """Write two-axle vehicles; `moved` (days) gives what R1L reads too much."""
    rng = np.random.default_rng(3)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        for vehicle, when in enumerate(np.sort(rng.uniform(0.0, days, days * per_day))):
            gross, speed = rng.uniform(8_000.0, 18_000.0), rng.uniform(40.0, 80.0)
            factor = np.exp(rng.normal(0.0, 0.012, 4))
            factor[2] *= 1.0 + (0.0 if moved is None else moved(when))
            pavement_c = temperature(np.array([when]))[0]
            for axle, share in ((1, 0.4), (2, 0.6)):
                loads = np.round(gross * share / 2 * factor, 1)
                writer.writerow([vehicle, round(begin_s + when * 86_400, 1), speed, pavement_c, axle, 0.0 if axle == 1 else 4.5, *loads])
    return path


def run(*arguments):
    return RUNNER.invoke(app, ["drift", *map(str, arguments)])


def test_a_sound_history_has_no_alarm_and_says_what_it_cannot_see(station, tmp_path):
    done = run(history(tmp_path / "h.csv"), "--station", station)
    assert done.exit_code == 0, done.output
    assert "ALARM" not in done.output
    assert "a drift that all sensors share cannot be seen" in " ".join(done.output.split())


def test_a_sensor_that_drifts_is_named_in_the_table_and_in_json(station, tmp_path):
    path = history(tmp_path / "h.csv", moved=lambda when: 0.03 * (when >= 15))
    shown = run(path, "--station", station, "--begin", "2026-03-01")
    assert "ALARM" in shown.output
    assert "2026-03-16" in shown.output
    found = json.loads(run(path, "--station", station, "--json").output)
    (alarm,) = [one for one in found["findings"] if one["alarm"]]
    assert (alarm["kind"], alarm["name"], alarm["since"]) == ("sensor", "R1L", 15)
    assert alarm["change_share"] == pytest.approx(0.03, abs=0.004)
    assert set(found["proposed_gain_factors"]) == {"R1L"}
    assert found["proposed_gain_factors"]["R1L"]["factor"] == pytest.approx(1 / 1.03, abs=0.004)


def test_it_is_said_in_chinese_too(station, tmp_path):
    done = run(history(tmp_path / "h.csv", moved=lambda when: 0.03 * (when >= 15)), "--station", station, "--lang", "zh")
    assert "报警" in done.output
    assert "重新标定" in done.output.replace("\n", "")


def test_the_file_of_a_station_is_judged_as_the_station_does(station, tmp_path):
    path = tmp_path / "drift.sqlite"
    store = DayStore(path)
    drift = step(share_of(SIGHT, "row", "2"), since=20_020, size=0.02)
    for day in Traffic(SIGHT, 2, per_day=800, drift=drift).days(20_000, 20_026):
        store.put(1, "digest", day)
    store.close()
    found = json.loads(run(path, "--station", station, "--json").output)
    assert [(one["kind"], one["name"], one["since"]) for one in found["findings"] if one["alarm"]] == [("row", "2", "2024-10-24")]


def test_histories_follow_one_another(station, tmp_path):
    first = history(tmp_path / "a.csv", days=4)
    second = history(tmp_path / "b.csv", days=4, begin_s=4 * 86_400.0)
    assert json.loads(run(first, second, "--station", station, "--json").output)["days"] == 8
    refused = run(second, first, "--station", station)
    assert isinstance(refused.exception, RejectError)
    assert "before the end of the one before" in str(refused.exception)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "history-columns"),
        (b"\xff\xfe\x00garbage", "history-unreadable"),
        (b"\x1f\x8bgarbage", "history-unreadable"),
        (",".join(HEAD).encode() + b"\n", "history-short"),
        (",".join(HEAD).encode() + b"\n1,0,50,20,1,0,1,2,x,4\n", "history-value"),
        (b"SQLite format 3\x00garbage", "drift-file"),
    ],
)
def test_garbage_is_refused_by_name(station, tmp_path, content, code):
    path = tmp_path / "bad"
    path.write_bytes(content)
    done = run(path, "--station", station)
    assert isinstance(done.exception, RejectError)
    assert done.exception.code == code


@pytest.mark.parametrize(("more", "code"), [(("--lang", "fr"), "language-unknown"), (("--lane", "7"), "lane-unknown")])
def test_what_is_not_offered_is_refused(station, tmp_path, more, code):
    done = run(history(tmp_path / "h.csv", days=2), "--station", station, *more)
    assert isinstance(done.exception, RejectError)
    assert done.exception.code == code
