"""The pieces of the demo that need no running line."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.records import AxleEntry
from demo.axle_picture import BARS, axle_picture
from demo.closing import stored_in_central
from demo.errors import DemoError
from demo.faults import FAULTS, Blow, Schedule, blows_of
from demo.layout import Layout, Ports
from demo.ports import free_ports, listening
from demo.site import CAMERAS, SiteName, check_speed, find_site, station_file
from demo.truth import Truth
from demo.workspace import workspace
from tests.demo.makers import driven

PORTS = Ports(web=8080, broker=1, edge=2, plates=3, site=4, digitiser=5, control=6, video=7)


def axle(load_kg, spacing_mm=None):
    return AxleEntry(load_kg=load_kg, u_kg=100, spacing_mm=spacing_mm, group=1)


def test_a_semitrailer_in_one_line():
    axles = (axle(6_400), axle(11_000, 3_500), axle(8_000, 6_000), axle(8_000, 1_300))
    assert axle_picture(axles) == "▄────▇───────▅─▅"


@given(st.lists(st.tuples(st.integers(0, 60_000), st.integers(1, 15_000)), min_size=1, max_size=30))
def test_every_axle_is_in_the_picture(drawn):
    (first, _), *others = drawn
    picture = axle_picture((axle(first), *(axle(load, spacing) for load, spacing in others)))
    assert sum(picture.count(bar) for bar in BARS) == len(drawn)


@given(st.integers(1, 100), st.integers(1, 6))
def test_every_blow_falls_once_and_in_order(vehicles, count):
    blows = [Blow(request=str(number)) for number in range(count)]
    schedule = Schedule(blows, vehicles)
    assert schedule.due(0) == []
    assert [blow for passed in range(vehicles + 1) for blow in schedule.due(passed)] == blows


def test_every_fault_can_be_asked_for():
    for name in FAULTS:
        assert blows_of([name], "R0L")
    assert blows_of(["dead-channel"], "R0L") == [Blow(request="fault dead channel=R0L for_s=8")]


def test_an_unknown_fault_names_the_known_ones():
    with pytest.raises(DemoError, match=r"no fault 'gremlins'; allowed are garbled, .*kill-all"):
        blows_of(["gremlins"], "R0L")


@pytest.mark.parametrize("modbus", [False, True])
def test_the_station_file_is_one(tmp_path, modbus):
    site = find_site(SiteName.OWN)
    layout = Layout(tmp_path)
    text = station_file(site, layout, PORTS, speedup=4, modbus=modbus)
    assert all(f'name = "{camera.name}"' in text for camera in CAMERAS)
    assert "playback = 4.0" in text
    assert ('driver = "modbus-tcp-digitiser"' in text) is modbus


def test_a_site_that_was_not_recorded_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("WIM_SHARED", str(tmp_path))
    assert find_site(None).name is SiteName.OWN
    with pytest.raises(DemoError, match="--site own needs no recording"):
        find_site(SiteName.PLATES2)


def test_modbus_does_not_carry_ten_channels_at_4_khz():
    with pytest.raises(DemoError, match=r"at most 0\.38; leave out --modbus"):
        check_speed(find_site(SiteName.OWN), 1.0, modbus=True)
    check_speed(find_site(SiteName.OWN), 4.0, modbus=False)


def test_the_truth_is_read_while_it_is_written(tmp_path):
    path = tmp_path / "truth.jsonl"
    truth = Truth(path)
    truth.refresh()
    playback = {"event": "playback", "counter_offset": 8000, "rate_hz": 4000.0, "speedup": 4.0, "utc": "", "source": ""}
    vehicle = driven(1).model_dump_json()
    path.write_text(json.dumps(playback) + "\n" + vehicle[:20])
    truth.refresh()
    assert truth.playback is not None
    assert not truth.vehicles
    with path.open("a") as file:
        file.write(vehicle[20:] + '\n{"event": "complete", "vehicles": 1}\n')
    truth.refresh()
    assert truth.vehicles == [driven(1)]
    assert truth.complete.vehicles == 1


def test_the_last_axle_is_later_by_the_way_over_the_array():
    vehicle = driven(1, spacings_m=(4.0,), speed_kmh=72.0, first_axle_utc_us=1_000_000)
    assert vehicle.last_axle_utc_us(last_sensor_m=6.0, speedup=2.0) == pytest.approx(1_250_000)


def test_a_folder_of_its_own_goes_and_a_named_one_stays(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with workspace(None, keep=False) as layout:
        assert layout.logs.is_dir()
        assert layout.root.parent == tmp_path / "run"
    assert list(tmp_path.iterdir()) == []
    with workspace(None, keep=True) as layout:
        pass
    assert layout.root.is_dir()
    named = tmp_path / "named"
    with workspace(named, keep=False):
        pass
    with pytest.raises(DemoError, match="name a new folder"), workspace(named, keep=False):
        pass


def test_ports_are_different_and_free():
    ports = free_ports(20)
    assert len(set(ports)) == 20
    assert not listening(ports[0])


def test_an_answer_without_the_station_is_an_error():
    figures = {"records": 2, "vehicles": 2, "overloads": 0, "verified": 2, "chain": "unbroken", "blobs_missing": 0}
    answer = json.dumps({"stations": {"a": figures}, "quarantine": 0})
    assert stored_in_central(answer, "a").records == 2
    with pytest.raises(DemoError, match="no figures for b"):
        stored_in_central(answer, "b")
    with pytest.raises(DemoError, match="no figures for a"):
        stored_in_central("Traceback", "a")
