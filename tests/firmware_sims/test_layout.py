import pytest

from firmware_sims.errors import SimulationError
from firmware_sims.layout import read_layout

GOOD = """
[station]
id = "s1"
[[lane]]
id = 1
rate_hz = 1000.0
[[lane.sensor]]
kind = "strip"
channel = "R0L"
position_m = 0
width_m = 0.06
lateral_m = [0.0, 1.75]
newton_per_count = 0.5
"""


def written(tmp_path, text):
    path = tmp_path / "station.toml"
    path.write_text(text)
    return path


def test_a_station_files_sensors_are_read_and_the_rest_passed_over(tmp_path):
    layout = read_layout(written(tmp_path, GOOD + "[camera]\nurl = 1\n"))
    assert (layout.station, layout.lane, layout.rate_hz, layout.channels) == ("s1", 1, 1000.0, ("R0L",))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[station", "not TOML"),
        (GOOD.replace('id = "s1"', ""), "key 'id' is missing"),
        (GOOD.replace('"strip"', '"scale"'), "sensor kind 'scale'; allowed are strip, plate, loop, axle"),
        (GOOD.replace('"R0L"', '"a name too long"'), "1 to 12 printable ASCII"),
        (GOOD.replace("[0.0, 1.75]", "[0.0]"), "not enough values"),
    ],
)
def test_wrong_files_are_refused_with_their_name(tmp_path, text, message):
    with pytest.raises(SimulationError, match=message) as refused:
        read_layout(written(tmp_path, text))
    assert "station.toml" in str(refused.value)


def test_missing_lane_and_missing_file(tmp_path):
    with pytest.raises(SimulationError, match=r"no lane 2; it has \[1\]"):
        read_layout(written(tmp_path, GOOD), 2)
    with pytest.raises(SimulationError, match="cannot be read"):
        read_layout(tmp_path / "none.toml")
