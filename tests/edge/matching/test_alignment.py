from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edge.matching.alignment import pair_probabilities

SIZES = st.tuples(st.integers(1, 4), st.integers(1, 4))
ODDS = SIZES.flatmap(lambda shape: arrays(np.float64, shape, elements=st.floats(0, 1e3).map(lambda x: 0.0 if x < 1e-6 else x)))


def by_enumeration(odds):
    """Every set of pairs that do not cross, weighed one by one."""
    vehicles, reads = odds.shape
    total = 0.0
    held = np.zeros_like(odds)
    for size in range(min(vehicles, reads) + 1):
        for rows in combinations(range(vehicles), size):
            for columns in combinations(range(reads), size):
                weight = float(np.prod(odds[list(rows), list(columns)])) if size else 1.0
                total += weight
                held[list(rows), list(columns)] += weight
    return held / total


@given(ODDS)
def test_equals_the_sum_over_every_explanation(odds):
    np.testing.assert_allclose(pair_probabilities(odds), by_enumeration(odds), rtol=1e-9, atol=1e-12)


@given(ODDS)
def test_a_vehicle_and_a_read_belong_to_at_most_one(odds):
    probability = pair_probabilities(odds)
    assert (probability >= 0).all()
    assert (probability.sum(axis=0) <= 1 + 1e-9).all()
    assert (probability.sum(axis=1) <= 1 + 1e-9).all()


def test_a_long_dense_column_neither_overflows_nor_loses_its_pairs():
    odds = np.full((400, 400), 1e-3) + np.eye(400) * 1e4
    probability = pair_probabilities(odds)
    assert np.isfinite(probability).all()
    assert (np.diag(probability) > 0.99).all()
