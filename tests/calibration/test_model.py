import json

import pytest

from calibration.model import GainCovariance, Validity, load_calibration
from calibration.reference_vehicle import ReferenceVehicle
from calibration.speed import SpeedFunction
from contract.faults import StopError
from contract.station import SensorKind
from tests.calibration.flat import flat_calibration
from tests.edge.axles.road import lane_of

CALIBRATION = flat_calibration(lane_of(SensorKind.STRIP, rows=(0.0, 2.0)), pavement_c=22.0)


def test_text_and_back_is_the_same_and_has_one_digest():
    again = load_calibration(CALIBRATION.dump(), "file")
    assert again == CALIBRATION
    assert again.digest() == CALIBRATION.digest()
    assert len(CALIBRATION.digest()) == 64


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sensors": {}}, "sensors"),
        ({"sensors": {"R0L": {"gain": 0.0, "relative_u": 0.01}}}, "sensors.R0L.gain"),
        ({"gain": 1.0}, "gain: Extra inputs"),
        ({"created": "2026-03-01T08:00:00"}, "created"),
        ({"speed_min_kmh": 190.0}, "must not exceed"),
        ({"lane": 0}, "lane"),
    ],
)
def test_a_wrong_file_is_refused_naming_file_and_key(change, said):
    text = json.dumps({**json.loads(CALIBRATION.dump()), **change})
    with pytest.raises(StopError, match=said) as caught:
        load_calibration(text, "lane1.json")
    assert str(caught.value).startswith("lane1.json: ")


def test_no_json_is_refused():
    with pytest.raises(StopError, match=r"lane1\.json"):
        load_calibration("gain = 1", "lane1.json")


def test_a_file_from_before_ranges_and_references_were_known_keeps_its_digest():
    known = json.loads(CALIBRATION.dump())
    assert not {"validity", "gain_covariance", "references"} & set(known)
    again = load_calibration(json.dumps(known), "old.json")
    assert (again.validity, again.references) == (None, ())
    assert again.digest() == CALIBRATION.digest()


def test_what_runs_cover_is_written_and_read():
    full = CALIBRATION.model_copy(
        update={
            "validity": Validity(pavement_min_c=-8.0, pavement_max_c=52.0, axle_max_kg=18_000.0),
            "gain_covariance": GainCovariance(sensors=("R0L", "R0R"), relative=((1e-4, -5e-5), (-5e-5, 1e-4))),
            "references": (ReferenceVehicle(vehicle="A", axle_kg=(6_000.0, 9_000.0), gross_u_kg=30.0),),
        }
    )
    assert load_calibration(full.dump(), "file") == full
    assert full.digest() != CALIBRATION.digest()


def test_the_doubt_of_several_gains_is_that_of_their_mean():
    both = ("R0L", "R0R")
    assert CALIBRATION.gain_u(both) == pytest.approx(0.005), "without their covariance they may all err alike"
    known = CALIBRATION.model_copy(update={"gain_covariance": GainCovariance(sensors=both, relative=((1e-4, -5e-5), (-5e-5, 1e-4)))})
    assert known.gain_u(both) == pytest.approx(5e-3)  # (2 · 1e-4 − 2 · 5e-5) / 4 = 2.5e-5
    assert known.gain_u(("R0L",)) == pytest.approx(1e-2)
    assert known.gain_u(("R0L", "R1L")) == pytest.approx(5e-3), "of a sensor that it does not name nothing is known"


def test_a_covariance_needs_a_row_and_a_column_for_each_sensor():
    with pytest.raises(ValueError, match="needs 2 rows of 2 values"):
        GainCovariance(sensors=("R0L", "R0R"), relative=((1e-4,), (1e-4,)))


def test_row_biases_are_against_their_mean():
    speed = {"speed_kmh": (20.0, 80.0), "rows": ((0.01, 0.03), (0.0, 0.0)), "mean_u": (0.0, 0.0), "row_u": (0.0, 0.0)}
    biased = CALIBRATION.model_copy(update={"speed": SpeedFunction(**speed), "speed_min_kmh": 20.0, "speed_max_kmh": 80.0})
    first, second = biased.row_biases()
    assert first == pytest.approx(-second)
    assert 0.005 < first < 0.015
