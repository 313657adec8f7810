import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sims.road_profile import AFTER_M, BEFORE_M, ROUGHNESS_M3, STEP_M, Grade, RoadProfile, draw_profile

NAMES = st.text(min_size=1, max_size=12)


def density(height_m, low_per_m, high_per_m):
    """One-sided spectral density, mean over a band, and the band's mean n^-2, by periodogram."""
    spectrum = np.abs(np.fft.rfft(height_m * np.hanning(len(height_m)))) ** 2 * 2 * STEP_M / (len(height_m) * 0.375)
    per_m = np.fft.rfftfreq(len(height_m), STEP_M)
    band = (per_m >= low_per_m) & (per_m < high_per_m)
    return np.mean(spectrum[band]), np.mean((per_m[band] / 0.1) ** -2.0)


@pytest.mark.parametrize("grade", list(Grade))
def test_the_spectrum_is_that_of_the_standard(grade):
    ratios = []
    for number in range(30):
        for track in draw_profile(f"site {number}", grade).height_m:
            found, shape = density(track, 0.2, 2.0)
            ratios.append(found / (ROUGHNESS_M3[grade] * shape))
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.1)


@given(name=NAMES)
@settings(max_examples=10)
def test_a_site_has_one_road_whose_grade_only_scales_it(name):
    good, again, poor = draw_profile(name, Grade.GOOD), draw_profile(name, Grade.GOOD), draw_profile(name, Grade.POOR)
    assert np.array_equal(good.height_m, again.height_m)
    assert np.allclose(poor.height_m, 3 * good.height_m, atol=1e-12)
    assert good.height_m.shape == (2, round((BEFORE_M + AFTER_M) / STEP_M))
    assert not np.allclose(good.height_m, draw_profile(name + "x", Grade.GOOD).height_m)


def test_the_tracks_share_long_waves_and_not_short_ones():
    def coherence(low_per_m, high_per_m):
        cross, own = 0.0, 0.0
        for number in range(20):
            left, right = np.fft.rfft(draw_profile(f"site {number}", Grade.FAIR).height_m * np.hanning(14500), axis=1)
            per_m = np.fft.rfftfreq(14500, STEP_M)
            band = (per_m >= low_per_m) & (per_m < high_per_m)
            cross += np.sum(left[band] * right[band].conj()).real
            own += np.sum(np.abs(left[band]) ** 2 + np.abs(right[band]) ** 2) / 2
        return cross / own

    assert coherence(0.03, 0.1) > 0.85
    assert abs(coherence(1.0, 2.0)) < 0.2


@given(footprint_m=st.floats(0.15, 0.3), level_m=st.floats(-0.1, 0.1), slope=st.floats(-0.02, 0.02))
def test_a_tyre_feels_a_slope_as_it_is_and_a_stone_as_less(footprint_m, level_m, slope):
    place_m = np.arange(500) * STEP_M - BEFORE_M
    height_m = np.tile(level_m + slope * place_m, (2, 1))
    assert np.allclose(RoadProfile(height_m).smoothed(footprint_m).height_m[:, 20:-20], height_m[:, 20:-20], atol=1e-12)
    stone = np.zeros((2, 500))
    stone[:, 250] = 0.01
    felt = RoadProfile(stone).smoothed(footprint_m).height_m
    assert felt.max() < 0.003
    assert felt.sum() == pytest.approx(stone.sum())


def test_between_grid_points_the_road_runs_straight_and_beyond_its_ends_level():
    road = draw_profile("x", Grade.FAIR)
    heights = road.at(np.array([-BEFORE_M - 50, -BEFORE_M, -BEFORE_M + STEP_M / 2]))
    assert np.array_equal(heights[:, 0], heights[:, 1])
    assert heights[:, 2] == pytest.approx(road.height_m[:, :2].mean(axis=1))
