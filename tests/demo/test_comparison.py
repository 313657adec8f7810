"""Vehicles and records are paired one to one, and a record's word is judged as the demo says it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.comparison import Agreement, PlateMatch, compare
from tests.demo.makers import driven, recorded

RATE_HZ = 4_000.0


def test_a_vehicle_finds_the_record_nearest_on_the_counter():
    vehicles = [driven(1), driven(2)]
    result = compare(vehicles, [recorded(2), recorded(1, first_axle_sample=10_400)], RATE_HZ)
    assert [(pair.driven.number, pair.recorded.record.seq) for pair in result.pairs] == [(1, 1), (2, 2)]
    assert not result.missed
    assert not result.invented


def test_a_record_too_far_away_is_invented_and_its_vehicle_missed():
    result = compare([driven(1)], [recorded(1, first_axle_sample=11_500, plate="湘B00000")], RATE_HZ)
    assert [vehicle.number for vehicle in result.missed] == [1]
    assert [each.record.seq for each in result.invented] == [1]


def test_a_second_record_of_one_vehicle_is_invented():
    result = compare([driven(1)], [recorded(1), recorded(2, first_axle_sample=10_001, plate="湘A00001")], RATE_HZ)
    assert [each.record.seq for each in result.invented] == [2]


def test_after_a_restart_of_the_counter_the_plate_decides():
    result = compare([driven(5)], [recorded(1, first_axle_sample=40, plate="湘A00005")], RATE_HZ)
    assert [(pair.driven.number, pair.recorded.record.seq) for pair in result.pairs] == [(5, 1)]


def test_a_plate_that_occurs_twice_decides_nothing():
    records = [recorded(1, first_axle_sample=0, plate="湘A00005"), recorded(2, first_axle_sample=4_000, plate="湘A00005")]
    result = compare([driven(5)], records, RATE_HZ)
    assert not result.pairs


@given(st.sets(st.integers(1, 40), max_size=12), st.sets(st.integers(1, 40), max_size=12))
def test_nothing_is_lost_and_nothing_used_twice(drove, wrote):
    result = compare([driven(n) for n in sorted(drove)], [recorded(n) for n in sorted(wrote)], RATE_HZ)
    assert {pair.driven.number for pair in result.pairs} == drove & wrote
    assert {vehicle.number for vehicle in result.missed} == drove - wrote
    assert {each.record.seq for each in result.invented} == wrote - drove


@pytest.mark.parametrize(
    ("gvw_kg", "outcome", "bars", "expected"),
    [
        (50_000, "overload", (), Agreement.RIGHT),
        (50_000, "within-limits", (), Agreement.WRONG),
        (50_000, "inside-guard-band", (), Agreement.WRONG),
        (43_900, "inside-guard-band", (), Agreement.CLOSE),
        (42_100, "overload", (), Agreement.WRONG),
        (40_000, "overload", (), Agreement.WRONG),
        (50_000, "not-assessable", ("signal-fault",), Agreement.MARKED),
        (50_000, "within-limits", ("line-plays-faster-than-real-time", "no-plate"), Agreement.WRONG),
    ],
)
def test_the_word_on_overload(gvw_kg, outcome, bars, expected):
    vehicle = driven(1, gvw_kg=gvw_kg, overloaded=gvw_kg > 43_000)
    (pair,) = compare([vehicle], [recorded(1, outcome, bars)], RATE_HZ).pairs
    assert pair.agreement is expected


@pytest.mark.parametrize(("plate", "expected"), [("湘A00001", PlateMatch.RIGHT), ("湘A00007", PlateMatch.WRONG), (None, PlateMatch.NONE)])
def test_the_plate(plate, expected):
    (pair,) = compare([driven(1)], [recorded(1, plate=plate)], RATE_HZ).pairs
    assert pair.plate is expected


@pytest.mark.parametrize(("flags", "found"), [((), 0), (({"flag": "axle-count-unsure", "figure_milli": 1000},), 1)])
def test_a_record_that_saw_only_the_rear_belongs_to_the_vehicle_that_passed(flags, found):
    rear = recorded(1, first_axle_sample=11_500, plate=None, flags=flags)
    assert len(compare([driven(1)], [rear], RATE_HZ).pairs) == found
