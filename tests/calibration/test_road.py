"""A road learnt from traffic that rides over one, by simulators that know nothing of how it is learnt."""

from datetime import UTC, datetime

import numpy as np
import pytest
from pydantic import ValidationError

from calibration.fit import fit_gains
from calibration.road import Road
from calibration.road_fit import Passed, learn_road
from calibration.static_load import estimate_on_road
from contract.station import SensorKind
from tests.calibration.rides import Site

SITE = Site(SensorKind.STRIP, (0.0, 1.7, 4.1, 7.7))
MEASURED_SD = 0.002


@pytest.fixture(scope="module")
def calibration():
    created = datetime(2026, 4, 1, tzinfo=UTC)
    return fit_gains(SITE.lane, SITE.runs(3), name="c1", station="here", created=created, pavement_c=20.0)


def gained(calibration, table):
    gain = np.array([[calibration.sensors[sensor.name].gain for sensor in row] for row in SITE.lane.weighing_rows]).mean(axis=1)
    return table * gain


@pytest.fixture(scope="module")
def road(calibration):
    passed = [Passed(one.passage.behind_m, one.passage.speed_kmh, gained(calibration, one.table)) for one in SITE.traffic(200, 5)]
    told = []
    found = learn_road(np.array(SITE.rows_m), calibration.runs, passed, lambda done, whole: told.append((done, whole)))
    assert told[-1][0] == told[-1][1] == len(told)
    return found


def weigh(road, calibration, one, rng, seen=None, between=None):
    table = gained(calibration, one.table) * (1.0 + MEASURED_SD * rng.normal(size=one.table.shape))
    axle, row = np.nonzero(np.ones_like(table) if seen is None else seen)
    speed_kmh = one.passage.speed_kmh
    found = estimate_on_road(
        table[axle, row],
        axle,
        row,
        lambda load_kg: road.expected(one.passage.behind_m, load_kg, speed_kmh),
        np.full(axle.size, MEASURED_SD),
        between=road.between if between is None else between,
    )
    mean_u, _ = road.speed.uncertainty(speed_kmh)
    covariance = found.covariance + mean_u**2 * np.outer(found.load_kg, found.load_kg)
    return found.load_kg, covariance, table


def test_gross_weights_gain_a_quarter_and_more_and_their_intervals_hold(road, calibration):
    rng = np.random.default_rng(1)
    ours, book, inside, axles_inside = [], [], [], []
    for one in SITE.traffic(200, 6):
        load_kg, covariance, table = weigh(road, calibration, one, rng)
        true_kg = one.true_kg.sum()
        ours.append(load_kg.sum() / true_kg - 1.0)
        book.append(table.mean(axis=1).sum() / true_kg - 1.0)
        inside.append(abs(load_kg.sum() - true_kg) <= 2.0 * np.sqrt(covariance.sum()))
        axles_inside += (np.abs(load_kg - one.true_kg) <= 2.0 * np.sqrt(covariance.diagonal())).tolist()
    assert np.std(ours) < 0.75 * np.std(book)
    assert abs(np.mean(ours)) < 0.01
    assert np.mean(inside) > 0.92
    assert np.mean(axles_inside) > 0.92


def test_who_was_seen_by_fewer_rows_is_known_less(road, calibration):
    rng = np.random.default_rng(2)
    (one,) = SITE.traffic(1, 9)
    every, some = np.ones(one.table.shape, bool), np.ones(one.table.shape, bool)
    some[:, 1] = some[0, 3] = False
    u = [np.sqrt(weigh(road, calibration, one, rng, seen)[1].sum()) for seen in (every, some)]
    assert u[0] < u[1]


def test_how_far_axles_err_about_their_gross_weight_leaves_the_gross_weight_alone(road, calibration):
    (one,) = SITE.traffic(1, 9)
    (load_kg, plain, _), (same_kg, halved, _) = (weigh(road, calibration, one, np.random.default_rng(3), between=b) for b in (1.0, 0.5))
    share = load_kg / load_kg.sum()
    about = np.eye(share.size) - np.outer(share, np.ones_like(share))
    assert same_kg == pytest.approx(load_kg)
    assert halved.sum() == pytest.approx(plain.sum())
    assert about @ halved @ about.T == pytest.approx(0.25 * about @ plain @ about.T)


def test_a_road_is_used_only_at_speeds_that_taught_it(road):
    assert road.covers(50.0)
    assert not road.covers(10.0)
    assert not road.covers(140.0)


def test_a_road_is_the_same_read_back(road):
    again = Road.model_validate_json(road.model_dump_json())
    mean, covariance = again.expected(np.array([0.0, 4.8]), np.array([6_000.0, 9_000.0]), 60.0)
    assert mean == pytest.approx(road.expected(np.array([0.0, 4.8]), np.array([6_000.0, 9_000.0]), 60.0)[0])
    assert np.linalg.eigvalsh(covariance).min() > 0.0


@pytest.mark.parametrize(("key", "said"), [("row", "one for each row"), ("profile_covariance", "lower triangle"), ("profile", "profile")])
def test_a_road_of_other_shape_is_refused(road, key, said):
    facts = road.model_dump()
    with pytest.raises(ValidationError, match=said):
        Road.model_validate(facts | {key: facts[key][:-1]})
