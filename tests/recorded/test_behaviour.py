"""What drivers did on the recorded sites is flagged, and ordinary traffic is left alone: the aims of ``bench.behaviour``."""

import pytest

from bench.behaviour import AIM_FALSE, AIM_FLAGGED, BEHAVIOUR, Judged, deeds, judge, stops
from contract.vehicles import VehicleFlag

SITES = ["strips4", "strips2", "plates2"]
OFF = {VehicleFlag.OFF_LEFT, VehicleFlag.OFF_RIGHT}
STEADY = {"kind": "rigid2", "dual": [False, True], "accel_ms2": 0.0, "stop": False, "y_centre_m": 1.75}


def test_each_vehicle_is_flagged_for_all_it_did(site):
    judged = judge(site("strips4")["abnormal"])
    assert all(one.did for one in judged)
    assert sum(one.right for one in judged) >= AIM_FLAGGED * len(judged)


@pytest.mark.parametrize("kind", [kind for kind in BEHAVIOUR if kind not in OFF])
def test_abnormal_driving_is_not_flagged_for_what_was_not_done(site, kind):
    assert not [one for one in judge(site("strips4")["abnormal"]) if kind in one.false]


def test_the_wrong_side_is_named_at_most_beside_the_right_one(site):
    judged = judge(site("strips4")["abnormal"])
    assert sum(bool(one.false & OFF) for one in judged) <= 2
    for one in judged:
        if one.did & OFF:
            assert one.did & OFF <= one.flagged


def test_ordinary_traffic_is_hardly_ever_flagged_for_behaviour(site):
    judged = [one for name in SITES for one in judge(site(name)["traffic"])]
    assert all(one.flagged is not None for one in judged)
    assert sum(bool(one.false) for one in judged) <= AIM_FALSE * len(judged)


def test_stops_on_the_plates_are_counted_told_and_weighed_right(site):
    traffic = site("plates2")["traffic"]
    answers = stops(traffic)
    assert len(answers) == sum(truth["stop"] for truth in traffic.truth) > 0
    assert all(counted and safe for counted, safe in answers)
    stopped = [one for one in judge(traffic) if VehicleFlag.STOPPED in one.did]
    assert all(one.right for one in stopped)


@pytest.mark.parametrize(
    ("changed", "gap_s", "did"),
    [
        ({}, None, set()),
        ({"accel_ms2": 0.5}, None, {VehicleFlag.ACCELERATING}),
        ({"accel_ms2": -0.5}, None, {VehicleFlag.BRAKING}),
        ({"accel_ms2": 0.2}, None, set()),
        ({"stop": True}, None, {VehicleFlag.STOPPED}),
        ({"y_centre_m": 1.15}, None, {VehicleFlag.OFF_LEFT}),
        ({"y_centre_m": 2.6}, None, {VehicleFlag.OFF_RIGHT, VehicleFlag.STRADDLING}),
        ({"kind": "car", "dual": [False, False], "y_centre_m": 2.5}, None, {VehicleFlag.STRADDLING}),
        ({}, 0.5, {VehicleFlag.TAILGATING}),
        ({}, 2.0, set()),
    ],
)
def test_the_truth_says_what_a_vehicle_did(site, changed, gap_s, did):
    assert deeds(STEADY | changed, site("strips4")["traffic"].lane, gap_s) == did


def test_a_vehicle_that_was_not_found_counts_as_not_flagged():
    lost = Judged(frozenset({VehicleFlag.BRAKING}), None)
    assert not lost.right
    assert lost.false == frozenset()
