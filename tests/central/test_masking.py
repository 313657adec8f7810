"""Whom a plate is masked for, and that nobody learns by searching what is hidden from him."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.evidence.accounts import Login, Role
from central.evidence.masking import PlateSight, masked_plate

PLATES = st.text(st.characters(codec="utf-8", exclude_categories=("C",)), min_size=1, max_size=16)


def login(*roles: Role, reach: dict[Role, frozenset[str]] | None = None) -> Login:
    return Login(1, "one", "one", frozenset(roles), "", reach or {})


@pytest.mark.parametrize(
    ("plate", "shown"),
    [
        ("京A12345", "京A·***45"),
        ("京AD12345", "京A·****45"),
        ("沪B1234挂", "沪B·***4挂"),
        ("AB123CD", "AB·***CD"),
        ("A1234B", "******"),
        ("AB1", "***"),
    ],
)
def test_the_middle_of_a_plate_is_hidden_and_of_a_short_one_all(plate, shown):
    assert masked_plate(plate) == shown


@given(PLATES)
def test_at_least_three_characters_or_all_are_hidden(plate):
    shown = masked_plate(plate)
    assert shown.count("*") >= min(3, len(plate)) or plate.count("*")
    assert len(shown.replace("·", "")) == len(plate.replace("·", "")) or "·" in plate


@pytest.mark.parametrize("role", Role)
def test_who_works_on_cases_sees_plates_and_others_see_them_masked(role):
    sight = PlateSight.of(login(role))
    whole = role in {Role.REVIEWER, Role.LEGAL, Role.APPROVER}
    assert sight.shown("京A12345", "S1") == ("京A12345" if whole else "京A·***45")
    assert sight.sees_any is whole
    assert sight.covers(None) is whole


def test_a_role_over_some_stations_sees_and_searches_the_plates_of_these_alone():
    sight = PlateSight.of(login(Role.AUDITOR, Role.REVIEWER, reach={Role.REVIEWER: frozenset({"S1"})}))
    assert (sight.shown("京A12345", "S1"), sight.shown("京A12345", "S2")) == ("京A12345", "京A·***45")
    assert sight.within(None, by_plate=False) is None
    assert sight.within(None, by_plate=True) == {"S1"}
    assert sight.within(frozenset({"S1", "S2"}), by_plate=True) == {"S1"}
    assert sight.within(frozenset({"S2"}), by_plate=True) == set()
    assert not sight.covers(None)
    assert sight.covers(frozenset({"S1"}))
