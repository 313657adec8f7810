"""Working days: the announced calendars of two years, and laws that hold for any."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.office_settings import ReviewSettings, TermedState
from central.review.calendars import Calendar, Year, calendar
from central.review.deadlines import day_start_us, due_us, is_due_certain, term, working_days_of
from central.review.workflow import WORKFLOW, Decision, State
from contract.faults import StopError
from contract.units import US_PER_S

DAY = timedelta(days=1)
SETTINGS = ReviewSettings()
CHINA = calendar("cn")
days = st.dates(date(2024, 6, 1), date(2027, 6, 1))
terms = st.integers(1, 60)


@pytest.mark.parametrize(
    ("day", "is_worked"),
    [
        (date(2025, 1, 26), True),  # a Sunday worked for the Spring Festival
        (date(2025, 1, 28), False),
        (date(2025, 2, 4), False),
        (date(2025, 2, 5), True),
        (date(2025, 2, 8), True),  # a Saturday worked
        (date(2025, 4, 27), True),
        (date(2025, 9, 28), True),
        (date(2025, 10, 8), False),  # a Wednesday off
        (date(2025, 10, 11), True),
        (date(2026, 1, 2), False),
        (date(2026, 1, 4), True),  # a Sunday worked
        (date(2026, 2, 14), True),
        (date(2026, 2, 16), False),
        (date(2026, 2, 23), False),
        (date(2026, 2, 28), True),
        (date(2026, 5, 9), True),
        (date(2026, 9, 20), True),
        (date(2026, 9, 21), True),
        (date(2026, 9, 25), False),  # Mid-Autumn, a Friday
        (date(2026, 10, 7), False),
        (date(2026, 10, 10), True),
        (date(2026, 11, 7), False),
    ],
)
def test_the_announced_days(day, is_worked):
    assert CHINA.is_working_day(day) is is_worked


@pytest.mark.parametrize(
    ("begins", "working_days", "last"),
    [
        (date(2026, 9, 21), 1, date(2026, 9, 22)),
        (date(2026, 9, 21), 3, date(2026, 9, 24)),
        (date(2026, 9, 21), 4, date(2026, 9, 28)),  # over Mid-Autumn and the weekend
        (date(2026, 9, 21), 7, date(2026, 10, 8)),  # over National Day as well
        (date(2026, 9, 30), 3, date(2026, 10, 10)),  # a Saturday that is worked
        (date(2025, 1, 25), 2, date(2025, 1, 27)),
        (date(2026, 2, 13), 2, date(2026, 2, 24)),
    ],
)
def test_terms_counted_by_hand(begins, working_days, last):
    assert CHINA.after(begins, working_days) == last


@given(days, terms)
def test_a_term_ends_on_a_working_day_and_holds_as_many_as_it_says(day, working_days):
    last = CHINA.after(day, working_days)
    assert last > day
    assert CHINA.is_working_day(last)
    assert CHINA.between(day, last) == working_days
    assert CHINA.between(day, last - DAY) == working_days - 1


@given(days, terms, terms)
def test_a_term_continued_is_one_longer_term(day, first, second):
    assert CHINA.after(CHINA.after(day, first), second) == CHINA.after(day, first + second)


@given(days, terms)
def test_a_later_begin_never_ends_earlier_and_a_longer_term_always_later(day, working_days):
    assert CHINA.after(day, working_days) <= CHINA.after(day + DAY, working_days)
    assert CHINA.after(day, working_days) < CHINA.after(day, working_days + 1)


@given(days, days)
def test_working_days_between_add_up_and_are_none_backwards(first, second):
    early, late = sorted((first, second))
    middle = early + (late - early) // 2
    assert CHINA.between(early, middle) + CHINA.between(middle, late) == CHINA.between(early, late)
    assert CHINA.between(late, early) == 0


@given(days, terms)
def test_an_unknown_calendar_counts_weekdays(day, working_days):
    plain = Calendar(id="none")
    last = plain.after(day, working_days)
    counted = [day + DAY * number for number in range(1, (last - day).days + 1)]
    assert sum(one.weekday() < 5 for one in counted) == working_days
    assert not plain.is_known(day, last)


@given(st.integers(1_730_000_000, 1_830_000_000), terms, st.integers(-12, 14))
def test_a_term_ends_with_its_last_day_where_the_office_is(begins_s, working_days, offset_h):
    settings = ReviewSettings(utc_offset_h=offset_h)
    found = term(begins_s * US_PER_S, working_days, settings)
    assert day_start_us(found.last, settings) < found.until_us == day_start_us(found.last + DAY, settings)
    assert (found.until_us // US_PER_S + offset_h * 3_600) % 86_400 == 0
    assert found.until_us > begins_s * US_PER_S


def test_a_term_that_reaches_into_a_year_that_is_not_announced_says_so():
    late = day_start_us(date(2026, 12, 30), SETTINGS)
    assert not term(late, 5, SETTINGS).certain
    assert not is_due_certain(State.SCREENED, late, SETTINGS)
    assert is_due_certain(State.SCREENED, day_start_us(date(2026, 3, 2), SETTINGS), SETTINGS)
    assert is_due_certain(State.PUBLISHED, late, SETTINGS)


def test_a_term_has_at_least_a_day():
    with pytest.raises(ValueError, match="at least 1"):
        CHINA.after(date(2026, 9, 21), 0)


def test_every_state_with_a_term_can_be_set_and_the_setting_comes_first():
    termed = {row.name.value for row in WORKFLOW.state if row.due_working_days is not None}
    assert termed == set(TermedState.__args__)
    assert working_days_of(State.DECIDED, ReviewSettings(working_days={"decided": 3})) == 3
    assert working_days_of(State.DECIDED, SETTINGS) == 7
    assert due_us(State.PUBLISHED, None, 1, SETTINGS) is None
    assert due_us(State.CLOSED, Decision.NO_ACTION, 1, SETTINGS) is None


def test_the_home_authority_is_told_within_seven_working_days_of_closing():
    closed_us = day_start_us(date(2026, 9, 21), SETTINGS) + 5
    assert due_us(State.CLOSED, Decision.PENALTY, closed_us, SETTINGS) == day_start_us(date(2026, 10, 9), SETTINGS)


def test_a_calendar_that_is_not_shipped_and_one_that_is_wrong_are_refused():
    with pytest.raises(StopError, match="has cn"):
        calendar("mars")
    for wrong in (
        {"year": 2026, "source": "x", "off": [], "worked": [date(2026, 9, 21)]},  # a Monday needs no making up
        {"year": 2026, "source": "x", "off": [(date(2026, 5, 2), date(2026, 5, 1))], "worked": []},
        {"year": 2026, "source": "x", "off": [(date(2027, 5, 1), date(2027, 5, 2))], "worked": []},
    ):
        with pytest.raises(ValueError, match=r"days of 2026|Saturday"):
            Year.model_validate(wrong)
