import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sims.trajectory import Trajectory

STOP = Trajectory(10.0, -5.0, ((10.0, -1.0), (4.0, 0.0), (5.0, 2.0)))
"""Stands 45 m after position 0 and goes on at 10 m/s."""


@given(speed_ms=st.floats(0.2, 45), place_m=st.floats(-200, 200))
def test_at_constant_speed_time_is_way_over_speed(speed_ms, place_m):
    trajectory = Trajectory(speed_ms)
    assert trajectory.time_at(place_m) == pytest.approx(place_m / speed_ms)
    assert trajectory.place_m(np.array([trajectory.time_at(place_m)]))[0] == pytest.approx(place_m, abs=1e-9)


@given(speed_ms=st.floats(5, 40), accel_ms2=st.floats(-2, 2), start_m=st.floats(-30, 5), place_m=st.floats(-60, 200))
def test_time_at_a_place_and_place_at_a_time_belong_together(speed_ms, accel_ms2, start_m, place_m):
    trajectory = Trajectory(speed_ms, start_m, ((2.0, accel_ms2),))
    assert trajectory.time_at(0.0) == pytest.approx(0.0, abs=1e-12)
    time_s = np.array([trajectory.time_at(place_m)])
    assert trajectory.place_m(time_s)[0] == pytest.approx(place_m, abs=1e-6)
    assert trajectory.accel_ms2(time_s)[0] in (0.0, accel_ms2)


def test_a_stop_stands_and_goes_on():
    assert STOP.place_m(np.array([STOP.time_at(45.0), STOP.time_at(45.0) + 4.0])) == pytest.approx([45.0, 45.0])
    away = STOP.time_at(45.0) + 4.0
    assert STOP.place_m(np.array([away + 5.0]))[0] == pytest.approx(45.0 + 25.0)
    assert STOP.time_at(80.0) == pytest.approx(away + 5.0 + 1.0)
    places = STOP.place_m(np.linspace(-5, 30, 5000))
    assert (np.diff(places) >= -1e-9).all()


@pytest.mark.parametrize("stretches", [((5.0, -1.0),), ((2.0, -2.0),)])
def test_no_vehicle_drives_backwards_or_stands_for_ever(stretches):
    with pytest.raises(ValueError, match=r"backwards|for ever"):
        Trajectory(4.0, 0.0, stretches)
    with pytest.raises(ValueError, match="for ever"):
        Trajectory(0.0)
