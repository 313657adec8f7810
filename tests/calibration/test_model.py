import json

import pytest

from calibration.model import load_calibration
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
