import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.axles import Crossing
from contract.station import SensorKind
from contract.vehicles import VehicleFlag
from edge.vehicles.position import CHANGE_SHARE, CHANGE_SIGMA, PositionWatch
from edge.vehicles.sides import Shares, share_change
from tests.edge.axles.road import lane_of

LANE = lane_of(SensorKind.STRIP, rows=(0.0, 2.0, 4.0, 7.0))
WATCH = PositionWatch(LANE)
MIDDLE_M = LANE.width_m / 2.0
CUT = {VehicleFlag.OFF_LEFT, VehicleFlag.OFF_RIGHT, VehicleFlag.STRADDLING}
SINGLE, DUAL = 0.3, 0.6
TRUCK = ((3000.0, SINGLE), (5000.0, DUAL), (5000.0, DUAL)), [3.8, 1.3]
SEMI = ((3000.0, SINGLE), (5000.0, DUAL), (4000.0, DUAL), (4000.0, DUAL), (4000.0, DUAL)), [3.6, 6.0, 1.3, 1.3]
CAR = ((450.0, 0.2), (400.0, 0.2)), [2.6]


def driven(vehicle, y_m, *, half_m=0.95, left=0.5, swing=None):
    """Loads that the strips see of wheels (kg of one wheel, width in m) at y_m; `swing` is added to the left share by axle and row."""
    wheels, spacings = vehicle
    loads = {sensor.name: [] for sensor in LANE.weighing_sensors}
    for k, (wheel_kg, width_m) in enumerate(wheels):
        for row, sensors in enumerate(LANE.weighing_rows):
            share = left + (0.0 if swing is None else swing[k][row])
            for sensor in sensors:
                kg = 0.0
                for side, part in ((-1, share), (1, 1.0 - share)):
                    middle = y_m + side * half_m
                    low, high = max(middle - width_m / 2, sensor.lateral_m[0]), min(middle + width_m / 2, sensor.lateral_m[1])
                    kg += 2.0 * wheel_kg * part * max(0.0, high - low) / width_m
                loads[sensor.name].append(kg if kg > 20.0 else None)
    axles = tuple(
        {name: Crossing(name, SensorKind.STRIP, 0, 1, 0.0, 1.0, 1.0, 1.0) for name, kg in loads.items() if kg[k] is not None}
        for k in range(len(wheels))
    )
    return WATCH.judge(axles, {name: tuple(kg) for name, kg in loads.items()}, spacings)


SEEDS = st.integers(0, 2**32 - 1)
SWINGS = st.lists(st.lists(st.floats(-0.02, 0.02), min_size=4, max_size=4), min_size=3, max_size=3)


@given(y_m=st.floats(1.5, 2.0), left=st.floats(0.45, 0.55), half_m=st.floats(0.9, 0.98), swing=SWINGS)
def test_a_vehicle_in_its_lane_is_not_flagged(y_m, left, half_m, swing):
    found = driven(TRUCK, y_m, left=left, half_m=half_m, swing=swing)
    assert not CUT & set(found.flags)
    assert found.lateral_m is None


@given(side=st.sampled_from([-1, 1]), off_m=st.floats(0.75, 0.85), left=st.floats(0.49, 0.51))
def test_a_truck_off_its_lane_is_flagged(side, off_m, left):
    assert CUT & set(driven(TRUCK, MIDDLE_M + side * off_m, left=left).flags)


@given(side=st.sampled_from([-1, 1]), off_m=st.floats(0.8, 1.6), half_m=st.floats(0.72, 0.8))
def test_a_car_off_its_lane_is_flagged(side, off_m, half_m):
    assert CUT & set(driven(CAR, MIDDLE_M + side * off_m, half_m=half_m).flags)


@given(side=st.sampled_from([-1, 1]), off_m=st.floats(0.8, 0.86), left=st.floats(0.49, 0.51), half_m=st.floats(0.94, 0.97))
def test_a_truck_with_many_dual_tyres_off_its_lane_is_told_on_the_right_side(side, off_m, left, half_m):
    """Its wheels on the far side meet the joint, which mends the shares: only tyres that all fit one place tell where it went."""
    flags = driven(SEMI, MIDDLE_M + side * off_m, left=left, half_m=half_m).flags
    assert (VehicleFlag.OFF_LEFT if side < 0 else VehicleFlag.OFF_RIGHT) in flags
    assert VehicleFlag.STRADDLING in flags


@pytest.mark.parametrize(("y_m", "flag"), [(1.0, VehicleFlag.OFF_LEFT), (2.5, VehicleFlag.OFF_RIGHT)])
def test_steering_tyres_tell_the_side(y_m, flag):
    found = driven(TRUCK, y_m)
    assert 0.05 < found.flags[flag] < 0.3


def test_a_load_far_out_of_the_middle_is_no_wheel_beside_the_sensors():
    found = driven(TRUCK, MIDDLE_M, left=0.61)
    assert found.flags == {VehicleFlag.UNBALANCED: pytest.approx(0.61, abs=0.02)}


def test_leaning_into_a_curve_shows_as_an_s_path():
    lean = [[0.0, 0.03, 0.06, 0.1]] * 3
    assert driven(TRUCK, MIDDLE_M, swing=lean).flags[VehicleFlag.S_PATH] == pytest.approx(0.1, abs=0.01)


@given(swing=st.lists(st.lists(st.floats(-CHANGE_SHARE / 2, CHANGE_SHARE / 2), min_size=4, max_size=4), min_size=3, max_size=3))
def test_wheels_that_hop_within_half_the_bound_are_never_an_s_path(swing):
    assert VehicleFlag.S_PATH not in driven(TRUCK, MIDDLE_M, swing=swing).flags


@settings(max_examples=5, deadline=None)
@given(seed=SEEDS)
def test_wheels_that_hop_each_for_themselves_are_seldom_an_s_path(seed):
    """Chance alone may draw a row on which all wheels of a vehicle hop to one side: for one in a thousand, so not even for five of 200."""
    rng = np.random.default_rng(seed)
    swings = rng.normal(0.0, 0.02, (200, 3, 4))
    assert sum(VehicleFlag.S_PATH in driven(TRUCK, MIDDLE_M, swing=swing.tolist()).flags for swing in swings) < 5


@settings(max_examples=5, deadline=None)
@given(seed=SEEDS)
def test_a_road_that_rolls_all_axles_alike_is_seldom_an_s_path(seed):
    """Tracks of unequal height roll every axle on the same row; the swing of the loads tells how rough the road is.

    One vehicle in two hundred is flagged on such a rough road; ten of 200 by chance would be one run in ten million.
    """
    rng = np.random.default_rng(seed)
    flagged = 0
    for roll in rng.normal(0.0, 0.02, (200, 4)):
        shares = Shares(np.full((3, 4), 0.5) + roll, 8000.0 * (1.0 + rng.normal(0.0, 0.06, (3, 4))), np.zeros((3, 4)))
        change, sd = share_change(shares)
        flagged += change > max(CHANGE_SHARE, CHANGE_SIGMA * sd)
    assert flagged < 10


def test_a_channel_that_is_silent_on_one_row_is_not_taken_for_a_wheel_beside_it():
    def silenced():
        wheels, spacings = TRUCK
        loads = {sensor.name: tuple(kg for kg, _ in wheels) for sensor in LANE.weighing_sensors}
        loads["R1L"] = (None, None, None)
        axles = tuple({name: Crossing(name, SensorKind.STRIP, 0, 1, 0.0, 1.0, 1.0, 1.0) for name in loads} for _ in wheels)
        return WATCH.judge(axles, loads, spacings)

    assert silenced().flags == {}
