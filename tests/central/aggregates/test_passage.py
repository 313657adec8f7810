"""What one record counts, with worked values."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.evidence.aggregates.calendar import CHINA_STANDARD_TIME, Moment, date_of, day_of, first_day, month_of
from central.evidence.aggregates.passage import Passage, PlateState, damage_ppm, degree
from central.ingest.verify import EARLIEST_US
from contract.verdicts import Bar, Gate
from tests.central.web.passages import passage
from tests.signing_station import SigningStation


@pytest.mark.parametrize(
    ("loads_kg", "axles"),
    [
        ((10_000,), 1.0),
        ((20_000,), 16.0),
        ((5_000,), 0.0625),
        ((7_000, 11_500), 0.2401 + 1.749006),
        ((0,), 0.0),
        ((100_000,), 1e4),
        ((900_000,), 1e4),
    ],
)
def test_damage_grows_with_the_fourth_power_of_each_axles_load(loads_kg, axles):
    assert damage_ppm(loads_kg) == round(axles * 1e6)


@pytest.mark.parametrize(
    ("over_kg", "limit_kg", "band"),
    [
        (1, 49_000, 0),
        (2_450, 49_000, 0),
        (2_451, 49_000, 1),
        (4_900, 49_000, 1),
        (4_901, 49_000, 2),
        (49_000, 49_000, 4),
        (49_001, 49_000, 5),
    ],
)
def test_a_share_on_a_bands_upper_end_belongs_to_it(over_kg, limit_kg, band):
    assert degree(over_kg, limit_kg) == band


@given(st.integers(EARLIEST_US, 4_000_000_000_000_000))
def test_a_moments_key_is_the_local_calendars(time_us):
    local = datetime.fromtimestamp(time_us // 1_000_000, CHINA_STANDARD_TIME)
    key = Moment.of(time_us)
    assert (date_of(key.day), key.weekday, key.hour) == (local.date(), local.weekday(), local.hour)
    assert key.month == local.year * 12 + local.month - 1
    assert first_day(key.month) <= key.day < first_day(key.month + 1)
    assert (day_of(date_of(key.day)), month_of(first_day(key.month))) == (key.day, key.month)


def test_an_overload_counts_its_excess_its_band_and_its_wear():
    one = Passage.of(passage(SigningStation()), enforceable=True)
    assert (one.overload, one.assessed, one.enforceable, one.plate_state) == (True, True, True, PlateState.READ)
    assert (one.over_kg, one.degree) == (6_200, 2)  # 49.2 t of 43 t: 14 %
    assert one.damage_ppm == damage_ppm((6_500, 11_000, 11_200, 10_400, 10_100))


def test_a_plate_that_the_gate_refused_is_no_match():
    gate = Gate(bar=Bar.PLATE, detail="plate certainty 0.500; needed is 0.8")
    station = SigningStation()
    assert Passage.of(passage(station, barred_by=(gate,)), enforceable=False).plate_state is PlateState.UNSURE
    assert Passage.of(passage(station, plate=None, plate_certainty_ppm=0), enforceable=False).plate_state is PlateState.UNREAD
