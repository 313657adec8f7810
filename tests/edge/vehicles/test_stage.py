import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.faults import StopError
from contract.station import SensorKind
from contract.vehicles import Body, VehicleFlag
from edge.axles import AxleStage
from edge.vehicles import VehicleStage
from tests.calibration.flat import flat_calibration
from tests.edge.axles.road import Passing, blocks_of, counts_of, lane_of

SEMI = Passing(1.0, 15.0, (6000.0, 9000.0, 8000.0, 8000.0, 8000.0), (3.6, 6.0, 1.3, 1.3))
RIGID = Passing(5.0, 12.0, (5000.0, 10_000.0), (4.8,))
SEEDS = st.integers(0, 2**32 - 1)


def vehicles(lane, blocks, calibration=None, pavement_c=None):
    axles, stage = AxleStage(lane), VehicleStage(lane, calibration, pavement_c)
    found = [vehicle for block in blocks for vehicle in stage.push(axles.push(block), block.stop)]
    found += stage.push(axles.finish(), blocks[-1].stop) + stage.finish()
    return found


def drive(passings, seconds, *, seed=1, kind=SensorKind.STRIP, rows=(0.0, 2.0, 5.0), rate_hz=2000.0, spoil=None, **cutting):
    lane = lane_of(kind, rows=rows, rate_hz=rate_hz)
    counts = counts_of(lane, passings, seconds, np.random.default_rng(seed))
    if spoil is not None:
        spoil(lane, counts)
    return vehicles(lane, blocks_of(counts, **cutting), flat_calibration(lane), 20.0)


def silence(*names):
    def spoil(lane, counts):
        for channel, sensor in enumerate(lane.sensor):
            if sensor.name in names:
                counts[channel] = 0

    return spoil


@settings(max_examples=12, deadline=None)
@given(seed=SEEDS, kind=st.sampled_from([SensorKind.STRIP, SensorKind.PLATE]), cuts=st.lists(st.integers(1, 8999), max_size=20))
def test_any_cutting_gives_the_same_vehicles_to_the_bit(seed, kind, cuts):
    drives = {"seed": seed, "kind": kind, "rate_hz": 1000.0}
    slower = dataclasses.replace(SEMI, speed_m_s=8.0)
    assert drive([slower, RIGID], 9.0, cuts=cuts, **drives) == drive([slower, RIGID], 9.0, **drives)


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS, speed=st.floats(4.0, 33.0), kind=st.sampled_from([SensorKind.STRIP, SensorKind.PLATE]))
def test_a_semitrailer_is_weighed(seed, speed, kind):
    (vehicle,) = drive([dataclasses.replace(SEMI, first_axle_s=1.5, speed_m_s=speed)], 8.0, seed=seed, kind=kind, rate_hz=4000.0)
    assert vehicle.gross_kg == pytest.approx(39_000.0, rel=0.01)
    assert [axle.load_kg for axle in vehicle.axles] == pytest.approx(SEMI.axle_kg, rel=0.02)
    assert [axle.spacing_m for axle in vehicle.axles[1:]] == pytest.approx(SEMI.spacings_m, abs=0.03)
    assert vehicle.speed_m_s == pytest.approx(speed, rel=0.004)
    assert vehicle.first_axle_sample == pytest.approx(6000.0, abs=8.0)
    assert vehicle.acceleration_m_s2 == pytest.approx(0.0, abs=0.2)
    assert vehicle.length_m == pytest.approx(14.6, abs=0.15)
    assert (vehicle.vehicle_class.code, vehicle.vehicle_class.body) == ("1+1+3", Body.COMBINATION)
    assert [axle.group for axle in vehicle.axles] == [1, 2, 3, 3, 3]
    assert all(axle.left_kg == pytest.approx(axle.right_kg, rel=0.03) for axle in vehicle.axles)
    assert not vehicle.flags


@pytest.mark.parametrize("dead", [("loopA",), ("loopB",), ("loopA", "loopB")])
def test_vehicles_are_found_when_loops_have_failed(dead):
    third = dataclasses.replace(RIGID, first_axle_s=9.0)
    found = drive([SEMI, RIGID, third], 40.0, spoil=silence(*dead))
    assert [len(vehicle.axles) for vehicle in found] == [5, 2, 2]
    assert all(VehicleFlag.NO_LOOP in vehicle.flags for vehicle in found)
    assert [vehicle.gross_kg for vehicle in found] == pytest.approx([39_000.0, 15_000.0, 15_000.0], rel=0.01)


def test_a_vehicle_close_behind_is_one_of_its_own():
    rear_m = sum(SEMI.spacings_m) + SEMI.overhang_m
    follower = dataclasses.replace(RIGID, speed_m_s=15.0, first_axle_s=1.0 + (rear_m + 4.0 + RIGID.overhang_m) / 15.0)
    found = drive([SEMI, follower], 6.0)
    assert [len(vehicle.axles) for vehicle in found] == [5, 2]
    assert [vehicle.gross_kg for vehicle in found] == pytest.approx([39_000.0, 15_000.0], rel=0.01)


def test_a_silent_strip_takes_its_row_out_and_is_told():
    (vehicle,) = drive([SEMI], 4.0, spoil=silence("R1L"))
    assert vehicle.flags == {VehicleFlag.CHANNEL_FAULT: 1.0, VehicleFlag.FEWER_ROWS: 2.0}
    assert vehicle.gross_kg == pytest.approx(39_000.0, rel=0.01)
    (whole,) = drive([SEMI], 4.0)
    assert vehicle.gross_u_kg > whole.gross_u_kg


def test_a_gap_on_one_wheel_leaves_the_other_rows_to_weigh_it():
    (whole,) = drive([SEMI], 4.0)
    second = next(c for c in whole.crossings[1] if c.sensor == "R2L")
    middle = round(second.centre)
    (vehicle,) = drive([SEMI], 4.0, gaps=((middle, middle + 6),))
    assert vehicle.flags[VehicleFlag.SIGNAL_GAP] == 2.0
    assert vehicle.flags[VehicleFlag.FEWER_ROWS] == 2.0
    assert [axle.load_kg for axle in vehicle.axles] == pytest.approx(SEMI.axle_kg, rel=0.02)


def test_a_wheel_lost_in_a_gap_does_not_cost_the_axle():
    (whole,) = drive([SEMI], 4.0)
    fourth = next(c for c in whole.crossings[3] if c.sensor == "R0L")
    (vehicle,) = drive([SEMI], 4.0, gaps=((fourth.start - 8, fourth.stop + 8),))
    assert len(vehicle.axles) == 5
    assert vehicle.gross_kg == pytest.approx(39_000.0, rel=0.01)
    assert VehicleFlag.FEWER_ROWS in vehicle.flags


def test_a_disturbance_of_one_channel_is_no_vehicle():
    lane = lane_of(SensorKind.STRIP)
    counts = counts_of(lane, [], 10.0, np.random.default_rng(4))
    counts[2, 3000:3100] += 9000
    axles, stage = AxleStage(lane), VehicleStage(lane, None)
    found = [v for block in blocks_of(counts) for v in stage.push(axles.push(block), block.stop)]
    assert found + stage.finish() == []
    assert stage.strays == 1


def test_shares_that_no_load_explains_say_that_wheels_were_cut():
    (vehicle,) = drive([dataclasses.replace(SEMI, left_share=0.12)], 4.0)
    assert {VehicleFlag.OFF_LEFT, VehicleFlag.OFF_RIGHT, VehicleFlag.STRADDLING} & set(vehicle.flags)


def test_without_calibration_the_vehicle_says_so_and_the_uncertainty_is_wide():
    lane = lane_of(SensorKind.PLATE)
    blocks = blocks_of(counts_of(lane, [dataclasses.replace(RIGID, first_axle_s=1.0)], 3.0, np.random.default_rng(2)))
    (vehicle,) = vehicles(lane, blocks)
    assert vehicle.flags == {VehicleFlag.UNCALIBRATED: 1.0}
    assert vehicle.gross_u_kg > 0.2 * vehicle.gross_kg


def test_temperature_and_speed_away_from_the_calibration_are_told():
    lane = lane_of(SensorKind.PLATE)
    blocks = blocks_of(counts_of(lane, [dataclasses.replace(RIGID, first_axle_s=1.0)], 3.0, np.random.default_rng(2)))
    calibration = flat_calibration(lane, speed_max_kmh=30.0)
    (near,), (far,) = vehicles(lane, blocks, calibration, 20.0), vehicles(lane, blocks, calibration, 60.0)
    assert near.flags == {VehicleFlag.OUTSIDE_CALIBRATION: pytest.approx(43.2, abs=0.3)}
    assert far.gross_u_kg > near.gross_u_kg


def test_a_calibration_of_another_lane_or_sensor_set_is_refused():
    lane = lane_of(SensorKind.PLATE)
    with pytest.raises(StopError, match="is of lane 2, not of lane 1"):
        VehicleStage(lane, flat_calibration(lane, lane=2))
    with pytest.raises(StopError, match="no gain for sensor R0R"):
        VehicleStage(lane, flat_calibration(lane, sensors={"R0L": {"gain": 1.0, "relative_u": 0.01}}))


def test_what_stands_on_the_array_when_the_stream_ends_is_given():
    (vehicle,) = drive([SEMI], 1.9)
    assert VehicleFlag.NO_LOOP in vehicle.flags


@pytest.mark.parametrize(
    ("validity", "pavement_c", "flags"),
    [
        ({"pavement_min_c": -10.0, "pavement_max_c": 50.0, "axle_max_kg": 12_000.0}, 20.0, {}),
        ({"pavement_min_c": -10.0, "pavement_max_c": 50.0}, 50.5, {VehicleFlag.OUTSIDE_TEMPERATURE: 50.5}),
        ({"pavement_min_c": -10.0, "pavement_max_c": 50.0}, None, {}),
        ({"axle_max_kg": 9_000.0}, 20.0, {VehicleFlag.OUTSIDE_LOAD: pytest.approx(10_000.0, rel=0.02)}),
    ],
)
def test_temperatures_and_loads_that_the_calibration_does_not_hold_for_are_flagged(validity, pavement_c, flags):
    lane = lane_of(SensorKind.PLATE)
    blocks = blocks_of(counts_of(lane, [dataclasses.replace(RIGID, first_axle_s=1.0)], 3.0, np.random.default_rng(2)))
    (vehicle,) = vehicles(lane, blocks, flat_calibration(lane, validity=validity), pavement_c)
    assert vehicle.flags == flags


def test_less_sure_reference_weights_make_every_weight_less_sure():
    lane = lane_of(SensorKind.PLATE)
    blocks = blocks_of(counts_of(lane, [dataclasses.replace(RIGID, first_axle_s=1.0)], 3.0, np.random.default_rng(2)))

    def gross_u(u_kg):
        references = [{"vehicle": "A", "axle_kg": [6_000.0, 10_000.0], "gross_u_kg": u_kg}]
        return vehicles(lane, blocks, flat_calibration(lane, references=references), 20.0)[0].gross_u_kg

    assert gross_u(None) == gross_u(32.0)  # what is assumed of a class III weighbridge: 0.1 %
    assert gross_u(800.0) ** 2 - gross_u(32.0) ** 2 == pytest.approx((2 * 15_000.0) ** 2 * (0.025**2 - 0.001**2), rel=0.02)
