import json
from datetime import UTC, datetime

import pytest

from calibration.model import Calibration, Scatter, SensorGain, load_calibration
from contract.faults import StopError

CALIBRATION = Calibration(
    id="strips4-1-20260301T080000Z",
    station="strips4",
    lane=1,
    created=datetime(2026, 3, 1, 8, tzinfo=UTC),
    pavement_c=22.0,
    speed_min_kmh=29.5,
    speed_max_kmh=85.2,
    runs=24,
    sensors={"R0L": SensorGain(gain=1.01, relative_u=0.006)},
    gross=Scatter(result=0.011, rows=0.019),
    axle=Scatter(result=0.013, rows=0.029),
)


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
        ({"speed_min_kmh": 90.0}, "must not exceed"),
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
