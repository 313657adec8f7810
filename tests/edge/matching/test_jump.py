import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.matching.jump import doubt, proven

SEEDS = st.integers(0, 10_000)


def residuals(seed, vehicles=20, shift_s=0.0, lost=0.1, noise_s=0.03):
    rng = np.random.default_rng(seed)
    at_s = np.cumsum(0.6 + rng.exponential(1.5, vehicles))
    seen = at_s[rng.random(vehicles) >= lost]
    reads_s = np.sort(seen + shift_s + noise_s * rng.standard_normal(seen.size))
    return (reads_s[None] - at_s[:, None]) * 1e6


@given(SEEDS)
def test_a_clock_that_is_right_is_not_doubted_however_much_is_missing(seed):
    assert doubt(residuals(seed, lost=0.4), 30_000) < 0.01
    shift = proven(residuals(seed), 120_000, 1_200_000)
    assert shift is None or abs(shift.shift_us) < 60_000


@given(SEEDS, st.sampled_from([-900.0, -3.0, -0.5, 0.5, 3.0, 60.0]))
def test_a_jump_is_doubted_at_once_and_then_proven_where_it_is(seed, shift_s):
    assert doubt(residuals(seed, shift_s=shift_s, vehicles=12), 30_000) > 0.9
    shift = proven(residuals(seed, shift_s=shift_s, vehicles=24, lost=0.05), 120_000, 1_200_000)
    assert shift is not None
    assert abs(shift.shift_us - shift_s * 1e6) < 60_000
    assert shift.scatter_us < 60_000


def test_evenly_spaced_traffic_proves_nothing():
    at_s = np.arange(24) * 2.0
    assert proven((at_s[None] - at_s[:, None]) * 1e6 + 1e6, 120_000, 1_200_000) is None


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (1, 1), (5, 0)])
def test_too_little_says_nothing(shape):
    assert doubt(np.full(shape, 3e6), 30_000) == 0
    assert proven(np.full(shape, 3e6), 120_000, 1_200_000) is None
