"""Learning a site: what rests on what, and what is refused."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from pydantic import ValidationError

from calibration.deviations import learn_disturbance, weighed
from calibration.disturbance import Disturbance, Meetings, bodies, covariance
from calibration.fit import fit_gains
from calibration.model import Calibration
from calibration.site import learn_site
from contract.faults import RejectError
from contract.station import SensorKind
from tests.calibration.flat import flat_calibration
from tests.calibration.rides import Site

PLACES_M = (0.0, 1.7, 4.1, 7.7)
SITE = Site(SensorKind.STRIP, PLACES_M, name="learns", gains=(1.02, 0.97, 1.01, 1.0, 0.99, 1.03, 1.0, 0.98))
TRUE = Disturbance(body=0.030, profile=0.006, rest=0.012)


def history(count, seed):
    return [replace(one.passage, time_s=20.0 * number) for number, one in enumerate(SITE.traffic(count, seed))]


@pytest.fixture(scope="module")
def calibration():
    created = datetime(2026, 4, 1, tzinfo=UTC)
    return fit_gains(SITE.lane, SITE.runs(3), name="c1", station="here", created=created, pavement_c=20.0)


@pytest.fixture(scope="module")
def passages():
    return history(500, 4)


def learn(calibration, passages, **changes):
    facts = {"name": "s1", "created": datetime(2026, 4, 1, tzinfo=UTC), "history_sha256": "0" * 64, "bound": 0.02}
    return learn_site(SITE.lane, calibration, passages, **{**facts, **changes}, progress=lambda _done, _whole: None)


@pytest.fixture(scope="module")
def learnt(calibration, passages):
    return learn(calibration, passages)


def test_reference_vehicles_weigh_what_they_did(learnt, calibration):
    assert learnt.site.departure(learnt.runs, learnt.speed) < 0.015
    assert learnt.speed.model_dump() == calibration.speed.model_dump()


def test_what_was_learnt_says_on_what_it_rests_and_is_another_calibration(learnt, calibration, passages):
    assert (learnt.site.based_on, learnt.site.based_on_sha256, learnt.site.vehicles) == (calibration.id, calibration.digest(), 500)
    assert learnt.digest() != calibration.digest()
    with pytest.raises(RejectError, match="has itself been learnt"):
        learn(learnt, passages)


def test_a_site_model_out_of_bounds_cannot_exist(learnt):
    facts = learnt.model_dump()
    facts["site"]["road"]["row"] = [value + 0.03 for value in learnt.site.road.row]
    with pytest.raises(ValidationError, match="departs by"):
        Calibration.model_validate(facts)


def test_what_departs_further_than_allowed_is_refused(calibration, passages):
    with pytest.raises(RejectError, match=r"departs by .* look at the sensors"):
        learn(calibration, passages, bound=0.0001)


def test_traffic_that_contradicts_the_calibration_teaches_nothing(calibration, passages):
    drifted = [replace(one, nominal_kg=one.nominal_kg * np.array([1, 1, 1.12, 1.12, 1, 1, 1, 1])) for one in passages]
    with pytest.raises(RejectError, match=r"row 2 reads \+"):
        learn(calibration, drifted)


def test_too_little_traffic_is_refused(calibration, passages):
    with pytest.raises(RejectError, match="holds 40 vehicles"):
        learn(calibration, passages[:40])


def test_a_calibration_without_its_runs_axles_teaches_nothing(passages):
    with pytest.raises(RejectError, match="does not hold what each axle"):
        learn(flat_calibration(SITE.lane), passages)


def test_one_row_teaches_nothing(calibration, passages):
    one = Site(SensorKind.STRIP, (0.0,)).lane
    with pytest.raises(RejectError, match="has one row"):
        learn_site(
            one,
            calibration,
            passages,
            name="s1",
            created=calibration.created,
            history_sha256="0" * 64,
            bound=0.02,
            progress=lambda _done, _whole: None,
        )


def drive(rng, behind_m, loads_kg, speed_kmh):
    axle, row = (part.ravel() for part in np.indices((loads_kg.size, 4)))
    time_s = (np.array(PLACES_M)[row] + behind_m[axle]) * 3.6 / speed_kmh
    met = Meetings(axle, row, bodies(np.diff(behind_m))[axle], time_s, loads_kg[axle])
    deviation = np.linalg.cholesky(covariance(TRUE, met)) @ rng.normal(size=axle.size)
    return (loads_kg[axle] * (1.0 + deviation)).reshape(loads_kg.size, 4)


def test_deviations_are_learnt_from_readings_alone():
    rng = np.random.default_rng(3)
    flat = flat_calibration(SITE.lane).speed
    sample = []
    for _ in range(120):
        behind_m, speed_kmh = np.array([0.0, 3.5, 9.8, 11.1, 12.4]), rng.uniform(40.0, 90.0)
        sample.append(weighed(SITE.lane, drive(rng, behind_m, np.full(5, 7_000.0), speed_kmh), behind_m, speed_kmh))
    found = learn_disturbance(sample, flat, Disturbance(), 0.5)
    assert found.body == pytest.approx(TRUE.body, rel=0.3)
    assert found.rest == pytest.approx(TRUE.rest, rel=0.3)
    assert found.body_hz == pytest.approx(TRUE.body_hz, rel=0.15)
