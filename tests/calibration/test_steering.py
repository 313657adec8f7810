"""Steering axles as a reference that every road carries."""

import numpy as np
import pytest

from calibration.history import Passage
from calibration.steering import common_temperature, semi_trailer

PER_K = 0.0004
BEHIND_M = np.array([0.0, 3.5, 9.8, 11.1, 12.4])


def traffic(rng, count, per_k=PER_K):
    """Semi-trailers whose steering axle carries the cab and little of the cargo, on sensors that read more as they grow warm."""
    for number in range(count):
        cargo_kg, speed_kmh, pavement_c = rng.uniform(4_000.0, 28_000.0), rng.uniform(28.0, 92.0), rng.uniform(5.0, 45.0)
        steering_kg = (5_600.0 + 0.03 * cargo_kg) * np.exp(0.03 * rng.normal())
        loads_kg = np.array([steering_kg, *(np.array([4_000.0, 2_000.0, 2_000.0, 2_000.0]) + cargo_kg * 0.97 / 4)])
        wave = 1.0 + 0.02 * np.cos(4.0 * np.log(speed_kmh) + np.arange(4.0))
        table = loads_kg[:, None] * wave * (1.0 + per_k * (pavement_c - 20.0))
        yield Passage(20.0 * number, speed_kmh, pavement_c, BEHIND_M, np.repeat(table / 2.0, 2, axis=1)), table


def test_the_common_temperature_coefficient_is_found():
    assert common_temperature(traffic(np.random.default_rng(1), 1500)) == pytest.approx(PER_K, abs=0.00012)


def test_sensors_that_stay_show_none():
    assert common_temperature(traffic(np.random.default_rng(2), 1500, 0.0)) == pytest.approx(0.0, abs=0.00012)


def test_traffic_without_semi_trailers_tells_nothing():
    cars = [(Passage(0.0, 60.0, 20.0, np.array([0.0, 2.7]), np.zeros((2, 8))), np.full((2, 4), 800.0))] * 100
    assert common_temperature(cars) == 0.0


@pytest.mark.parametrize(
    ("behind_m", "steering_kg", "gross_kg", "kind"),
    [
        (BEHIND_M, 6_500.0, 38_000.0, (1, 1, 3)),
        (np.array([0.0, 3.3, 4.7, 11.0, 12.3, 13.6]), 6_800.0, 47_000.0, (1, 2, 3)),
        (np.array([0.0, 4.8]), 6_500.0, 16_000.0, None),
        (BEHIND_M, 6_500.0, 9_000.0, None),
        (BEHIND_M, 12_000.0, 38_000.0, None),
    ],
)
def test_semi_trailers_are_told_by_their_axles(behind_m, steering_kg, gross_kg, kind):
    assert semi_trailer(behind_m, steering_kg, gross_kg) == kind
