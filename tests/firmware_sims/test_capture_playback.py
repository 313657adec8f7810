import itertools
import json
import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sims.capture_file import read_capture
from firmware_sims.capture_playback import CapturePlayback
from firmware_sims.errors import SimulationError
from firmware_sims.layout import read_layout
from firmware_sims.road import Road

SITES = ("strips4", "strips2", "plates2")


def playback(captures, site, vehicles=0):
    return CapturePlayback(captures / site / "traffic.h5", read_layout(captures / site / "station.toml"), vehicles)


@pytest.mark.parametrize("site", SITES)
def test_every_count_is_played_as_recorded(captures, site):
    source = playback(captures, site)
    road = Road(source, np.random.default_rng())
    before = 123
    road.read_to(before)
    road.begin(500)
    blocks = [road.read_to(stop) for stop in range(1000, 500 + source.length + 9973, 9973)]
    played = np.concatenate(blocks)[500 - before :]
    recorded = read_capture(captures / site / "traffic.h5").counts.T
    assert np.array_equal(played[: len(recorded)], recorded)
    assert road.complete


@pytest.mark.parametrize("site", SITES)
def test_each_vehicle_has_passed_before_the_next_one_comes(captures, site):
    vehicles = playback(captures, site).vehicles
    truth = json.loads((captures / site / "traffic.truth.json").read_text())
    assert [vehicle.first_axle_sample for vehicle in vehicles] == [entry["first_axle_sample"] for entry in truth]
    for vehicle, following in itertools.pairwise(vehicles):
        assert vehicle.first_axle_sample < vehicle.passed_sample < following.first_axle_sample


@pytest.mark.parametrize("site", SITES)
def test_playback_ends_after_the_vehicle_asked_for_on_a_quiet_road(captures, site):
    whole = playback(captures, site).vehicles
    for count in range(1, len(whole) + 1, 4):
        source = playback(captures, site, count)
        assert source.vehicles == whole[:count]
        assert source.vehicles[-1].passed_sample <= source.length
        if count < len(whole):
            assert source.length < whole[count].first_axle_sample
        assert source.idle_after.deviation.max() < 80
        assert np.abs(source.idle_after.mean[list(source.layout.loop_columns)]).max() < 20


def test_plates_differ_and_stay_the_same(captures):
    first, again = playback(captures, "strips4").vehicles, playback(captures, "strips4").vehicles
    assert [vehicle.plate for vehicle in first] == [vehicle.plate for vehicle in again]
    assert len({vehicle.plate for vehicle in first}) == len(first)


def test_overloads_follow_from_the_kind(captures):
    by_weight = {(v.kind, round(v.gvw_kg)): v.overloaded for v in playback(captures, "strips4").vehicles}
    assert by_weight["rigid2", 20605]
    assert by_weight["long8", 88567]
    assert not by_weight["semi6", 44542]
    assert by_weight["semi5", 44610]
    assert not by_weight["semi5", 42702]


def test_more_vehicles_than_recorded_are_refused(captures):
    with pytest.raises(SimulationError, match="46 vehicles wanted, it holds 45"):
        playback(captures, "strips4", 46)


def test_a_capture_of_another_site_is_refused(captures):
    layout = read_layout(captures / "strips2" / "station.toml")
    with pytest.raises(SimulationError, match="give the station file the capture was taken with"):
        CapturePlayback(captures / "strips4" / "traffic.h5", layout)


def test_a_capture_without_truth_is_refused(captures, tmp_path):
    shutil.copy(captures / "strips2" / "calibration.h5", tmp_path / "alone.h5")
    with pytest.raises(SimulationError, match=r"alone\.truth\.json"):
        CapturePlayback(tmp_path / "alone.h5", read_layout(captures / "strips2" / "station.toml"))


@pytest.mark.parametrize("content", [b"", b"no capture"])
def test_what_is_no_capture_is_refused(captures, tmp_path, content):
    (tmp_path / "bad.h5").write_bytes(content)
    with pytest.raises(SimulationError, match="not a readable HDF5 file"):
        CapturePlayback(tmp_path / "bad.h5", read_layout(captures / "strips2" / "station.toml"))


@settings(max_examples=20)
@given(cuts=st.lists(st.integers(0, 3000), max_size=10))
def test_the_road_is_endless_and_has_no_holes(captures, cuts):
    source = playback(captures, "plates2", 1)
    road = Road(source, np.random.default_rng(0))
    road.begin(1000)
    total = 0
    for step in cuts:
        total += len(road.read_to(total + step))
        assert road.position == total
