"""Passes are offered by axle pattern, and never where two trucks fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.sessions.recognise import Why, recognise
from tests.calibration.sessions.material import FIVE, TWO, seen, truck

FIVE_M = (3.6, 5.6, 1.3, 1.3)
LIGHTER = (3_120.0, 5_130.0)


def offer(trucks, one):
    return recognise(trucks, {each.name: each.spacings_m for each in trucks if each.spacings_m}, one)


def test_the_only_truck_with_so_many_axles_gets_it():
    found = offer([truck("A"), truck("B", FIVE)], seen(axle_kg=FIVE, spacings_m=FIVE_M))
    assert (found.truck, found.why) == ("B", Why.PATTERN)


def test_distances_tell_two_trucks_of_as_many_axles_apart():
    trucks = [truck("A", spacings_m=(4.8,)), truck("D", spacings_m=(5.6,))]
    assert offer(trucks, seen(spacings_m=(5.58,))).truck == "D"
    assert offer(trucks, seen(spacings_m=(4.83,))).truck == "A"


def test_loads_decide_only_where_they_are_clear():
    trucks = [truck("A", TWO, spacings_m=(4.8,)), truck("E", (4_200.0, 6_800.0), spacings_m=(4.8,))]
    found = offer(trucks, seen(axle_kg=TWO))
    assert (found.truck, found.why) == ("A", Why.LOADS)


def test_where_two_fit_nobody_is_chosen():
    found = offer([truck("A"), truck("F", (6_300.0, 10_200.0))], seen())
    assert (found.truck, found.why) == (None, Why.TWO_FIT)
    assert [fit.truck for fit in found.fits if fit.fits] == ["A", "F"]


def test_a_car_is_no_truck_and_a_truck_with_other_axles_neither():
    assert offer([truck("A")], seen(axle_kg=(800.0, 700.0), spacings_m=(2.6,))).why == Why.NONE_FITS
    assert offer([truck("A")], seen(axle_kg=FIVE, spacings_m=FIVE_M)).why == Why.NO_SUCH_AXLES
    assert offer([], seen()).why == Why.NO_SUCH_AXLES


@given(st.lists(st.tuples(st.floats(3.0, 8.0), st.floats(0.6, 1.5)), min_size=1, max_size=5), st.floats(3.0, 8.0), st.floats(0.6, 1.5))
def test_an_offer_is_a_truck_that_fits_and_its_reason_agrees(drawn, spacing, ratio):
    trucks = [truck(f"T{i}", tuple(kg * r for kg in TWO), spacings_m=(s,)) for i, (s, r) in enumerate(drawn)]
    found = offer(trucks, seen(axle_kg=tuple(kg * ratio for kg in TWO), spacings_m=(spacing,)))
    good = {fit.truck for fit in found.fits if fit.fits}
    assert (found.truck is None) == (found.why in {Why.TWO_FIT, Why.NONE_FITS, Why.NO_SUCH_AXLES})
    assert found.truck is None or found.truck in good
    assert len(good) != 1 or found.truck in good


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_entry_decides_nothing(order):
    trucks = [truck("A", spacings_m=(4.8,)), truck("E", (4_200.0, 6_800.0), spacings_m=(4.8,))][::order]
    assert offer(trucks, seen()).truck == "A"


@pytest.mark.parametrize(("usual", "fits"), [(None, True), (1.0, False), (1.3, True)])
def test_a_weight_that_the_scale_does_not_show_of_this_truck_is_another_vehicle(usual, fits):
    heavier = tuple(kg * 1.3 for kg in TWO)
    found = recognise([truck("A")], {}, seen(axle_kg=heavier), usual)
    assert (found.truck == "A") is fits
    assert found.likely is fits
