"""What the filter of one camera's clock says, against clocks whose truth is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.matching.clock import CameraClock
from edge.matching.jump import Shift
from edge.matching.passage import seen_at
from tests.edge.matching.scenery import START_US, camera, passage


def follow(clock, seed, *, vehicles=400, offset=lambda at_s: 0.0, farther_m=0.0, noise_s=0.03, spread=0.2, outliers=0.0, headway_s=2.0):
    """Show a clock sure matches of vehicles whose speeds differ by `spread`."""
    rng = np.random.default_rng(seed)
    at_s = 0.0
    for number in range(vehicles):
        at_s += rng.exponential(headway_s)
        one = passage(number, at_s, 22.0 * (1 + spread * rng.uniform(-1, 1)))
        wrong_s = rng.uniform(-1, 1) if rng.random() < outliers else 0.0
        seen = seen_at(one, clock.camera)
        late_s = offset(at_s) + farther_m / one.speed_m_s + noise_s * rng.standard_normal() + wrong_s
        clock.matched(round(seen.time_us + late_s * 1e6), seen, 0.999)
    return at_s


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(-0.3, 0.3), st.floats(-1.5, 1.5))
def test_offset_and_distance_are_told_apart_by_speed_within_what_is_said_of_them(seed, offset_s, farther_m):
    clock = CameraClock(camera())
    follow(clock, seed, offset=lambda _: offset_s, farther_m=farther_m)
    state = clock.state()
    assert abs(state.offset_us / 1e6 - offset_s) < 5 * state.offset_u_us / 1e6
    assert abs(state.distance_m - farther_m) < 5 * state.distance_u_m
    assert state.distance_u_m < 0.5
    assert state.noise_us == pytest.approx(30_000, rel=0.5)


def test_at_one_speed_the_two_are_not_told_apart_and_that_is_said():
    clock = CameraClock(camera())
    follow(clock, 1, farther_m=1.0, spread=0.0)
    assert clock.state().distance_u_m > 0.9
    expected_us, sigma_us = clock.expected_us(seen_at(passage(1, 800, 22.0), camera()))
    assert abs(expected_us - (START_US + 800e6 + 11 / 22 * 1e6)) < 25_000
    assert sigma_us < 50_000


def test_a_drift_of_two_seconds_there_and_back_is_followed():
    clock = CameraClock(camera())
    for span in range(1, 13):
        end_s = follow(clock, span, offset=lambda at_s: 2 * np.sin(2 * np.pi * at_s / 13_000), vehicles=500 * span)
        expected_us, sigma_us = clock.expected_us(seen_at(passage(0, end_s, 22.0), camera()))
        true_us = START_US + (end_s + 10 / 22 + 2 * np.sin(2 * np.pi * end_s / 13_000)) * 1e6
        assert abs(expected_us - true_us) < 3 * sigma_us < 200_000
        clock = CameraClock(camera())


def test_outliers_move_it_little():
    clock = CameraClock(camera())
    follow(clock, 3, outliers=0.1)
    assert abs(clock.state().offset_us) < 40_000
    assert clock.state().noise_us < 60_000


def test_uncertainty_grows_while_nothing_is_seen():
    clock = CameraClock(camera())
    end_s = follow(clock, 4)
    sigmas = [clock.expected_us(seen_at(passage(0, end_s + later, 22.0), camera()))[1] for later in (0, 60, 600, 3_600)]
    assert sigmas == sorted(sigmas)
    assert sigmas[-1] > 2 * sigmas[0]
    assert sigmas[-1] <= clock.tolerance_us / 3


def test_before_it_has_learnt_the_tolerance_is_all_it_knows():
    clock = CameraClock(camera(clock_offset_ms=-5_000))
    assert not clock.learned
    assert clock.expected_us(seen_at(passage(0, 0), camera())) == (START_US + 500_000 - 5_000_000, 400_000)


def test_a_jump_keeps_what_is_known_of_the_distance_and_is_said():
    clock = CameraClock(camera())
    end_s = follow(clock, 5, farther_m=1.0)
    before = clock.state()
    clock.jump(Shift(3e6, 12, 20_000), START_US + end_s * 1e6, is_said=True)
    after = clock.state()
    assert after.offset_us - before.offset_us == pytest.approx(3e6)
    assert (after.distance_m, after.distance_u_m) == (before.distance_m, before.distance_u_m)
    (fault,) = clock.faults
    assert fault.code == "camera-clock-jump"
