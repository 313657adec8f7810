"""The recorded sites: found, counted, weighed within the bounds the product promises."""

import numpy as np
import pytest

from bench.accuracy import quantities
from bench.behaviour import BEHAVIOUR
from contract.vehicles import Body, VehicleFlag

SITES = ["strips4", "strips2", "plates2"]
RIGID = {"car", "van", "bus2", "rigid2", "rigid3", "rigid3s", "rigid4"}


@pytest.mark.parametrize("name", SITES)
def test_every_vehicle_is_found_and_none_invented(site, name):
    traffic = site(name)["traffic"]
    assert len(traffic.matched) == len(traffic.truth)
    assert traffic.invented == 0


@pytest.mark.parametrize("name", SITES)
def test_every_axle_is_counted(site, name):
    traffic = site(name)["traffic"]
    assert len(traffic.counted) == len(traffic.truth)


@pytest.mark.parametrize(("name", "bound"), [("strips4", 0.029), ("strips2", 0.032), ("plates2", 0.019)])
def test_gross_weight_is_no_worse_than_the_textbook_with_axles_found_by_hand(site, name, bound):
    gross = quantities(site(name)["traffic"])["gross"]
    assert np.quantile(np.abs(gross.ours), 0.95) <= bound
    assert gross.ours.std() < gross.textbook.std()


def test_there_is_no_bias_in_the_mean_of_sites(site):
    biases = [abs(quantities(site(name)["traffic"])["gross"].ours.mean()) for name in SITES]
    assert np.mean(biases) <= 0.005


@pytest.mark.parametrize("name", SITES)
def test_speed_spacing_and_time_are_right(site, name):
    traffic = site(name)["traffic"]
    found = quantities(traffic)
    assert np.quantile(np.abs(found["speed"].ours), 0.95) <= 0.007
    assert np.quantile(np.abs(found["spacing"].ours), 0.95) <= 0.02
    for vehicle, truth in traffic.matched:
        if not truth["stop"]:
            assert abs(vehicle.first_axle_sample - truth["first_axle_sample"]) <= 0.003 * traffic.lane.rate_hz


def test_stated_uncertainty_holds_over_all_sites(site):
    found = [quantities(site(name)["traffic"]) for name in SITES]
    gross = np.concatenate([one["gross"].inside for one in found])
    axles = np.concatenate([one[kind].inside for one in found for kind in ("axle", "axle of a group")])
    assert 0.9 <= gross.mean() <= 0.98
    assert 0.92 <= axles.mean() <= 0.98


@pytest.mark.parametrize("name", SITES)
def test_normal_traffic_gets_no_behaviour_flag_and_stops_are_told(site, name):
    for vehicle, truth in site(name)["traffic"].matched:
        wanted = {VehicleFlag.STOPPED} if truth["stop"] else set()
        assert set(vehicle.flags) & set(BEHAVIOUR) == wanted


@pytest.mark.parametrize("name", SITES)
def test_bodies_are_told_apart(site, name):
    for vehicle, truth in site(name)["traffic"].matched:
        wanted = Body.RIGID if truth["kind"] in RIGID else Body.COMBINATION
        if not truth["stop"]:
            assert vehicle.vehicle_class.body is wanted, truth["kind"]


def test_abnormal_driving_is_told(site):
    abnormal = site("strips4")["abnormal"]
    assert len(abnormal.matched) == len(abnormal.truth)
    assert abnormal.invented == 0
    for vehicle, truth in abnormal.matched:
        if abs(truth["accel_ms2"]) > 0.4:
            wanted = {VehicleFlag.ACCELERATING if truth["accel_ms2"] > 0 else VehicleFlag.BRAKING}
        else:
            wanted = {VehicleFlag.OFF_LEFT, VehicleFlag.OFF_RIGHT, VehicleFlag.STRADDLING}
        assert set(vehicle.flags) & wanted, truth
        assert vehicle.acceleration_m_s2 == pytest.approx(truth["accel_ms2"], abs=0.05)
