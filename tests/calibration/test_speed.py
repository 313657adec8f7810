import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from calibration.speed import RunReading, SpeedFunction, fit_speed, readings_of

SPEEDS_KMH = (30.0, 45.0, 60.0, 80.0)


def runs_of(mean, rows, rng, *, noise=0.002, speeds_kmh=SPEEDS_KMH):
    found = []
    for number, speed_kmh in enumerate(np.repeat(speeds_kmh, 6)):
        errors = tuple(float(mean(speed_kmh) + row(speed_kmh) + noise * rng.normal()) for row in rows)
        found.append(RunReading(run=number + 1, vehicle="ABC"[number % 3], speed_kmh=float(speed_kmh), errors=errors))
    return found


@settings(max_examples=15)
@given(seed=st.integers(0, 2**32 - 1), size=st.floats(-0.03, 0.03))
def test_a_smooth_error_is_found_between_the_speeds_of_the_runs(seed, size):
    """What is found departs from the truth by no more than it says of itself, which is little; one bound for all seeds would not be true.

    The mean of rows is known to 0.4 %, and lies within k = 2 of that. Rows are drawn towards one another by the prior, so that of a
    difference of 2 % up to 0.65 % is missing: less than the standard uncertainty of a difference of two rows, twice that of one about their
    mean, 1.1 %. In 3 600 draws the largest departures were 0.9 and 0.6 of these standard uncertainties.
    """

    def mean(kmh):
        return size * np.sin(np.log(kmh))

    function = fit_speed(readings_of(runs_of(mean, (lambda _: 0.01, lambda _: -0.01), np.random.default_rng(seed))))
    for kmh in (35.0, 50.0, 70.0):
        mean_u, row_u = function.uncertainty(kmh)
        assert mean_u < 0.004
        assert row_u < 0.006
        found = function.errors(kmh)
        assert abs(found.mean() - mean(kmh)) <= 2.0 * mean_u
        assert abs(found[0] - found[1] - 0.02) <= 2.0 * row_u


def test_uncertainty_grows_where_no_run_was():
    function = fit_speed(readings_of(runs_of(lambda kmh: 0.02 * (kmh > 50), (lambda _: 0.0,) * 2, np.random.default_rng(4))))
    inside, below, above = (function.uncertainty(kmh)[0] for kmh in (60.0, 16.0, 110.0))
    assert inside < 0.004
    assert min(below, above) > 2.0 * inside


def test_one_speed_alone_tells_nothing_of_others():
    function = fit_speed(readings_of(runs_of(lambda _: 0.0, (lambda _: 0.0,) * 2, np.random.default_rng(2), speeds_kmh=(50.0,))))
    assert function.speed_kmh[0] == pytest.approx(25.0)
    assert function.uncertainty(25.0)[0] > function.uncertainty(50.0)[0]


def test_runs_that_a_row_missed_are_left_out():
    runs = runs_of(lambda _: 0.0, (lambda _: 0.0,) * 2, np.random.default_rng(1))
    holed = runs[0].model_copy(update={"errors": (None, 0.3)})
    assert readings_of([holed, *runs[1:]]).errors.shape == (len(runs) - 1, 2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"speed_kmh": (50.0, 40.0)}, "ascend"),
        ({"speed_kmh": (0.0, 40.0)}, "ascend"),
        ({"mean_u": (0.01,)}, "need 2 values"),
        ({"rows": ((0.0, 0.6),)}, "within 50 %"),
    ],
)
def test_an_impossible_function_cannot_exist(change, said):
    facts = {"speed_kmh": (40.0, 50.0), "rows": ((0.0, 0.0),), "mean_u": (0.01, 0.01), "row_u": (0.01, 0.01)}
    with pytest.raises(ValidationError, match=said):
        SpeedFunction.model_validate({**facts, **change})


def test_speeds_beyond_the_ends_are_held():
    function = SpeedFunction(speed_kmh=(40.0, 80.0), rows=((0.01, 0.03),), mean_u=(0.002, 0.004), row_u=(0.0, 0.0))
    assert [float(function.errors(kmh)[0]) for kmh in (0.0, 10.0, 40.0, 80.0, 200.0)] == pytest.approx([0.01, 0.01, 0.01, 0.03, 0.03])
    assert function.errors(np.sqrt(40.0 * 80.0))[0] == pytest.approx(0.02)
