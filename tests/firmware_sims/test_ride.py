import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sims.chassis import GRAVITY_MS2, Axle, Chassis, SprungBody, draw_chassis
from firmware_sims.designs import DESIGNS
from firmware_sims.fleet import draw_fleet
from firmware_sims.ride import RATE_HZ, RideModel, drive
from firmware_sims.road_profile import Grade, RoadProfile, draw_profile
from firmware_sims.trajectory import Trajectory
from tests.firmware_sims.rig import small_layout

SEEDS = st.integers(0, 2**32)
SPRUNG_KG, UNSPRUNG_KG, SPRING, TYRE, DAMPER, HALF_M, HEIGHT_M = 4000.0, 500.0, 8e5, 2e6, 2e4, 2.5, 1.5


def two_axles(damper=DAMPER):
    """Two like axles under a body whose pitch does not couple with its bounce: each end is a quarter car of its own."""
    axles = tuple(Axle(place, SPRUNG_KG + UNSPRUNG_KG, UNSPRUNG_KG, SPRING, damper, TYRE) for place in (0.0, -2 * HALF_M))
    body = SprungBody((0, 1), 2 * SPRUNG_KG, -HALF_M, HEIGHT_M, 2 * SPRUNG_KG * HALF_M**2)
    return Chassis(axles, (body,))


def drawn(seed):
    vehicle = draw_fleet(small_layout(), 1, random.Random(seed), "ride")[0]
    return vehicle, draw_chassis(vehicle, random.Random(seed))


def settled(model, road_m, accel_ms2, seconds=60.0):
    """Tyre forces over static load after the road and acceleration have been constant for long."""
    samples = round(seconds * RATE_HZ)
    rise = np.minimum(1.0, np.arange(samples) / RATE_HZ)
    road = np.multiply.outer(np.array(road_m, float)[None, :], rise)
    return model.relative_force(road, accel_ms2 * rise)[0, :, -1]


@given(seed=SEEDS)
@settings(max_examples=30)
def test_a_chassis_bears_exactly_the_static_loads(seed):
    vehicle, chassis = drawn(seed)
    assert [axle.load_kg for axle in chassis.axles] == list(vehicle.axle_kg)
    masses = sum(body.mass_kg for body in chassis.bodies) + sum(axle.unsprung_kg for axle in chassis.axles)
    assert masses == pytest.approx(vehicle.gvw_kg)
    assert all(body.mass_kg > 0 and body.inertia_kgm2 > 0 for body in chassis.bodies)
    assert all(0 < axle.unsprung_kg < axle.load_kg for axle in chassis.axles)


@given(seed=SEEDS, speed_ms=st.floats(1, 30))
@settings(max_examples=20)
def test_on_a_flat_road_every_wheel_presses_with_its_static_load(seed, speed_ms):
    _, chassis = drawn(seed)
    level = drive(chassis, RoadProfile(np.zeros((2, 14500))), Trajectory(speed_ms), 30.0)
    assert np.abs(level.relative).max() < 1e-6
    assert level.at(0, 0, np.array([0.0])) == pytest.approx(1.0, abs=1e-6)


@given(seed=SEEDS)
@settings(max_examples=20)
def test_a_road_that_has_risen_evenly_changes_nothing(seed):
    vehicle, chassis = drawn(seed)
    assert np.abs(settled(RideModel(chassis), [0.2] * len(vehicle.axle_kg), 0.0)).max() < 1e-6


def test_frequencies_are_those_of_a_quarter_car():
    mass = np.diag([SPRUNG_KG, UNSPRUNG_KG])
    spring = np.array([[SPRING, -SPRING], [-SPRING, SPRING + TYRE]])
    expected = np.sqrt(np.sort(np.linalg.eigvals(np.linalg.solve(mass, spring)).real)) / (2 * np.pi)
    frequencies, damping = RideModel(two_axles(damper=1.0)).modes()
    assert frequencies == pytest.approx(np.repeat(expected, 2), rel=1e-6)
    assert damping.max() < 1e-4


@given(seed=SEEDS)
@settings(max_examples=40)
def test_bodies_bounce_and_axles_hop_where_vehicles_do(seed):
    vehicle, chassis = drawn(seed)
    frequencies, damping = RideModel(chassis).modes()
    assert (damping > 0.02).all()
    assert frequencies[0] > 0.9
    if DESIGNS[vehicle.kind].light:
        return
    body = frequencies[: len(frequencies) - len(vehicle.axle_kg)]
    assert ((1.0 < body) & (body < 5.0)).all()
    assert ((8.0 < frequencies[len(body) :]) & (frequencies[len(body) :] < 17.0)).all()


@given(accel_ms2=st.floats(-3, 3))
def test_braking_loads_the_front_axle_by_mass_times_height_over_wheelbase(accel_ms2):
    front, rear = settled(RideModel(two_axles()), [0.0, 0.0], accel_ms2) * (SPRUNG_KG + UNSPRUNG_KG) * GRAVITY_MS2
    shift = -2 * SPRUNG_KG * accel_ms2 * HEIGHT_M / (2 * HALF_M)
    assert front == pytest.approx(shift, abs=1e-3)
    assert rear == pytest.approx(-shift, abs=1e-3)


@given(seed=SEEDS, accel_ms2=st.floats(0.2, 2))
@settings(max_examples=30)
def test_a_change_of_speed_moves_load_and_makes_none(seed, accel_ms2):
    vehicle, chassis = drawn(seed)
    axles = np.array(vehicle.axle_kg)
    braking = settled(RideModel(chassis), [0.0] * len(axles), -accel_ms2) * axles
    assert braking.sum() == pytest.approx(0, abs=1e-3 * vehicle.gvw_kg / 1000)
    assert braking[0] > 0 > braking[-1]


@given(seed=SEEDS)
@settings(max_examples=5)
def test_forces_scale_with_the_road_and_come_again(seed):
    _, chassis = drawn(seed)
    good, poor = (drive(chassis, draw_profile("x", grade).smoothed(0.22), Trajectory(18.0), 20.0) for grade in (Grade.GOOD, Grade.POOR))
    assert np.allclose(poor.relative, 3 * good.relative, atol=1e-9)
    again = drive(drawn(seed)[1], draw_profile("x", Grade.GOOD).smoothed(0.22), Trajectory(18.0), 20.0)
    assert np.array_equal(again.relative, good.relative)


def test_without_damping_no_energy_is_won_or_lost():
    model = RideModel(two_axles(damper=0.0))
    samples = round(20 * RATE_HZ)
    bump = np.zeros((1, 2, samples))
    bump[0, 0, 100:150] = 0.01 * np.sin(np.linspace(0, np.pi, 50)) ** 2
    force = model.relative_force(bump, np.zeros(samples))[0]
    early, late = force[:, 500:5000], force[:, -4500:]
    assert np.sqrt((late**2).mean()) == pytest.approx(np.sqrt((early**2).mean()), rel=0.05)


@pytest.mark.parametrize(("grade", "expected"), [(Grade.GOOD, 0.037), (Grade.FAIR, 0.075), (Grade.POOR, 0.11)])
def test_dynamic_loads_are_those_of_the_grade(grade, expected):
    deviations = []
    vehicles = draw_fleet(small_layout(), 60, random.Random(7), "grade")
    for number, vehicle in enumerate(vehicles):
        profile = draw_profile(f"site {number}", grade).smoothed(0.22)
        ride = drive(draw_chassis(vehicle, random.Random(number)), profile, Trajectory(18.0), 20.0)
        deviations.append(ride.relative[:, :, -round(2 * RATE_HZ) :].mean(axis=0).std())
    assert np.mean(deviations) == pytest.approx(expected, rel=0.2)
