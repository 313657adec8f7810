import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.vehicles.swing import swing_of

SEEDS = st.integers(0, 2**32 - 1)
ONE_WHEEL, TWO_WHEELS = np.array([0.0]), np.array([1.0])


def many_axles(seed, share_sd, load_sd=0.06, axles=60):
    rng = np.random.default_rng(seed)
    loads = 9000.0 * (1.0 + rng.normal(0.0, load_sd, (axles, 4)))
    return swing_of(0.5 + rng.normal(0.0, share_sd, (axles, 4)), loads, np.zeros((axles, 4)))


def evidence(swing):
    """Log odds of two wheels against one."""
    return float(np.log(swing.likelihood(TWO_WHEELS) / swing.likelihood(ONE_WHEEL)).sum())


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_shares_that_swing_with_the_loads_tell_of_two_wheels(seed):
    assert evidence(many_axles(seed, share_sd=0.018)) > 0.0


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_shares_that_stand_still_while_loads_swing_tell_of_one_wheel(seed):
    assert evidence(many_axles(seed, share_sd=0.003)) < 0.0


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_a_smooth_road_tells_little(seed):
    swing = many_axles(seed, share_sd=0.003, load_sd=0.003)
    assert abs(evidence(swing)) < 0.1 * swing.freedom.sum()


def test_rows_that_cannot_tell_are_left_out():
    share, load = np.array([[0.5, np.nan, 0.52, 0.51]]), np.array([[9000.0, np.nan, 9100.0, 8900.0]])
    swing = swing_of(share, load, np.where(np.isnan(share), np.nan, 0.001))
    assert swing.freedom == pytest.approx([2.0])
    assert swing.share2 == pytest.approx([0.0002])
    assert swing.noise2 == pytest.approx([2e-6])


def test_one_row_tells_nothing():
    swing = swing_of(np.array([[0.4]]), np.array([[9000.0]]), np.array([[0.0]]))
    assert swing.likelihood(np.array([0.0, 0.5, 1.0])) == pytest.approx(np.ones((1, 3)))
