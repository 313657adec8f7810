"""The evidence for a change, against the same regression done the long way: every reading, every covariance, one dense matrix."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.drift.change import RAMP, STEP, evidence, weigh_subjects
from calibration.drift.sums import Sums

PRIOR_SD = np.array([1.0, 0.5])
DAY_SD = 0.2


def readings(seed, days, per_day=12):
    rng = np.random.default_rng(seed)
    number = np.repeat(days, per_day)
    z = np.column_stack((np.ones(number.size), rng.normal(size=number.size)))
    y = z @ np.array([0.3, -0.2]) + rng.normal(0.0, 0.5, number.size)
    return number, z, y, rng.uniform(0.5, 2.0, number.size)


def sums_of(days, number, z, y, w):
    return [Sums.of(z[number == day], y[number == day].reshape(-1, 1), w[number == day]) for day in days]


def dense(number, z, y, w, days, onset, course, variance, day_variance):
    """Give score and information of one course by generalised least squares with the prior as part of the covariance."""
    same_day = number[:, None] == number[None, :]
    covariance = np.diag(variance / w) + day_variance * same_day + z @ np.diag(PRIOR_SD**2) @ z.T
    passed = number - days[onset]
    g = np.where(passed >= 0, passed + 0.5 if course == RAMP else 1.0, 0.0)
    weighed = np.linalg.solve(covariance, g)
    return weighed @ y, weighed @ g


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), gaps=st.lists(st.integers(1, 4), min_size=4, max_size=9), data=st.data())
def test_score_and_information_are_those_of_generalised_least_squares(seed, gaps, data):
    days = np.cumsum(gaps)
    number, z, y, w = readings(seed, days)
    found = evidence(days, sums_of(days, number, z, y, w), PRIOR_SD, DAY_SD)
    solved = np.linalg.solve((z * w[:, None]).T @ z + np.diag(1e-6 / PRIOR_SD**2), (z * w[:, None]).T @ y)
    variance = float(w @ (y - z @ solved) ** 2) / (number.size - 2)
    onset, course = data.draw(st.integers(0, days.size - 1)), data.draw(st.sampled_from([STEP, RAMP]))
    # What the day's own part was taken to be shows in its precision: 1 / (day variance + variance / weights).
    weights = w[number == days[0]].sum()
    day_variance = 1.0 / found.precision[0, 0] - variance / weights
    score, information = dense(number, z, y, w, days, onset, course, variance, day_variance)
    assert found.score[course, onset, 0] * found.axes[0, 0] == pytest.approx(score, rel=1e-5, abs=1e-6)
    assert found.information[course, onset, 0] == pytest.approx(information, rel=1e-5)


def test_more_of_the_day_than_of_the_vehicles_is_taken_for_the_day():
    rng = np.random.default_rng(4)
    days = np.arange(60)
    number, z, y, w = readings(4, days, per_day=200)
    y = y + np.repeat(rng.normal(0.0, 1.0, days.size), 200)
    found = evidence(days, sums_of(days, number, z, y, w), PRIOR_SD, DAY_SD)
    assert 1.0 / found.precision[:, 0].mean() == pytest.approx(1.0, rel=0.5)


@pytest.mark.parametrize(("course", "size"), [(STEP, 0.02), (STEP, -0.02), (RAMP, 0.0015), (RAMP, -0.0015)])
def test_a_change_is_found_with_its_course_its_day_and_its_size(course, size):
    rng = np.random.default_rng(11)
    days = np.arange(100, 160)
    number = np.repeat(days, 400)
    z = np.column_stack((np.ones(number.size), rng.normal(size=number.size)))
    passed = number - 140
    moved = np.where(passed >= 0, size * (passed + 0.5 if course == RAMP else 1.0), 0.0)
    y = np.column_stack((moved, np.zeros(number.size))) + rng.normal(0.0, 0.02, (number.size, 2))
    sums = [Sums.of(z[number == day], y[number == day], np.ones(400)) for day in days]
    found = evidence(days, sums, PRIOR_SD, 0.0002)
    changes = weigh_subjects([(found, np.eye(2))])
    change = changes[0]
    assert change.sure > 0.999
    assert changes[1].sure < 0.001
    assert change.course == course
    assert abs(change.since - 140) <= 1
    assert change.since_span[0] <= 140 <= change.since_span[1]
    assert change.size == pytest.approx(size, abs=4 * change.size_u + 0.05 * abs(size))
    reach = 20.0 if course == RAMP else 1.0
    assert change.now == pytest.approx(size * reach, abs=4 * change.now_u)
    last = days[-1] - days[change.onset] + 0.5 if course == RAMP else 1.0
    assert change.shift(days)[-1] == pytest.approx(change.size * last)


def test_probabilities_are_shares_of_one():
    days = np.arange(10)
    number, z, y, w = readings(2, days)
    changes = weigh_subjects([(evidence(days, sums_of(days, number, z, y, w), PRIOR_SD, DAY_SD), np.array([[1.0], [0.5]]))])
    assert 0.0 <= sum(change.sure for change in changes) <= 1.0
