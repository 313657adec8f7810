"""What is supposed of a vehicle must bear its loads and swing as vehicles do."""

import numpy as np
import pytest

from calibration.chassis import DRAWS, LEVELS, axle_groups, supposed_chassis, trailer_begins

RIGID = ((0.0, 4.8), (6_500.0, 10_000.0))
SEMI = ((0.0, 3.3, 4.7, 11.0, 12.3, 13.6), (6_800.0, 8_500.0, 8_500.0, 8_000.0, 8_000.0, 8_000.0))
DRAWBAR = ((0.0, 4.6, 5.95, 11.05, 16.25), (6_500.0, 8_000.0, 8_000.0, 9_000.0, 9_000.0))
CAR = ((0.0, 2.7), (800.0, 700.0))
EMPTY_SEMI = ((0.0, 3.3, 4.7, 11.0, 12.3, 13.6), (5_000.0, 2_300.0, 2_300.0, 1_600.0, 1_600.0, 1_600.0))
ALL = {"rigid": RIGID, "semi": SEMI, "drawbar": DRAWBAR, "car": CAR, "empty semi": EMPTY_SEMI}


def chassis_of(vehicle):
    behind_m, load_kg = (np.array(part) for part in vehicle)
    return supposed_chassis(behind_m, load_kg)


@pytest.mark.parametrize("vehicle", ALL.values(), ids=ALL.keys())
def test_all_of_the_mass_is_there_and_rises_as_one(vehicle):
    chassis = chassis_of(vehicle)
    lift = np.zeros(chassis.mass.shape[1])
    lift[chassis.first_axle :] = 1.0
    lift[0] = 1.0
    if len(lift) - chassis.first_axle + 4 == len(lift):
        lift[2] = 1.0  # a full trailer rises by itself
    assert np.einsum("i,dij,j->d", lift, chassis.mass, lift) == pytest.approx(np.full(DRAWS, sum(vehicle[1])))
    inner = chassis.spring @ lift
    inner[:, chassis.first_axle :] -= chassis.tyre_n_per_m
    assert np.abs(inner).max() < 1e-6 * chassis.tyre_n_per_m.max()


@pytest.mark.parametrize("vehicle", ALL.values(), ids=ALL.keys())
def test_bodies_bounce_and_axles_hop_where_the_literature_says(vehicle):
    chassis = chassis_of(vehicle)
    axles = len(vehicle[1])
    for mass, spring in zip(chassis.mass, chassis.spring, strict=True):
        hertz = np.sort(np.sqrt(np.abs(np.linalg.eigvals(np.linalg.solve(mass, spring))))) / (2.0 * np.pi)
        assert 0.9 < hertz[0]
        assert hertz[-axles - 1] < 6.0 < hertz[-axles]
        assert hertz[-1] < 25.0


@pytest.mark.parametrize(
    ("spacings_m", "begins"),
    [
        ((4.8,), 2),
        ((1.9, 3.6, 1.35), 4),
        ((3.6, 7.7), 2),
        ((3.3, 1.37, 6.3, 1.32, 1.32), 3),
        ((4.6, 1.35, 5.1, 5.2), 3),
        ((5.0, 4.4, 4.9), 2),
        ((4.6, 1.35), 3),
        ((5.6, 4.0), 3),
    ],
)
def test_where_the_trailer_begins(spacings_m, begins):
    assert trailer_begins(np.concatenate(([0.0], np.cumsum(spacings_m)))) == begins


def test_axles_close_together_are_a_group():
    assert axle_groups(np.array(SEMI[0])).tolist() == [0, 1, 1, 2, 2, 2]


def test_properties_vary_evenly_and_independently():
    assert LEVELS.mean(axis=0) == pytest.approx(np.full(LEVELS.shape[1], 0.5))
    assert np.cov(LEVELS.T, bias=True) == pytest.approx(np.eye(LEVELS.shape[1]) / 12.0)
