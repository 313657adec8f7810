import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.vehicles.motion import fit_motion
from edge.vehicles.weigh import nominal_loads, weigh
from tests.calibration.flat import flat_calibration
from tests.edge.vehicles.stream import crossings_of, grouped, steady
from tests.edge.vehicles.test_possible import SEMI, STRIPS, loaded


def weights_of(acceleration_m_s2):
    (passage,), _ = grouped(STRIPS, [loaded(crossing) for crossing in crossings_of(STRIPS, [steady(SEMI, 450.0, 15.0)])])
    motion = dataclasses.replace(fit_motion(passage.axles, STRIPS, ()), acceleration_m_s2=acceleration_m_s2)
    nominal = nominal_loads(passage.axles, motion, STRIPS)
    return weigh(passage.axles, nominal, motion, STRIPS, calibration=flat_calibration(STRIPS), pavement_c=20.0)


@given(acceleration=st.floats(0.5, 4.0), braking=st.booleans())
def test_acceleration_makes_axles_less_sure_and_leaves_the_gross_weight_as_it_is(acceleration, braking):
    steady_ones, moved = weights_of(0.0), weights_of(-acceleration if braking else acceleration)
    assert moved.gross_u_kg == pytest.approx(steady_ones.gross_u_kg, rel=1e-6)
    assert moved.axle_kg == pytest.approx(steady_ones.axle_kg)
    for load, before, now in zip(moved.axle_kg, steady_ones.axle_u_kg, moved.axle_u_kg, strict=True):
        assert now**2 - before**2 == pytest.approx((2 * 0.02 * acceleration * load) ** 2, rel=0.35)
