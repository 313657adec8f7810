import io

import numpy as np
import pytest

from calibration.statics.limits import known_limits
from calibration.statics.readings_file import Readings, parse_readings
from calibration.statics.stretch import quiet_stretch
from calibration.statics.zero import check_zero
from contract.captures import CaptureHeader, CaptureReader, capture_bytes
from contract.faults import RejectError
from contract.samples import Gap

LIMITS = known_limits()["strip"]
RATED = 100_000.0


def day(*, per_hour=0.0, per_k=0.0, hours=24.0, count=2000, noise=10.0, kelvin=10.0, seed=3):
    """A zero of 200 counts over a day whose temperature swings once."""
    time_s = np.linspace(0, 3600 * hours, count)
    pavement_c = 20 + kelvin * np.sin(2 * np.pi * time_s / 86_400)
    drift = per_hour * RATED / 100 * time_s / 3600 + per_k * RATED / 100 * (pavement_c - 20)
    return Readings(time_s, 200 + drift + np.random.default_rng(seed).normal(0, noise, count), pavement_c)


def by_name(readings, rated=RATED):
    return {figure.name: figure for figure in check_zero(readings, rated, LIMITS)}


def test_each_drift_is_told_from_the_other_and_within_its_doubt():
    found = by_name(day(per_hour=0.004, per_k=-0.013))
    assert found["zero_per_hour"].value == pytest.approx(0.004, abs=2 * found["zero_per_hour"].doubt)
    assert found["zero_per_k"].value == pytest.approx(-0.013, abs=2 * found["zero_per_k"].doubt)
    assert found["zero_per_k"].doubt < 0.001
    assert found["noise"].value == pytest.approx(0.01, rel=0.1)
    assert {figure.verdict for figure in found.values()} == {"pass"}


@pytest.mark.parametrize(
    ("given", "name"), [({"per_hour": 0.2}, "zero_per_hour"), ({"per_k": 0.05}, "zero_per_k"), ({"noise": 200.0}, "noise")]
)
def test_what_is_beyond_its_limit_fails(given, name):
    assert by_name(day(**given))[name].verdict == "fail"


def test_the_doubt_holds_for_readings_that_hang_together():
    misses = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        noise = np.zeros(600)
        for k in range(1, 600):
            noise[k] = 0.8 * noise[k - 1] + rng.normal(0, 10)
        figure = by_name(Readings(np.linspace(0, 7200, 600), 200 + noise))["zero_per_hour"]
        misses += abs(figure.value) > figure.doubt
    assert misses <= 9  # 5 % of 60 at k = 2, and its chance


def test_what_the_data_do_not_give_is_not_found_and_says_why():
    short = by_name(day(hours=0.1))
    assert (short["zero_per_hour"].verdict, short["zero_per_k"].verdict) == ("not-found", "not-found")
    assert "10 minutes" in short["zero_per_hour"].why_not
    time_s = np.linspace(0, 7200, 100)
    together = Readings(time_s, time_s * 0.0, 10 + time_s / 600)
    assert "went together" in by_name(together)["zero_per_k"].why_not


def test_a_wheel_on_the_sensor_is_refused():
    readings = day()
    readings.value[777:780] += 20_000
    with pytest.raises(RejectError, match="quiet stretch") as caught:
        by_name(readings)
    assert caught.value.where == "reading 778"


def test_wrong_input_is_refused():
    for rated in (0.0, -1.0, float("nan")):
        with pytest.raises(RejectError, match="rated"):
            by_name(day(), rated)
    with pytest.raises(RejectError, match="at least 10"):
        by_name(day(count=9))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("time_s,weight\n0,1\n1,1\n", "no column 'value'"),
        ("time_s,value\n0,1\n1,heavy\n", "line 3: value = 'heavy'"),
        ("time_s,value\n0,1\n1,nan\n", "line 3"),
        ("time_s,value\n5,1\n4,1\n", "line 3: time_s goes back"),
        ("time_s,value\n0,1\n", "at least 2"),
        ("", "no column 'time_s'"),
    ],
)
def test_a_file_that_is_no_readings_is_refused_by_line(text, words):
    with pytest.raises(RejectError, match=words):
        parse_readings(text, "zero.csv")


def test_a_stretch_of_a_capture_is_averaged_and_gaps_are_left_out():
    rate_hz, count = 1000.0, 20_000
    counts = (500 + 100 * np.sin(2 * np.pi * 50 * np.arange(count) / rate_hz)).astype(np.int32)[None]
    header = CaptureHeader("bench", 1, "2026-05-04T08:00:00+00:00", rate_hz, 20.0, ("R0L",), 5_000)
    data = capture_bytes(header, counts, (Gap(9_100, 9_200),))
    assert CaptureReader(io.BytesIO(data), "zero.h5").gaps
    readings = quiet_stretch(io.BytesIO(data), "zero.h5", "R0L", 2.0, 12.0)
    assert readings.value.size == 24
    assert np.abs(readings.value - 500).max() < 1.0
    assert readings.time_s[0] == pytest.approx(2.2)
    with pytest.raises(RejectError, match="no channel"):
        quiet_stretch(io.BytesIO(data), "zero.h5", "R9", 2.0, 12.0)
    with pytest.raises(RejectError, match="longer stretch"):
        quiet_stretch(io.BytesIO(data), "zero.h5", "R0L", 2.0, 2.5)
