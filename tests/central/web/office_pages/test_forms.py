"""Every act has a form, a key and a way back from the form to what the act takes."""

from datetime import timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.review.fields import FIELD_NAMES
from central.review.workflow import WORKFLOW, State
from central.web.case_words import FIELDS
from central.web.cases.forms import FIELD_FORMS, field_errors, read_fields
from central.web.cases.keys import KEYS, OF_THE_PAGE
from contract.faults import RejectError

ZONE = timezone(timedelta(hours=8))
PERSONAL = [row for row in WORKFLOW.action if row.role.role is not None]


def test_every_field_that_an_act_may_take_has_a_form():
    assert set(FIELD_FORMS) == FIELD_NAMES == set(FIELDS)


def test_every_act_of_a_person_has_a_key():
    assert {row.name for row in PERSONAL} == set(KEYS)


@pytest.mark.parametrize("state", State)
def test_no_two_acts_that_lead_on_from_a_state_have_the_same_key(state):
    keys = [KEYS[row.name] for row in WORKFLOW.possible(state) if row in PERSONAL]
    assert len(keys) == len(set(keys))
    assert not OF_THE_PAGE & set(keys)


@pytest.mark.parametrize(
    ("text", "cents"), [("3000", 300_000), ("3000.5", 300_050), ("3,000.50", 300_050), ("3，000", 300_000), ("0.01", 1)]
)
def test_an_amount_is_read_to_the_cent(text, cents):
    assert read_fields(WORKFLOW.actions["decide-penalty"], {"amount_cents": text}, ZONE) == {"amount_cents": cents}


@given(st.integers(0, 10**11))
def test_any_amount_survives_the_form(cents):
    text = f"{cents // 100}.{cents % 100:02d}"
    if len(text) <= 12:
        assert read_fields(WORKFLOW.actions["decide-penalty"], {"amount_cents": text}, ZONE) == {"amount_cents": cents}


@pytest.mark.parametrize("text", ["-1", "1e3", "three", "1.234", "٣", "1.", ".5", "NaN"])
def test_what_is_no_amount_is_refused_at_its_field(text):
    wanted = WORKFLOW.actions["decide-penalty"]
    with pytest.raises(RejectError) as refused:
        read_fields(wanted, {"amount_cents": text}, ZONE)
    assert field_errors(refused.value, wanted) == {"amount_cents": FIELD_FORMS["amount_cents"].wrong}


def test_a_moment_is_local_and_lines_are_persons():
    wanted = WORKFLOW.actions["record-discussion"]
    form = {"held_us": "2026-09-21T22:13:20", "participants": " Li \n\nWang\nZhao", "opinion": " as proposed "}
    read = read_fields(wanted, form, ZONE)
    assert read == {"held_us": 1_790_000_000_000_000, "participants": ["Li", "Wang", "Zhao"], "opinion": "as proposed"}


def test_what_the_act_does_not_take_is_left_out_and_what_is_empty_is_missing():
    wanted = WORKFLOW.actions["confirm"]
    assert read_fields(wanted, {"opinion": "  ", "amount_cents": "5", "csrf_token": "x"}, ZONE) == {}


def test_an_error_of_no_field_stands_beside_none():
    wanted = WORKFLOW.actions["confirm"]
    assert field_errors(RejectError("conflict", "case 1", "changed"), wanted) == {}
    assert field_errors(RejectError("field-missing", "opinion", "is needed"), wanted) == {"opinion": "This is needed."}
