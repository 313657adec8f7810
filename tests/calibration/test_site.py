"""Learning from traffic that is made by formulas: what must come out is known."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from pydantic import ValidationError

from calibration.deviations import learn_disturbance, weighed
from calibration.disturbance import Disturbance, Meetings, bodies, covariance
from calibration.history import Passage
from calibration.model import Calibration
from calibration.site import learn_site
from calibration.speed import RunReading, fit_speed, readings_of
from contract.faults import RejectError
from contract.station import SensorKind
from tests.calibration.flat import flat_calibration
from tests.edge.axles.road import lane_of

PLACES_M = (0.0, 1.7, 4.1, 7.7)
LANE = lane_of(SensorKind.STRIP, rows=PLACES_M)
TEMPERATURE_PER_K = 0.0004
TRUE = Disturbance(body=0.030, profile=0.006, rest=0.012)


def usual(speed_kmh):
    """How the rows of this site err: a common part and one for each row."""
    wave = np.log(speed_kmh / 50.0)
    return 0.02 * wave + 0.03 * np.cos(4.0 * wave + np.arange(4.0)) - 0.03 * np.cos(4.0 * wave + np.arange(4.0)).mean()


def drive(rng, behind_m, loads_kg, speed_kmh, pavement_c):
    axle, row = (part.ravel() for part in np.indices((loads_kg.size, 4)))
    time_s = (np.array(PLACES_M)[row] + behind_m[axle]) * 3.6 / speed_kmh
    met = Meetings(axle, row, bodies(np.diff(behind_m))[axle], time_s, loads_kg[axle])
    deviation = np.linalg.cholesky(covariance(TRUE, met)) @ rng.normal(size=axle.size)
    warm = 1.0 + TEMPERATURE_PER_K * (pavement_c - 20.0)
    return (loads_kg[axle] * warm * (1.0 + usual(speed_kmh)[row] + deviation)).reshape(loads_kg.size, 4)


def traffic(rng, count):
    behind_m = np.array([0.0, 3.5, 9.8, 11.1, 12.4])
    found = []
    for number in range(count):
        cargo_kg = rng.uniform(0.0, 28_000.0)
        steering_kg = (5_600.0 + 0.03 * cargo_kg) * np.exp(0.03 * rng.normal())
        loads_kg = np.array([steering_kg, *(np.array([4_000.0, 2_000.0, 2_000.0, 2_000.0]) + cargo_kg * 0.97 / 4)])
        speed_kmh, pavement_c = rng.uniform(28.0, 92.0), rng.uniform(5.0, 45.0)
        table = drive(rng, behind_m, loads_kg, speed_kmh, pavement_c)
        found.append(Passage(20.0 * number, speed_kmh, pavement_c, behind_m, np.repeat(table / 2.0, 2, axis=1)))
    return found


def calibrated(rng):
    runs = []
    for number, speed_kmh in enumerate(np.repeat((30.0, 50.0, 80.0), 6)):
        errors = usual(speed_kmh) + 0.004 * rng.normal(size=4)
        runs.append(
            RunReading(run=number, vehicle="ABC"[number % 3], speed_kmh=float(speed_kmh), errors=tuple(round(float(e), 6) for e in errors))
        )
    return flat_calibration(LANE, runs=tuple(runs), speed=fit_speed(readings_of(runs)), speed_min_kmh=30.0, speed_max_kmh=80.0)


def learn(calibration, history, **changes):
    facts = {"name": "s1", "created": datetime(2026, 4, 1, tzinfo=UTC), "history_sha256": "0" * 64, "bound": 0.02}
    return learn_site(LANE, calibration, history, **{**facts, **changes}, progress=lambda _done, _whole: None)


@pytest.fixture(scope="module")
def learnt():
    rng = np.random.default_rng(5)
    calibration = calibrated(rng)
    return calibration, learn(calibration, traffic(rng, 1500))


def test_rows_are_learnt_between_the_speeds_of_the_runs(learnt):
    calibration, site = learnt
    speeds_kmh = (35.0, 40.0, 60.0, 70.0)

    def wrong(one):
        found = np.array([one.speed.errors(kmh) - usual(kmh) for kmh in speeds_kmh])
        return np.abs(found - found.mean(axis=1, keepdims=True)).mean()

    assert wrong(site) < 0.5 * wrong(calibration)
    assert wrong(site) < 0.003


def test_the_mean_of_rows_stays_with_the_runs(learnt):
    _, site = learnt
    assert [float(site.speed.errors(kmh).mean() - usual(kmh).mean()) for kmh in (30.0, 50.0, 80.0)] == pytest.approx([0.0] * 3, abs=0.005)


def test_the_common_temperature_coefficient_is_found_from_steering_axles(learnt):
    _, site = learnt
    (per_k,) = {sensor.per_k for sensor in site.sensors.values()}
    assert per_k == pytest.approx(TEMPERATURE_PER_K, abs=0.00015)


def test_what_was_learnt_says_on_what_it_rests_and_is_another_calibration(learnt):
    calibration, site = learnt
    assert (site.site.based_on, site.site.based_on_sha256, site.site.vehicles) == (calibration.id, calibration.digest(), 1500)
    assert site.digest() != calibration.digest()
    with pytest.raises(RejectError, match="has itself been learnt"):
        learn(site, traffic(np.random.default_rng(1), 10))


def test_a_site_model_out_of_bounds_cannot_exist(learnt):
    _, site = learnt
    shifted = site.speed.model_dump() | {"rows": [[value + 0.03 for value in row] for row in site.speed.rows]}
    with pytest.raises(ValidationError, match="departs by"):
        Calibration.model_validate(site.model_dump() | {"speed": shifted})


def test_traffic_that_contradicts_the_calibration_teaches_nothing():
    rng = np.random.default_rng(9)
    history = traffic(rng, 600)
    drifted = [replace(one, nominal_kg=one.nominal_kg * np.array([1, 1, 1.12, 1.12, 1, 1, 1, 1])) for one in history]
    with pytest.raises(RejectError, match=r"row 2 reads \+"):
        learn(calibrated(rng), drifted)


def test_too_little_traffic_is_refused():
    with pytest.raises(RejectError, match="holds 40 vehicles"):
        learn(calibrated(np.random.default_rng(9)), traffic(np.random.default_rng(9), 40))


def test_deviations_are_learnt_from_readings_alone():
    rng = np.random.default_rng(3)
    speed = calibrated(rng).speed
    flat = speed.model_copy(update={"rows": tuple(tuple(0.0 for _ in row) for row in speed.rows)})
    sample = []
    for _ in range(120):
        behind_m, speed_kmh = np.array([0.0, 3.5, 9.8, 11.1, 12.4]), rng.uniform(40.0, 90.0)
        table = drive(rng, behind_m, np.full(5, 7_000.0), speed_kmh, 20.0) / (1.0 + usual(speed_kmh))
        sample.append(weighed(LANE, table, behind_m, speed_kmh))
    found = learn_disturbance(sample, flat, Disturbance(), 0.5)
    assert found.body == pytest.approx(TRUE.body, rel=0.3)
    assert found.rest == pytest.approx(TRUE.rest, rel=0.3)
    assert found.body_hz == pytest.approx(TRUE.body_hz, rel=0.15)
