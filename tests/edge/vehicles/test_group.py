from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contract.axles import CrossingFlag
from contract.station import SensorKind
from contract.vehicles import VehicleFlag
from tests.edge.axles.road import lane_of
from tests.edge.vehicles.stream import Driven, Faults, crossings_of, grouped, steady

STRIPS = lane_of(SensorKind.STRIP, rows=(0.0, 1.7, 4.1, 7.7), rate_hz=4000.0)
PLATES = lane_of(SensorKind.PLATE, rows=(0.0, 3.1))
LANES = pytest.mark.parametrize("lane", [STRIPS, PLATES], ids=["strips", "plates"])
CAR, SEMI, RIGID = (2.6,), (3.5, 6.2, 1.3, 1.3), (4.8,)
MOTORCYCLE = (1.4,)


def sizes(lane, vehicles, faults=None, **more):
    found, _ = grouped(lane, crossings_of(lane, vehicles, faults), **more)
    return [len(passage.axles) for passage in found]


def behind(leader: Driven, spacings, gap_m, **more) -> Driven:
    """A vehicle that keeps `gap_m` from the leader's rear to its own front, at every moment."""
    back_m = float(leader.offsets[-1]) + leader.overhang_m[1] + gap_m + 1.2
    return Driven(tuple(spacings), leader.times_s, tuple(place - back_m for place in leader.way_m), **more)


def stop_and_go(spacings, stands_m, stands_s, start_s=2.0, speed_m_s=4.0) -> Driven:
    """Comes at a walking pace, stands with its first axle at `stands_m`, goes on."""
    arrive = start_s + (stands_m + 40.0) / speed_m_s
    return Driven(
        tuple(spacings), (start_s, arrive, arrive + stands_s, arrive + stands_s + 25.0), (-40.0, stands_m, stands_m, stands_m + 100.0)
    )


@LANES
@given(gap_m=st.floats(1.0, 3.0), speed=st.floats(2.0, 25.0), pair=st.permutations([CAR, SEMI, RIGID]))
def test_vehicles_one_metre_apart_are_not_one(lane, gap_m, speed, pair):
    leader = steady(pair[0], 20.0, speed)
    follower = behind(leader, pair[1], gap_m)
    third = behind(follower, pair[2], gap_m + 40.0)
    third = Driven(third.spacings_m, third.times_s, third.way_m)
    found, _ = grouped(lane, crossings_of(lane, [leader, follower]))
    assert [len(passage.axles) for passage in found] == [len(pair[0]) + 1, len(pair[1]) + 1]
    assert not any(passage.flags for passage in found)


@LANES
@given(drawbar_m=st.floats(4.0, 12.0), speed=st.floats(3.0, 25.0), after_m=st.floats(1.5, 30.0))
def test_a_long_drawbar_under_one_presence_is_one_vehicle(lane, drawbar_m, speed, after_m):
    truck = steady((4.8, 1.3, drawbar_m, 4.5), 20.0, speed)
    assert sizes(lane, [truck, behind(truck, CAR, after_m)]) == [5, 2]


@LANES
@pytest.mark.parametrize("rear", [(1.3,), (), (1.3, 1.3)])
def test_a_trailer_on_a_drawbar_that_loops_do_not_see_belongs_to_its_truck(lane, rear):
    spacings = (4.8, 6.5, *rear)
    ends = 4.8 + 6.5 + sum(rear)
    truck = steady(spacings, 20.0, 18.0, bodies_m=((-1.2, 6.0), (8.5, ends + 1.5)))
    assert sizes(lane, [truck, behind(truck, RIGID, 12.0)]) == [len(spacings) + 1, 2]


@LANES
def test_a_motorcycle_close_behind_a_car_is_no_trailer(lane):
    car = steady(CAR, 20.0, 9.0)
    rider = behind(car, MOTORCYCLE, 2.0, sides="L", overhang_m=(0.5, 0.5))
    assert sizes(lane, [car, rider]) == [2, 2]


@LANES
@given(stands_m=st.floats(-3.0, 25.0), gap_m=st.floats(1.0, 4.0), stands_s=st.floats(2.0, 15.0))
def test_stop_and_go_with_a_follower(lane, stands_m, gap_m, stands_s):
    leader = stop_and_go(SEMI, stands_m, stands_s)
    rows = [sensor for sensor in lane.sensor if sensor.kind is not SensorKind.LOOP]
    second = behind(leader, CAR, gap_m)
    assume(not any(abs(second.way_m[1] - offset - row.position_m) < 0.7 for row in rows for offset in second.offsets))
    assert sizes(lane, [leader, second]) == [5, 2]


@LANES
@pytest.mark.parametrize("dead", [("loopA",), ("loopB",), ("loopA", "loopB")])
@given(speed=st.floats(6.0, 25.0), gap_m=st.floats(25.0, 60.0))
def test_without_loops_vehicles_apart_are_found(lane, dead, speed, gap_m):
    first = steady(SEMI, 20.0, speed)
    second = behind(first, RIGID, gap_m)
    third = behind(second, CAR, gap_m)
    found, _ = grouped(lane, crossings_of(lane, [first, second, third], Faults(dead=dead)))
    assert [len(passage.axles) for passage in found] == [5, 2, 2]
    assert all(VehicleFlag.NO_LOOP in passage.flags for passage in found)


@LANES
@pytest.mark.parametrize("dead", [("loopA",), ("loopB",)])
@given(speed=st.floats(3.0, 25.0), gap_m=st.floats(1.5, 4.0))
def test_one_loop_alone_still_parts_close_vehicles(lane, dead, speed, gap_m):
    first = steady(SEMI, 20.0, speed)
    found = sizes(lane, [first, behind(first, CAR, gap_m)], Faults(dead=dead))
    assert found == [5, 2]


@given(faster=st.floats(1.05, 1.3), gap_m=st.floats(2.0, 10.0))
def test_without_loops_different_speeds_part_vehicles(faster, gap_m):
    first = steady(CAR, 20.0, 15.0)
    start_s = 20.0 + (2.6 + 1.2 + gap_m + 1.2) / 15.0
    second = steady(CAR, start_s, 15.0 * faster)
    assert sizes(STRIPS, [first, second], Faults(dead=("loopA", "loopB"))) == [2, 2]


@LANES
@pytest.mark.parametrize("loop", ["loopA", "loopB"])
@given(data=st.data(), speed=st.floats(5.0, 25.0))
def test_a_loop_that_chatters_parts_no_vehicle(lane, loop, data, speed):
    truck = steady(SEMI, 20.0, speed)
    place = lane.sensor_named(loop).position_m
    begin, end = truck.when(place - 1.0), truck.when(place + 13.0)
    marks = sorted(data.draw(st.lists(st.floats(begin, end), min_size=2, max_size=8, unique=True)))
    holes = tuple((loop, low, high) for low, high in zip(marks[::2], marks[1::2], strict=False))
    assert sizes(lane, [truck, behind(truck, CAR, 30.0)], Faults(holes=holes)) == [5, 2]


@LANES
@given(speed=st.floats(3.0, 20.0), spacings=st.sampled_from([CAR, SEMI, RIGID]), dead=st.sampled_from([(), ("loopA",), ("loopB",)]))
def test_a_vehicle_against_the_lane_is_found_with_its_direction(lane, speed, spacings, dead):
    first = steady(CAR, 12.0, 10.0)
    wrong = steady(spacings, 40.0, -speed)
    last = steady(RIGID, 75.0, 10.0)
    found, _ = grouped(lane, crossings_of(lane, [first, wrong, last], Faults(dead=dead)))
    assert [(len(passage.axles), passage.direction) for passage in found] == [(2, 1), (len(spacings) + 1, -1), (2, 1)]
    names = [sorted(axle) for axle in found[1].axles]
    assert all(len(name) == 2 * len(lane.weighing_rows) for name in names)


@LANES
@given(row=st.integers(0, 3), axle=st.integers(0, 4), gap_m=st.floats(2.0, 20.0))
def test_an_axle_that_one_row_lost_is_not_made_up_from_the_next_vehicle(lane, row, axle, gap_m):
    row %= len(lane.weighing_rows)
    lost = tuple((f"R{row}{side}", axle) for side in "LR")
    truck = steady(SEMI, 20.0, 15.0)
    found, _ = grouped(lane, crossings_of(lane, [truck, behind(truck, CAR, gap_m)], Faults(lost=lost)))
    if len(lane.weighing_rows) > 2 or [len(passage.axles) for passage in found] == [5, 2]:
        assert [len(passage.axles) for passage in found] == [5, 2]
    else:
        assert all(VehicleFlag.AXLE_COUNT_UNSURE in passage.flags for passage in found[:1])


def test_presences_without_axles_are_counted_not_kept():
    ghost = steady((), 10.0, 10.0, sides="", bodies_m=((0.0, 4.0),))
    found, grouper = grouped(STRIPS, crossings_of(STRIPS, [ghost, steady(SEMI, 30.0, 10.0)]))
    assert [len(passage.axles) for passage in found] == [5]
    assert grouper.strays >= 1
    assert not np.any([passage.flags for passage in found])


def outside(crossing, begin, end):
    """What is given of a crossing when the samples from `begin` to `end` are lost: nothing of a wheel, a loop's parts."""
    if crossing.stop <= begin or crossing.start >= end:
        return [crossing]
    if crossing.kind is not SensorKind.LOOP:
        return []
    parts = [(crossing.start, round(begin)), (round(end), crossing.stop)]
    return [
        replace(crossing, start=start, stop=stop, centre=(start + stop) / 2.0, flags=frozenset({CrossingFlag.GAP}), settled=stop)
        for start, stop in parts
        if start < stop
    ]


def costs_others(lane, *, speed, gap_m, at_s, lost_s):
    """Whether a gap that takes something of one vehicle changes another one of which it took nothing."""
    vehicles = [steady(SEMI, 20.0, speed)]
    for spacings in (RIGID, SEMI, CAR):
        vehicles.append(behind(vehicles[-1], spacings, gap_m))
    begin = (vehicles[1].when(0.0) + at_s) * lane.rate_hz
    end = begin + lost_s * lane.rate_hz
    seen = crossings_of(lane, vehicles)
    kept = sorted((part for crossing in seen for part in outside(crossing, begin, end)), key=lambda one: (one.settled, one.sensor))
    found, _ = grouped(lane, kept)
    whole = {tuple(sorted(one.centre for axle in passage.axles for one in axle.values())) for passage in found}
    for passage in grouped(lane, seen)[0]:
        wheels = [one for axle in passage.axles for one in axle.values()]
        untouched = all(one in kept for one in (*wheels, passage.entry, passage.exit))
        if untouched and tuple(sorted(one.centre for one in wheels)) not in whole:
            return True
    return False


@LANES
@given(speed=st.floats(10.0, 25.0), gap_m=st.floats(20.0, 60.0), at_s=st.floats(-1.0, 3.0), lost_s=st.floats(0.02, 0.06))
def test_what_a_gap_takes_of_one_vehicle_costs_the_others_nothing(lane, speed, gap_m, at_s, lost_s):
    assert not costs_others(lane, speed=speed, gap_m=gap_m, at_s=at_s, lost_s=lost_s)


@LANES
def test_a_gap_that_takes_axles_at_every_row_seldom_costs_the_others_anything(lane):
    """Half a second at 20 m/s is more than the array: now and then the remains of three axles are paired with the next vehicle's."""
    drawn = product(np.linspace(10.0, 25.0, 5), (20.0, 35.0, 55.0), np.linspace(-1.0, 3.0, 21), (0.05, 0.2, 0.5))
    costs = [costs_others(lane, speed=speed, gap_m=gap_m, at_s=at_s, lost_s=lost_s) for speed, gap_m, at_s, lost_s in drawn]
    assert np.mean(costs) < 0.01
