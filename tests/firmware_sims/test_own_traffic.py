import csv
import itertools
import json
import random
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sims.calibration_session import write_recording, write_session
from firmware_sims.capture_file import read_capture
from firmware_sims.capture_playback import CapturePlayback
from firmware_sims.designs import DESIGNS
from firmware_sims.fleet import Flow, draw_fleet
from firmware_sims.manoeuvre import Behaviour
from firmware_sims.own_traffic import OwnTraffic
from firmware_sims.passage import prepare
from firmware_sims.plates import PROVINCES
from firmware_sims.road_profile import RoadProfile
from firmware_sims.site import Site
from firmware_sims.tyre_signal import vehicle_signal
from firmware_sims.vehicle import GROSS_LIMIT_KG
from tests.firmware_sims.rig import small_layout

GRAVITY = 9.80665
PLATE = re.compile(rf"[{PROVINCES}][A-HJ-NP-Z](?:[A-HJ-NP-Z0-9]{{5}}|[DABCEFGHJK][A-HJ-NP-Z0-9]\d{{4}})")
AXLE_KG, TANDEM_KG, TRIDEM_KG = {False: 7000, True: 11500}, 18_000, 24_000
"""The greatest permitted loads (GB 1589)."""


def fleet(seed, count=60):
    return draw_fleet(small_layout(), count, random.Random(seed), "test")


@given(seed=st.integers(0, 2**32))
@settings(max_examples=20)
def test_a_vehicle_is_clearly_overloaded_or_clearly_not(seed):
    for vehicle in fleet(seed):
        ratio = vehicle.gvw_kg / GROSS_LIMIT_KG[vehicle.kind]
        assert ratio >= 1.119 if vehicle.overloaded else ratio <= 0.921
        assert sum(vehicle.axle_kg) == pytest.approx(vehicle.gvw_kg)
        assert len(vehicle.axle_kg) == len(vehicle.spacings_m) + 1 == len(vehicle.dual) == len(vehicle.left_kg)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=20)
def test_who_is_not_overloaded_keeps_every_axle_and_group_limit_too(seed):
    for vehicle in fleet(seed):
        if vehicle.overloaded:
            continue
        at = 0
        for _, axles in DESIGNS[vehicle.kind].groups:
            group = vehicle.axle_kg[at : at + axles]
            limit = {1: AXLE_KG[vehicle.dual[at]], 2: TANDEM_KG, 3: TRIDEM_KG}[axles]
            assert sum(group) <= 0.95 * limit
            at += axles


def test_both_verdicts_occur():
    share = np.mean([vehicle.overloaded for vehicle in fleet(5, 300)])
    assert 0.1 < share < 0.5


@given(seed=st.integers(0, 2**32))
@settings(max_examples=20)
def test_plates_are_valid_and_coloured_by_kind(seed):
    for vehicle in fleet(seed):
        assert PLATE.fullmatch(vehicle.plate)
        if vehicle.kind in ("car", "van"):
            assert vehicle.plate_color == ("green" if len(vehicle.plate) == 8 else "blue")
        else:
            assert vehicle.plate_color == "yellow"


def test_one_vehicle_at_a_time():
    vehicles = fleet(3)
    for vehicle, following in itertools.pairwise(vehicles):
        assert following.first_axle_sample > vehicle.passed_sample + 1000


def signal_of(traffic):
    return np.concatenate([traffic.read(at, min(at + 997, traffic.length)) for at in range(0, traffic.length, 997)])


@given(seed=st.integers(0, 2**32))
@settings(max_examples=15)
def test_on_a_level_road_the_area_under_a_strips_signal_is_load_times_width_over_speed(seed):
    layout = small_layout(4000.0)
    site = Site(layout, RoadProfile(np.zeros((2, 14500))), (None,) * 6, 25.0)
    vehicle = draw_fleet(layout, 1, random.Random(seed), "level")[0]
    way = prepare(vehicle, site.profile, layout.end_m, random.Random(seed))
    counts = vehicle_signal(site, way, vehicle.first_axle_sample - 3000, vehicle.passed_sample)
    weighed_kg = counts.sum(axis=0)[:4] / layout.rate_hz * vehicle.speed_kmh / 3.6 / 0.06 * 0.5 / GRAVITY
    left_kg = sum(vehicle.left_kg)
    assert weighed_kg == pytest.approx([left_kg, vehicle.gvw_kg - left_kg] * 2, rel=2e-4)


def test_wheels_beside_the_sensors_weigh_less_and_a_stop_nothing_else():
    layout = small_layout()

    def mean_counts(behaviour):
        traffic = OwnTraffic.draw(layout, 6, 11, flow=Flow(behaviours=(behaviour,), heavy_kmh=(40, 40), light_kmh=(40, 40)))
        counts = signal_of(traffic)
        return (counts - np.median(counts, axis=0))[:, :4].mean(axis=0) * len(counts)

    middle, beside = mean_counts(Behaviour.STEADY), mean_counts(Behaviour.STRADDLING)
    assert beside.sum() < 0.8 * middle.sum()
    assert mean_counts(Behaviour.STOP).sum() > middle.sum()


def test_tailgating_vehicles_are_on_the_road_together():
    traffic = OwnTraffic.draw(small_layout(), 4, 3, flow=Flow(behaviours=(Behaviour.TAILGATING,)))
    leader, follower = traffic.vehicles[:2]
    assert follower.first_axle_sample < leader.passed_sample + 1500
    counts = signal_of(traffic)
    for vehicle in traffic.vehicles:
        window = slice(vehicle.first_axle_sample - 20, vehicle.first_axle_sample + 20)
        assert np.ptp(counts[window, 0]) > 3000


def test_reading_in_other_pieces_gives_the_same_vehicles():
    layout = small_layout()
    whole = OwnTraffic.draw(layout, 3, seed=9)
    pieces = OwnTraffic.draw(layout, 3, seed=9)
    one = whole.read(0, whole.length)
    many = np.concatenate([pieces.read(at, min(at + 61, pieces.length)) for at in range(0, pieces.length, 61)])
    assert np.abs(one - many).max() < 600  # the noise is drawn anew, the signal is the same
    assert one.max() > 10_000


def test_a_recording_is_played_back_bit_for_bit(tmp_path):
    layout = small_layout()
    files = write_recording(OwnTraffic.draw(layout, 4, seed=2), "2026-03-02T08:00:00+00:00", tmp_path / "traffic.h5")
    assert [file.name for file in files] == ["traffic.h5", "traffic.truth.json"]
    source = CapturePlayback(tmp_path / "traffic.h5", layout)
    assert np.array_equal(source.read(0, source.length), read_capture(tmp_path / "traffic.h5").counts.T)
    truth = json.loads(files[1].read_text())
    assert [vehicle.gvw_kg for vehicle in source.vehicles] == [entry["gvw_kg"] for entry in truth]
    for vehicle, following in zip(source.vehicles[:-1], source.vehicles[1:], strict=True):
        assert vehicle.passed_sample < following.first_axle_sample


def test_a_calibration_session_lists_its_runs(tmp_path):
    write_session(small_layout(), 1, "2026-03-01T08:00:00+00:00", tmp_path)
    with (tmp_path / "calibration_runs.csv").open(newline="") as file:
        runs = list(csv.DictReader(file))
    truth = json.loads((tmp_path / "calibration.truth.json").read_text())
    assert len(runs) == len(truth) == 18
    for run, entry in zip(runs, truth, strict=True):
        assert int(run["first_axle_sample"]) == entry["first_axle_sample"]
        assert run["truck"] == entry["truck"]
        loads = [int(run[f"axle{k}_kg"]) for k in range(1, 7) if run[f"axle{k}_kg"]]
        assert loads == [round(load) for load in entry["axle_kg"]]
    assert {entry["gvw_kg"] for entry in truth if entry["truck"] == "A"} == {16500.0}
