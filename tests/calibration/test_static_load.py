import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.disturbance import Disturbance, Meetings, bodies, covariance
from calibration.static_load import estimate

PLACES_M = np.array([0.0, 1.7, 4.1, 7.7])
SEMI_M = np.array([0.0, 3.5, 4.9, 11.0, 12.3, 13.6])
SEMI_KG = np.array([6_000.0, 8_500.0, 8_700.0, 7_200.0, 7_300.0, 7_100.0])


def meetings(behind_m, speed_m_s, loads_kg, rows=range(4)):
    axle, row = (part.ravel() for part in np.meshgrid(range(behind_m.size), list(rows), indexing="ij"))
    time_s = (PLACES_M[row] + behind_m[axle]) / speed_m_s
    return Meetings(axle, row, bodies(np.diff(behind_m))[axle], time_s, loads_kg[axle])


def no_error(rows):
    return lambda shares: np.zeros((shares.size, rows))


def solve(reading_kg, met, disturbance=None, **changes):
    facts = {"errors": no_error(4), "row_u": 0.0, "reading_u": np.zeros(reading_kg.size)}
    return estimate(reading_kg, met, disturbance or Disturbance(), **{**facts, **changes})


@given(speed_m_s=st.floats(2.0, 40.0), factor=st.floats(0.05, 20.0))
def test_readings_without_deviation_are_the_loads_whatever_the_covariance(speed_m_s, factor):
    met = meetings(SEMI_M, speed_m_s, SEMI_KG)
    found = solve(SEMI_KG[met.axle] * factor, met)
    np.testing.assert_allclose(found.load_kg, SEMI_KG * factor, rtol=1e-9)
    assert found.scale < 1.0


@given(speed_m_s=st.floats(2.0, 40.0), low=st.floats(0.3, 3.0))
def test_a_covariance_is_one(speed_m_s, low):
    total = covariance(Disturbance(), meetings(SEMI_M, speed_m_s, low * SEMI_KG))
    np.testing.assert_allclose(total, total.T)
    assert np.linalg.eigvalsh(total).min() > 0


def test_lighter_axles_deviate_more():
    heavy, light = (covariance(Disturbance(load_exponent=0.9), meetings(SEMI_M, 20.0, f * SEMI_KG)).diagonal() for f in (1.0, 0.5))
    np.testing.assert_allclose(light, 2.0**1.8 * heavy, rtol=1e-9)


def test_cars_deviate_as_cars_do_and_not_as_empty_trailers():
    car = meetings(np.array([0.0, 2.7]), 20.0, np.array([800.0, 700.0]))
    truck = meetings(np.array([0.0, 2.7]), 20.0, np.array([7000.0, 7000.0]))
    of_car, of_truck = (covariance(Disturbance(light=0.7), met).diagonal() for met in (car, truck))
    np.testing.assert_allclose(of_car, 0.7**2 * of_truck, rtol=1e-9)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_interval_holds_the_truth_as_often_as_it_says_and_beats_the_mean(seed):
    rng = np.random.default_rng(seed)
    truth = Disturbance(body=0.05, profile=0.006, rest=0.008)
    held, ours, plain = [], [], []
    for _ in range(150):
        met = meetings(SEMI_M, rng.uniform(8.0, 25.0), SEMI_KG)
        own_hz = truth.body_hz * np.exp(truth.body_spread * rng.normal())
        deviation = np.linalg.cholesky(covariance(truth, met, own_hz)) @ rng.normal(size=met.axle.size)
        reading_kg = SEMI_KG[met.axle] * (1.0 + deviation)
        found = solve(reading_kg, met, truth)
        gross_u = np.sqrt(found.covariance.sum())
        ours.append(found.load_kg.sum() / SEMI_KG.sum() - 1.0)
        plain.append(reading_kg.reshape(-1, 4).mean(axis=1).sum() / SEMI_KG.sum() - 1.0)
        held.append(abs(found.load_kg.sum() - SEMI_KG.sum()) < 2.0 * gross_u)
    assert 0.88 <= np.mean(held) <= 1.0
    assert np.std(ours) < np.std(plain)


def test_a_wild_vehicle_widens_its_own_interval():
    met = meetings(SEMI_M, 20.0, SEMI_KG)
    quiet = solve(SEMI_KG[met.axle] * (1.0 + 0.01 * np.cos(met.axle + met.row)), met)
    wild = solve(SEMI_KG[met.axle] * (1.0 + 0.15 * np.cos(9.0 * met.axle + 5.0 * met.row)), met)
    assert wild.scale > 2.0 * quiet.scale
    assert wild.covariance.sum() > 3.0 * quiet.covariance.sum()


def test_what_the_site_reads_wrong_is_taken_off_for_the_body_that_meets_it():
    met = meetings(SEMI_M, 20.0, SEMI_KG)

    def errors(shares):
        return 0.04 * np.array([1.0, -1.0, 0.5, 1.5]) * np.exp(-(((shares[:, None] - 1.0) / 0.1) ** 2))

    found = solve(SEMI_KG[met.axle] * (1.0 + errors(np.ones(1))[0, met.row]), met, errors=errors)
    np.testing.assert_allclose(found.load_kg, SEMI_KG, rtol=0.012)
    assert found.body_hz == pytest.approx(Disturbance().body_hz, rel=0.1)


@pytest.mark.parametrize("rows", [(0,), (2,), (1, 3)])
def test_fewer_rows_are_enough_and_less_sure(rows):
    whole, part = meetings(SEMI_M, 20.0, SEMI_KG), meetings(SEMI_M, 20.0, SEMI_KG, rows)
    all_rows, few = solve(SEMI_KG[whole.axle], whole), solve(SEMI_KG[part.axle], part)
    np.testing.assert_allclose(few.load_kg, SEMI_KG, rtol=1e-9)
    assert few.covariance.sum() > all_rows.covariance.sum()


@pytest.mark.parametrize(
    ("spacings_m", "expected"),
    [
        ((4.8,), [0, 0]),
        ((3.5, 1.4, 6.1, 1.3, 1.3), [0, 0, 0, 1, 1, 1]),
        ((4.8, 1.3), [0, 0, 0]),
        ((1.8, 4.9, 1.35), [0, 0, 0, 0]),
        ((), [0]),
    ],
)
def test_bodies(spacings_m, expected):
    assert bodies(np.array(spacings_m)).tolist() == expected
