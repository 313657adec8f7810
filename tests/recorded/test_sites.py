"""The recorded sites: found, counted, weighed within the bounds the product promises."""

import numpy as np
import pytest

from contract.vehicles import Body, VehicleFlag

BEHAVIOUR = {
    VehicleFlag.ACCELERATING,
    VehicleFlag.BRAKING,
    VehicleFlag.STOPPED,
    VehicleFlag.OFF_LEFT,
    VehicleFlag.OFF_RIGHT,
    VehicleFlag.STRADDLING,
    VehicleFlag.REVERSING,
}
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


@pytest.mark.parametrize(("name", "bound"), [("strips4", 0.04), ("strips2", 0.06), ("plates2", 0.025)])
def test_gross_weight_is_within_the_bound(site, name, bound):
    assert np.quantile(np.abs(site(name)["traffic"].gross_error), 0.95) <= bound


@pytest.mark.parametrize("name", SITES)
def test_speed_spacing_and_time_are_right(site, name):
    traffic = site(name)["traffic"]
    assert np.abs(traffic.speed_error).max() <= 0.007
    assert np.abs(traffic.first_axle_error_s).max() <= 0.003
    off = [
        abs(axle.spacing_m - true)
        for vehicle, truth in traffic.counted
        if not truth["stop"]
        for axle, true in zip(vehicle.axles[1:], truth["spacings_m"], strict=True)
    ]
    assert np.quantile(off, 0.95) <= 0.02


def test_stated_uncertainty_holds_over_all_sites(site):
    results = [site(name)["traffic"] for name in SITES]
    gross = np.average([r.gross_covered for r in results], weights=[len(r.matched) for r in results])
    axles = np.average([r.axle_covered for r in results], weights=[r.axle_error.size for r in results])
    assert gross >= 0.9
    assert axles >= 0.9


@pytest.mark.parametrize("name", SITES)
def test_normal_traffic_gets_no_behaviour_flag_and_stops_are_told(site, name):
    for vehicle, truth in site(name)["traffic"].matched:
        wanted = {VehicleFlag.STOPPED} if truth["stop"] else set()
        assert set(vehicle.flags) & BEHAVIOUR == wanted


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
