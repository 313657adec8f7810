"""The answer to waves against the equations of motion integrated in time."""

import numpy as np
import pytest
from scipy.signal import StateSpace, lsim

from calibration.chassis import supposed_chassis
from calibration.ride import COEFFICIENTS, UNIT_M, WAVES_PER_M, answers, at_places
from tests.calibration.test_chassis import CAR, RIGID, SEMI

ROWS_M = np.array([0.0, 1.7, 4.1, 7.7])


def driven_in_time(chassis, draw, speed_m_s, wave, sine):
    """Tyre force over the static one of each axle at each row, by integration over a road of one wave, cosine or sine."""
    first, axles = chassis.first_axle, chassis.load_kg.size
    mass, damping, spring, tyre = (part[draw] for part in (chassis.mass, chassis.damping, chassis.spring, chassis.tyre_n_per_m))
    size = mass.shape[0]
    a = np.block([[np.zeros((size, size)), np.eye(size)], [-np.linalg.solve(mass, spring), -np.linalg.solve(mass, damping)]])
    tyres = np.zeros((size, axles))
    tyres[first:] = np.diag(tyre)
    system = StateSpace(
        a, np.vstack((np.zeros((size, axles)), np.linalg.solve(mass, tyres))), np.eye(2 * size), np.zeros((2 * size, axles))
    )
    time_s = np.arange(-25.0, 3.0, 0.001)
    place_m = time_s[:, None] * speed_m_s - chassis.behind_m
    phase = 2.0 * np.pi * WAVES_PER_M[wave] * place_m
    road = UNIT_M[wave] * (np.sin(phase) if sine else np.cos(phase))
    _, states, _ = lsim(system, road, time_s - time_s[0])
    force = (road - states[:, first:size]) * tyre / chassis.static_n
    return np.array([np.interp((ROWS_M + chassis.behind_m[k]) / speed_m_s, time_s, force[:, k]) for k in range(axles)])


@pytest.mark.parametrize(("wave", "sine"), [(2, False), (7, True), (25, False)])
def test_each_wave_is_answered_as_the_equations_of_motion_do(wave, sine):
    chassis = supposed_chassis(np.array(SEMI[0]), np.array(SEMI[1]))
    found = at_places(answers(chassis, 18.0), ROWS_M)
    column = wave + (WAVES_PER_M.size if sine else 0)
    for draw in (0, 7):
        expected = driven_in_time(chassis, draw, 18.0, wave, sine)
        assert found[draw, :, :, column] == pytest.approx(expected, abs=2e-3 * np.abs(expected).max())


@pytest.mark.parametrize("vehicle", [RIGID, CAR], ids=["rigid", "car"])
def test_who_crawls_presses_with_its_weight(vehicle):
    """Two axles bear a body in one way only; more share it as the road lets them, at any speed."""
    chassis = supposed_chassis(*(np.array(part) for part in vehicle))
    crawling, driving = (np.abs(at_places(answers(chassis, speed), ROWS_M)).max() for speed in (0.02, 20.0))
    assert crawling < 0.02 * driving


def test_shapes():
    chassis = supposed_chassis(np.array(SEMI[0]), np.array(SEMI[1]))
    assert at_places(answers(chassis, 20.0), ROWS_M).shape == (chassis.mass.shape[0], 6, 4, COEFFICIENTS)
