import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.station import SensorKind
from contract.vehicles import VehicleFlag
from edge.vehicles import VehicleStage
from tests.edge.axles.road import lane_of
from tests.edge.vehicles.stream import HALF_HEIGHT_M, Faults, crossings_of, steady

STRIPS = lane_of(SensorKind.STRIP, rows=(0.0, 1.7, 4.1, 7.7), rate_hz=4000.0)
CAR, MOTORCYCLE, SEMI = (2.6,), (1.4,), (3.5, 6.2, 1.3, 1.3)


WHEEL_N = 20_000.0


def loaded(crossing):
    """Give a crossing the area that a wheel of `WHEEL_N` leaves at the pace that its width tells."""
    if crossing.kind is SensorKind.LOOP:
        return crossing
    sensor = STRIPS.sensor_named(crossing.sensor)
    area = WHEEL_N / sensor.newton_per_count * sensor.width_m * crossing.width_samples / HALF_HEIGHT_M
    return dataclasses.replace(crossing, area_counts=area)


def given_out(crossings):
    crossings = [loaded(crossing) for crossing in crossings]
    stage = VehicleStage(STRIPS, None)
    last = max(crossing.settled for crossing in crossings)
    found = [*stage.push(crossings, last + round(130 * STRIPS.rate_hz)), *stage.finish()]
    return found, stage.strays


@given(
    speed=st.floats(1.0, 35.0),
    spacings=st.sampled_from([CAR, MOTORCYCLE, SEMI]),
    sides=st.sampled_from(["L", "R", "LR"]),
    dead=st.sampled_from([(), ("loopA",), ("loopB",), ("loopA", "loopB")]),
)
def test_what_drove_is_given_out_whatever_loops_and_half_of_the_sensors_say(speed, spacings, sides, dead):
    found, strays = given_out(crossings_of(STRIPS, [steady(spacings, 450.0, speed, sides=sides)], Faults(dead=dead)))
    assert [len(vehicle.axles) for vehicle in found] == [len(spacings) + 1]
    assert strays == 0


@pytest.mark.parametrize("sides", ["L", "R"])
def test_one_row_s_sensor_alone_saw_no_vehicle(sides):
    seen = crossings_of(STRIPS, [steady(CAR, 450.0, 15.0, sides=sides)])
    found, strays = given_out([crossing for crossing in seen if crossing.sensor in {f"R1{sides}", "loopA", "loopB"}])
    assert found == []
    assert strays > 0


def test_pulses_on_all_rows_at_once_are_no_vehicle():
    seen = crossings_of(STRIPS, [steady((), 450.0, 15.0)], Faults(dead=("loopA", "loopB")))
    first = seen[0]
    at_once = [
        dataclasses.replace(crossing, start=first.start, stop=first.stop, centre=first.centre, settled=first.settled) for crossing in seen
    ]
    found, strays = given_out(at_once)
    assert found == []
    assert strays == len(at_once)


@given(speed=st.floats(5.0, 30.0))
def test_who_drives_against_the_lane_is_flagged_and_barred_from_nothing_else(speed):
    (vehicle,), _ = given_out(crossings_of(STRIPS, [steady(SEMI, 450.0, -speed)]))
    assert vehicle.flags[VehicleFlag.WRONG_WAY] == pytest.approx(-3.6 * speed, rel=0.02)
    assert VehicleFlag.REVERSING not in vehicle.flags
    assert np.allclose([axle.spacing_m for axle in vehicle.axles[1:]], SEMI, atol=0.05)


@given(speed=st.floats(10.0, 30.0), gap_s=st.floats(0.2, 0.7))
def test_who_follows_closely_is_flagged_with_the_time_between(speed, gap_s):
    ahead = steady(CAR, 450.0, speed)
    behind = steady(CAR, 450.0 + gap_s + (2.6 + 2.4) / speed, speed)
    late = steady(CAR, 470.0, speed)
    found, _ = given_out(crossings_of(STRIPS, [ahead, behind, late]))
    # The loop's field reaches beyond the bumpers: it sees a gap shorter by what it feels ahead and behind.
    assert [VehicleFlag.TAILGATING in vehicle.flags for vehicle in found] == [False, True, False]
    assert found[1].flags[VehicleFlag.TAILGATING] == pytest.approx(gap_s, abs=0.11)
