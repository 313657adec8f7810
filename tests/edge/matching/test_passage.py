import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.matching.passage import Passage, seen_at
from tests.edge.matching.scenery import START_US, camera

SPEEDS = st.floats(1, 40)


@given(SPEEDS, st.floats(-200, 200))
def test_at_constant_speed_the_time_is_distance_over_speed(speed_m_s, position_m):
    at_us, u_us, _ = seen_at(Passage("a", START_US, speed_m_s), camera(position_m=position_m))
    assert math.isclose(at_us - START_US, position_m / speed_m_s * 1e6, abs_tol=1)
    assert u_us == 0


@given(SPEEDS, st.floats(-2, 2), st.floats(-20, 20))
def test_at_constant_acceleration_the_vehicle_is_where_the_camera_looks(speed_m_s, acceleration, position_m):
    at_us = seen_at(Passage("a", START_US, speed_m_s, acceleration_m_s2=acceleration), camera(position_m=position_m)).time_us
    time_s = (at_us - START_US) / 1e6
    reached_m = speed_m_s * time_s + acceleration * time_s**2 / 2
    assert math.isclose(reached_m, position_m, abs_tol=1e-3) or math.isclose(time_s, position_m / speed_m_s, abs_tol=1e-6)
    assert math.isfinite(time_s)


def test_a_rear_camera_sees_the_rear_where_it_is_known():
    rear = camera("rear", 10.0, facing="rear")
    assert seen_at(Passage("a", START_US, 20.0), rear).time_us == START_US + 500_000
    assert seen_at(Passage("a", START_US, 20.0, rear_m=10.0), rear).time_us == START_US + 1_000_000


def test_an_unsure_speed_makes_an_unsure_time():
    u_us = seen_at(Passage("a", START_US, 20.0, speed_u_m_s=2.0), camera(position_m=40.0)).u_us
    assert math.isclose(u_us, 100_000)


@pytest.mark.parametrize("speed_m_s", [0.0, -1.0, math.nan, math.inf])
def test_an_impossible_speed_is_refused(speed_m_s):
    with pytest.raises(ValueError, match="speed_m_s of vehicle a must be above 0"):
        Passage("a", START_US, speed_m_s)
