"""Comparisons see what sensors do and nothing of what a vehicle weighs."""

import numpy as np
import pytest

from tests.calibration.drift.traffic import sight_with


@pytest.mark.parametrize(("rows", "sides"), [(4, 2), (2, 2), (2, 1), (1, 2)])
def test_a_weight_that_all_sensors_share_is_in_no_comparison(rows, sides):
    sight = sight_with(rows, sides=sides)
    assert np.allclose(sight.contrast @ np.ones(len(sight.sensors)), 0.0)


@pytest.mark.parametrize("rows", [2, 3, 4, 8])
def test_comparisons_within_a_side_are_orthonormal_and_blind_to_the_balance(rows):
    sight = sight_with(rows)
    within = sight.contrast[:-1]
    left = np.array([name.endswith("L") for name in sight.sensors], float)
    assert len(within) == 2 * (rows - 1)
    assert np.allclose(within @ within.T, np.eye(len(within)))
    assert np.allclose(within @ left, 0.0)
    assert sight.contrast[-1] @ left == pytest.approx(1.0)


def test_what_may_drift_is_what_the_layout_can_tell_apart():
    kinds = {
        (rows, sides): sorted({str(one.kind) for one in sight_with(rows, sides=sides).subjects})
        for rows, sides in ((3, 2), (3, 1), (1, 2), (1, 1))
    }
    assert kinds == {
        (3, 2): ["all", "row", "sensor", "side"],
        (3, 1): ["all", "sensor"],
        (1, 2): ["all", "sensor"],
        (1, 1): ["all"],
    }
