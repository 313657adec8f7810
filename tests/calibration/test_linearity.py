"""How far the runs tell that light and heavy axles are read alike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.linearity import OPEN_MAX, PER_KG, Linearity, fit_linearity

LOADS = (5_600.0, 10_800.0, 5_900.0, 9_700.0, 8_200.0, 8_700.0, 8_100.0, 7_400.0)


def test_a_straight_line_is_found_without_doubt():
    errors = [0.001 + 0.02 * (load - np.mean(LOADS)) / PER_KG for load in LOADS]
    found = fit_linearity(LOADS, errors)
    assert found.slope == pytest.approx(0.02, abs=1e-6)
    assert found.u == pytest.approx(0.0, abs=1e-6)
    assert found.axles == len(LOADS)


def test_worked_example():
    """Loads 6, 7, 8, 9, 10 t with errors -1, 0, 1, 0, 0 %: slope 0.2 %/t; residuals -0.6, 0.2, 1, -0.2, -0.4 %, s² = 1.6/3, u² = s²/10."""
    found = fit_linearity((6e3, 7e3, 8e3, 9e3, 10e3), (-0.01, 0.0, 0.01, 0.0, 0.0))
    assert found.slope == pytest.approx(0.02, abs=1e-6)
    assert found.u == pytest.approx(10 * 0.01 * np.sqrt(1.6 / 3 / 10), abs=1e-6)
    assert found.middle_kg == 8_000.0


@pytest.mark.parametrize(("slope", "scatter"), [(0.0, 0.006), (0.03, 0.006), (-0.05, 0.003)])
def test_the_doubt_covers_the_truth_as_often_as_it_says(slope, scatter):
    rng = np.random.default_rng(5)
    clean = slope * (np.array(LOADS) - np.mean(LOADS)) / PER_KG
    found = [fit_linearity(LOADS, clean + scatter * rng.normal(size=len(LOADS))) for _ in range(2_000)]
    covered = np.mean([abs(one.slope - slope) <= 2.447 * one.u for one in found])  # Student t, 6 degrees of freedom, 95 %
    assert covered == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize("loads", [LOADS[:4], (8_000.0,) * 6, (8_000.0, 9_000.0, 8_500.0, 8_200.0, 9_900.0)])
def test_too_few_or_too_alike_axles_tell_nothing(loads):
    assert fit_linearity(loads, [0.0] * len(loads)) is None


@given(st.floats(-0.1, 0.1), st.floats(0, 0.1), st.floats(2_000, 12_000))
def test_the_range_ends_where_what_is_left_open_reaches_its_bound(slope, u, middle_kg):
    found = Linearity(slope=slope, u=u, middle_kg=middle_kg, axles=6)
    assert found.heaviest_kg > middle_kg
    assert found.open_at(middle_kg) == 0.0
    assert found.open_at(found.heaviest_kg) <= OPEN_MAX * (1 + 1e-9)
    if abs(slope) + 2 * u > 1e-4:
        assert found.open_at(found.heaviest_kg) == pytest.approx(OPEN_MAX)
