import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sims.fleet import Flow, draw_fleet
from firmware_sims.manoeuvre import Behaviour
from firmware_sims.passage import TRACK_M, prepare
from firmware_sims.road_profile import RoadProfile
from tests.firmware_sims.rig import small_layout

LEVEL = RoadProfile(np.zeros((2, 14500)))
SEEDS = st.integers(0, 2**32)


def fleet(seed, *behaviours, count=6):
    return draw_fleet(small_layout(), count, random.Random(seed), "test", Flow(behaviours=behaviours))


def passage(vehicle):
    return prepare(vehicle, LEVEL, small_layout().end_m, random.Random(1))


@given(seed=SEEDS, behaviour=st.sampled_from(Behaviour))
@settings(max_examples=60)
def test_the_truth_says_what_was_done(seed, behaviour):
    for vehicle in fleet(seed, behaviour):
        entry = vehicle.truth()["manoeuvre"]
        followed = behaviour is Behaviour.TAILGATING and entry["behaviour"] == Behaviour.STEADY
        assert followed or entry["behaviour"] == behaviour
        assert vehicle.stop is (behaviour is Behaviour.STOP)
        assert np.sign(vehicle.accel_ms2) == {Behaviour.ACCELERATING: 1, Behaviour.BRAKING: -1}.get(behaviour, 0)
        assert vehicle.speed_kmh > 0


@given(seed=SEEDS, behaviour=st.sampled_from(Behaviour))
@settings(max_examples=60)
def test_its_speed_is_the_mean_over_the_array_and_it_leaves_when_it_is_said_to(seed, behaviour):
    layout = small_layout()
    for vehicle in fleet(seed, behaviour):
        trajectory = vehicle.manoeuvre.trajectory
        way_m = 3.0 + sum(vehicle.spacings_m)
        assert way_m / trajectory.time_at(way_m) == pytest.approx(vehicle.speed_kmh / 3.6)
        left_s = (vehicle.passed_sample - vehicle.first_axle_sample) / layout.rate_hz
        assert trajectory.place_m(np.array([left_s]))[0] - vehicle.length_m >= layout.end_m - 1e-3


@given(seed=SEEDS)
@settings(max_examples=20)
def test_who_stops_stands_with_its_axles_on_the_array(seed):
    for vehicle in fleet(seed, Behaviour.STOP):
        trajectory = vehicle.manoeuvre.trajectory
        times = np.arange(0.0, trajectory.time_at(3.0 + sum(vehicle.spacings_m)), 0.05)
        standing = np.diff(trajectory.place_m(times)) < 1e-9
        assert standing.sum() * 0.05 > 1.8


@given(seed=SEEDS)
@settings(max_examples=20)
def test_a_follower_leaves_its_leader_a_few_metres(seed):
    vehicles = fleet(seed, Behaviour.TAILGATING, count=8)
    assert [vehicle.manoeuvre.behaviour for vehicle in vehicles] == [Behaviour.STEADY, Behaviour.TAILGATING] * 4
    for leader, follower in zip(vehicles[::2], vehicles[1::2], strict=True):
        gap_s = (follower.first_axle_sample - leader.first_axle_sample) / small_layout().rate_hz
        behind_m = gap_s * leader.speed_kmh / 3.6 - leader.length_m
        assert 3.9 < behind_m < 9.1
        assert follower.speed_kmh == pytest.approx(leader.speed_kmh)


@pytest.mark.parametrize(
    ("behaviour", "lowest_m", "highest_m"),
    [(Behaviour.OFF_LEFT, -1.0, -0.8), (Behaviour.OFF_RIGHT, 0.8, 1.0), (Behaviour.STRADDLING, 1.3, 1.75)],
)
def test_who_drives_beside_the_middle_does_so_as_far_as_is_said(behaviour, lowest_m, highest_m):
    for vehicle in fleet(3, behaviour, count=20):
        offset_m = vehicle.y_centre_m - 1.75
        assert lowest_m <= (abs(offset_m) if behaviour is Behaviour.STRADDLING else offset_m) <= highest_m


@given(seed=SEEDS)
@settings(max_examples=20)
def test_a_curved_path_moves_wheels_sideways_and_load_to_its_outside(seed):
    for vehicle in fleet(seed, Behaviour.S_PATH, count=2):
        way = passage(vehicle)
        places = np.linspace(0, way.manoeuvre.sway_length_m, 101)
        left_m = np.array([way.wheel_y_m(0, place) for place in places])
        assert np.ptp(left_m) == pytest.approx(2 * way.manoeuvre.sway_m, rel=1e-2)
        assert way.wheel_y_m(1, 2.0) - way.wheel_y_m(0, 2.0) == pytest.approx(TRACK_M)
        # where the path turns right, y grows ever faster and the left wheels bear more
        middle = int(np.argmin(left_m))
        time_s = np.array([way.trajectory.time_at(places[middle])])
        left_kg, right_kg = way.wheel_kg(0, 0, time_s)[0], way.wheel_kg(1, 0, time_s)[0]
        assert left_kg > vehicle.left_kg[0]
        assert left_kg + right_kg != pytest.approx(2 * left_kg)


@given(seed=SEEDS, behaviour=st.sampled_from([Behaviour.BRAKING, Behaviour.ACCELERATING]))
@settings(max_examples=20)
def test_on_a_level_road_a_change_of_speed_only_moves_load_between_axles(seed, behaviour):
    for vehicle in fleet(seed, behaviour, count=2):
        way = passage(vehicle)
        time_s = np.array([way.trajectory.time_at(3.0)])
        axles = [way.wheel_kg(0, k, time_s)[0] + way.wheel_kg(1, k, time_s)[0] for k in range(len(vehicle.axle_kg))]
        moved = axles[0] - vehicle.axle_kg[0]
        assert sum(axles) == pytest.approx(vehicle.gvw_kg, rel=0.03)
        assert moved > 0 if behaviour is Behaviour.BRAKING else moved < 0
