"""One plate seen twice: what no measurement explains is told, what one vehicle can do is not, and it does not matter who asks."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.review.gates import Reason, Why
from central.review.places import PLACES_U_M, Place, distance_m, least_speed_km_h
from central.review.sightings import Sighting, differences
from contract.plates import PlateColour

FASTEST_KM_H = 130.0
MINUTE_US = 60_000_000
BEIJING, TIANJIN = Place(39.9042, 116.4074), Place(39.0842, 117.2009)
TRACTOR = (3_300, 4_650)
SEMITRAILER = (*TRACTOR, 11_000, 12_310, 13_620)

places = st.builds(Place, st.floats(-60, 60), st.floats(-179, 179))
axles = st.none() | st.lists(st.integers(1_000, 6_000), min_size=1, max_size=6).map(
    lambda gaps: tuple(sum(gaps[: place + 1]) for place in range(len(gaps)))
)
sightings = st.builds(
    Sighting,
    station=st.sampled_from(["A", "B"]),
    seq=st.integers(1, 9),
    time_us=st.integers(10**15, 10**15 + 24 * 60 * MINUTE_US),
    clock_u_us=st.integers(0, 10**6),
    place=st.none() | places,
    axles_mm=axles,
    axles_u=st.floats(0, 0.05),
    rigid=st.booleans(),
    colours=st.frozensets(st.sampled_from(sorted(PlateColour)), max_size=2),
)


def seen(**changes: object) -> Sighting:
    made = Sighting("A", 1, 10**15, 1_000, BEIJING, SEMITRAILER, 0.01, rigid=False, colours=frozenset({PlateColour.YELLOW}))
    return replace(made, **changes)  # type: ignore[arg-type]


def whys(own: Sighting, other: Sighting) -> list[Why]:
    return [reason.why for reason in differences(own, other, FASTEST_KM_H)]


def turned(reason: Reason) -> Reason:
    """Give a reason as the other passage's case has it."""
    swapped = {"own_m": "other_m", "other_m": "own_m", "own_colour": "other_colour", "other_colour": "own_colour"}
    return Reason(why=reason.why, figures={swapped.get(name, name): figure for name, figure in bare(reason).figures.items()})


def bare(reason: Reason) -> Reason:
    return Reason(why=reason.why, figures={name: figure for name, figure in reason.figures.items() if name != "passage"})


@given(sightings, sightings)
def test_it_is_the_same_from_either_side(one: Sighting, other: Sighting):
    here, there = differences(one, other, FASTEST_KM_H), differences(other, one, FASTEST_KM_H)
    assert [turned(reason) for reason in here] == [bare(reason) for reason in there]
    assert all(reason.figures["passage"] == other.name for reason in here)


@given(sightings)
def test_no_passage_differs_from_itself(one: Sighting):
    assert differences(one, one, FASTEST_KM_H) == ()


@given(sightings, places, st.floats(1, 120), st.integers(0, 10**6))
def test_whoever_drives_no_faster_than_is_allowed_is_never_doubted(one: Sighting, there: Place, speed_km_h: float, clock_u_us: int):
    """Any way is at least as long as the great circle, whatever the clocks are off within what they state."""
    here = replace(one, place=Place(0, 0))
    driven_us = round(distance_m(Place(0, 0), there) / (speed_km_h / 3.6) * 1e6)
    stamped_us = here.time_us + driven_us - clock_u_us
    other = replace(here, station="Z", place=there, time_us=stamped_us, clock_u_us=clock_u_us)
    assert Why.TOO_FAST not in whys(here, other)


@given(places, places, places)
def test_a_distance_is_one(one: Place, other: Place, third: Place):
    assert distance_m(one, other) == pytest.approx(distance_m(other, one), abs=1e-3)
    assert distance_m(one, third) <= distance_m(one, other) + distance_m(other, third) + 1e-3
    assert 0 <= distance_m(one, other) <= math.pi * 6_371_009


def test_distances_and_speeds_by_hand():
    assert distance_m(Place(39, 116), Place(40, 116)) == pytest.approx(111_195, abs=1)  # a degree of the mean meridian
    assert distance_m(BEIJING, TIANJIN) == pytest.approx(114_000, rel=0.01)
    # 100 km less 0.5 % and 200 m in an hour and two seconds
    assert least_speed_km_h(100_000, 60 * MINUTE_US, 2_000_000) == pytest.approx((99_500 - PLACES_U_M) / 3_602 * 3.6)
    assert least_speed_km_h(150, 0, 0) == 0.0


@pytest.mark.parametrize(("minutes", "doubted"), [(0, True), (30, True), (51, True), (53, False), (80, False), (-30, True), (-53, False)])
def test_two_stations_faster_than_a_lorry_drives(minutes: int, doubted: bool):
    """114 km, 113.2 at least: 130 km/h takes 52 minutes and 14 seconds."""
    other = seen(station="B", place=TIANJIN, time_us=10**15 + minutes * MINUTE_US)
    assert (Why.TOO_FAST in whys(seen(), other)) is doubted
    assert whys(seen(place=None), other) == whys(seen(), replace(other, place=None)) == []


@pytest.mark.parametrize(
    ("own", "other", "rigid", "doubted"),
    [
        (SEMITRAILER, (*TRACTOR, 10_100, 11_400), (False, False), False),  # another trailer
        (SEMITRAILER, TRACTOR, (False, True), False),  # the tractor alone
        (SEMITRAILER, (3_300, 11_000, 12_310, 13_620), (False, False), False),  # its second drive axle lifted
        (SEMITRAILER, (3_420, 4_760, 11_200), (False, False), False),  # within the uncertainty
        (SEMITRAILER, (3_900, 5_250, 11_600, 12_910, 14_220), (False, False), True),  # a longer tractor
        (SEMITRAILER, (5_200,), (False, True), True),  # a two-axle lorry
        ((1_950, 6_300, 7_650), (6_300,), (True, True), False),  # a four-axle lorry with two axles up
        ((1_950, 6_300, 7_650), (1_950, 4_700), (True, True), True),  # one axle in common, three that are not
        ((4_500,), (4_500, 5_850), (True, True), False),
        ((4_500,), None, (True, True), False),
    ],
)
def test_axles_that_no_trailer_and_no_lifted_axle_explains(own, other, rigid, doubted):
    here, there = seen(axles_mm=own, rigid=rigid[0]), seen(seq=2, axles_mm=other, rigid=rigid[1])
    assert (whys(here, there) == [Why.OTHER_AXLES]) is doubted
    assert (whys(here, there) == []) is not doubted


@pytest.mark.parametrize(
    ("own", "other", "doubted"),
    [
        ("yellow", "blue", True),
        ("yellow", "yellow", False),
        ("yellow", "yellow-green", False),
        ("green", "blue", True),
        ("white", "yellow", True),
    ],
)
def test_the_ground_of_the_plate(own: str, other: str, doubted: bool):
    here, there = (seen(colours=frozenset({PlateColour(colour)})) for colour in (own, other))
    assert (whys(here, there) == [Why.OTHER_COLOUR]) is doubted
    assert whys(here, replace(there, colours=frozenset())) == []
