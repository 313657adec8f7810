"""The station file: every wrong key and value is named, with what is allowed."""

import pytest

from contract.faults import StopError
from contract.station import Station, parse_station

SOUND = """
[station]
id = "S1"
name = "Site"
road = "G107"
stake = "K1"
direction = "south"
rules = "cn"

[[lane]]
id = 1
width_m = 3.5
rate_hz = 4000.0

[[lane.sensor]]
name = "s1"
kind = "strip"
channel = "c1"
position_m = 0
width_m = 0.05
lateral_m = [0.0, 1.75]
newton_per_count = 0.5
"""
CAMERA = '[[camera]]\nname = "cam"\nlane = 1\nposition_m = 5\n'


def faults_of(text):
    with pytest.raises(StopError) as caught:
        parse_station(text, "site.toml")
    assert caught.value.where == "site.toml"
    return caught.value.what


def test_a_sound_file_is_read():
    station = parse_station(SOUND + CAMERA, "site.toml")
    assert isinstance(station, Station)
    assert station.lane_with(1).channels == ("c1",)
    assert station.lane_with(1).sensor_named("s1").weighs


def test_no_toml_names_the_line():
    assert "line 2" in faults_of("[station]\nid = \n")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id = "S1"', 'id = "S1"\ncolour = "red"', "station.colour = 'red' is not a key of the station file"),
        ('name = "Site"', "", "station.name is missing; add it"),
        ('id = "S1"', 'id = "a/b"', "station.id = 'a/b'"),
        ("rate_hz = 4000.0", "rate_hz = 5", "lane.[0].rate_hz = 5"),
        ('kind = "strip"', 'kind = "hose"', "lane.[0].sensor.[0].kind = 'hose'"),
        ("[0.0, 1.75]", "[1.75, 0.0]", "left < right, not [1.75, 0.0]"),
        ("newton_per_count = 0.5", "", "a strip needs newton_per_count"),
        ('kind = "strip"', 'kind = "loop"', "lane 1 has no strip and no plate, so it cannot weigh"),
        ("width_m = 3.5", "width_m = nan", "lane.[0].width_m = nan"),
    ],
)
def test_each_fault_names_its_key_and_value(old, new, said):
    assert old in SOUND
    assert said in faults_of(SOUND.replace(old, new, 1))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (CAMERA.replace("lane = 1", "lane = 7"), "cam belongs to lane 7, but the file has lanes [1]"),
        (CAMERA * 2, "devices and cameras need names of their own"),
        (CAMERA + "also_lanes = [2]\n", "cam belongs to lane 2, but the file has lanes [1]"),
        (CAMERA + "also_lanes = [1]\n", "also_lanes [1] names a lane twice; lane 1 is seen anyway"),
        (CAMERA + 'lane_numbers = { "7" = 3 }\n', "lane_numbers leads to lane 3, which the camera does not see; allowed are [1]"),
        ("[matching]\ncertainty_min = 0.4\n", "matching.certainty_min = 0.4"),
        ("[matching]\ncertainty_min = 1\n", "matching.certainty_min = 1"),
        ("[matching]\nlane_change_share = 0.5\n", "matching.lane_change_share = 0.5"),
        ('[[device]]\ndriver = "other"\nname = "d"\n', "device.[0]"),
        ('[[device]]\ndriver = "modbus-rtu-digitiser"\nname = "d"\nlane = 1\n', "needs port, the serial device"),
        ("[gates]\nspeed_min_kmh = 90\nspeed_max_kmh = 80\n", "speed_min_kmh 90.0 must be below speed_max_kmh 80.0"),
        ('[gates]\ndecision_rule = "maximum-permissible-error"\n', "mpe_share None with decision_rule maximum-permissible-error"),
        ("[gates]\nmpe_share = 0.05\n", "mpe_share 0.05 with decision_rule expanded-uncertainty"),
        ("[uplink]\nbroker_port = 70000\n", "uplink.broker_port = 70000"),
        (SOUND[SOUND.index("[[lane]]") :], "two lanes share an id: [1, 1]"),
    ],
)
def test_tables_that_do_not_fit_are_refused(more, said):
    assert said in faults_of(SOUND + more)


def test_two_sensors_cannot_share_a_channel():
    sensor = SOUND[SOUND.index("[[lane.sensor]]") :]
    assert "share the name 's1'" in faults_of(SOUND + sensor)
    assert "share the channel 'c1'" in faults_of(SOUND + sensor.replace('"s1"', '"s2"'))


def test_all_faults_are_told_at_once():
    text = faults_of(SOUND.replace('name = "Site"', "").replace("rate_hz = 4000.0", "rate_hz = 5"))
    assert "station.name" in text
    assert "rate_hz" in text


@pytest.mark.parametrize("ask", ["lane_with", "sensor_named"])
def test_what_is_not_there_is_a_key_error(ask):
    station = parse_station(SOUND, "site.toml")
    with pytest.raises(KeyError):
        station.lane_with(9) if ask == "lane_with" else station.lane_with(1).sensor_named("s9")


def test_the_recorded_sites_have_sound_files(captures):
    for path in sorted(captures.glob("*/station.toml")):
        assert parse_station(path.read_text(), str(path)).station.id == path.parent.name
