"""Whatever the signal processing says, a record can be made of it: what no record can carry is bounded and flagged, never hidden."""

import math
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from contract.recordable import AXLES_MAX, GROSS_MAX_KG, gross_kg, recordable, whole_u_kg
from contract.vehicles import VehicleFlag
from tests.weighed import axle, vehicle, wild_vehicles


@given(wild_vehicles())
def test_the_result_is_within_all_bounds_and_applying_it_twice_changes_nothing(wild):
    bounded = recordable(wild)
    assert 0 <= gross_kg(bounded) <= GROSS_MAX_KG
    assert 1 <= len(bounded.axles) <= AXLES_MAX
    assert all(axle.spacing_m is None or round(axle.spacing_m * 1_000) > 0 for axle in bounded.axles)
    assert recordable(bounded) == bounded


def test_a_sound_vehicle_is_not_touched():
    assert recordable(vehicle()) == vehicle()


def test_a_bounded_figure_flags_the_vehicle():
    odd = replace(vehicle(), axles=(axle(spacing_m=None), axle(spacing_m=0.0), replace(axle(), load_kg=math.nan)))
    assert recordable(odd).flags[VehicleFlag.INCOMPLETE] == 2


def test_a_flag_that_says_more_is_kept():
    odd = replace(vehicle(), acceleration_m_s2=math.inf, flags={VehicleFlag.INCOMPLETE: 5.0})
    assert recordable(odd).flags[VehicleFlag.INCOMPLETE] == 5


def test_going_backwards_is_a_flag_and_no_negative_speed():
    assert recordable(replace(vehicle(), speed_m_s=-3.0)).speed_m_s == 3.0


@given(st.floats(0, 100_000))
def test_an_uncertainty_is_never_stated_narrower(u_kg):
    assert whole_u_kg(u_kg) >= u_kg
