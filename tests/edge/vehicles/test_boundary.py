"""A change of calibration holds between vehicles and never amid one."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.samples import Block
from contract.station import SensorKind
from edge.pipeline import LanePipeline
from edge.vehicles.boundary import Boundaries
from tests.calibration.flat import flat_calibration
from tests.edge.axles.road import blocks_of, counts_of, lane_of
from tests.edge.vehicles.test_stage import RIGID

LANE = lane_of(SensorKind.PLATE)
HEAVIER = 1.1


def gained(gain):
    return flat_calibration(LANE, sensors={sensor.name: {"gain": gain, "relative_u": 0.005} for sensor in LANE.weighing_sensors})


@given(st.lists(st.integers(0, 1_000)), st.integers(-1, 1_001))
def test_what_holds_is_the_last_change_at_or_before_the_vehicles_begin(places, start):
    boundaries = Boundaries(0)
    for number, place in enumerate(sorted(places), 1):
        boundaries.change(number, place)
    assert boundaries.at(start) == sum(place <= start for place in places)
    assert boundaries.newest == len(places)


def test_a_change_before_an_earlier_one_is_a_mistake_of_the_program():
    boundaries = Boundaries(0)
    boundaries.change(1, 100)
    with pytest.raises(ValueError, match="comes before"):
        boundaries.change(2, 99)


def weighed(counts, change_after, from_sample):
    """Give the vehicles' gross weights when a heavier calibration comes after so many samples were pushed."""
    pipeline = LanePipeline(LANE, gained(1.0), 20.0)
    found = []
    for block in blocks_of(counts, cuts=(change_after,)):
        found += pipeline.push(Block(block.start, block.counts, block.gaps))
        if block.stop == change_after:
            pipeline.change(gained(HEAVIER), from_sample)
    return [(weighing.vehicle, weighing.vehicle.gross_kg) for weighing in found + pipeline.finish()]


@pytest.fixture(scope="module")
def road():
    passings = [dataclasses.replace(RIGID, first_axle_s=begin) for begin in (1.0, 4.0)]
    counts = counts_of(LANE, passings, 6.5, np.random.default_rng(3))
    (first, first_kg), (second, second_kg) = weighed(counts, 6_500, 6_500)
    return counts, first, first_kg, second, second_kg


@pytest.mark.parametrize("place", ["before the front", "on the array", "behind the rear"])
def test_the_vehicle_on_the_array_keeps_what_it_met(road, place):
    counts, first, first_kg, second, second_kg = road
    change = {"before the front": second.start - 5, "on the array": (second.start + second.stop) // 2, "behind the rear": second.stop + 5}[
        place
    ]
    (_, one_kg), (_, other_kg) = weighed(counts, change, change)
    assert one_kg == first_kg
    if place == "before the front":
        assert other_kg == pytest.approx(HEAVIER * second_kg, rel=1e-6)
    else:
        assert other_kg == second_kg
    assert first.stop < change
