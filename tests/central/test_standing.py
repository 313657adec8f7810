"""The digest of how a case stands: every value is in it, and nothing that is empty."""

import pytest

from central.evidence.standing import MOVING, Rows, case_digest

COLUMNS = {"id": 7, "state": "decided", "amount_cents": 300_000, "ruling": None, "discussion_event": None, "hearing_event": None}
ROWS: Rows = {"case_part": [{"case_id": 7, "person": "rao", "part": "review"}], "case_objection": []}
STANDS = case_digest(COLUMNS, ROWS, {})


def test_what_a_later_version_adds_and_leaves_empty_is_no_change():
    assert case_digest(COLUMNS | {"added": None}, ROWS | {"added_table": []}, {}) == STANDS
    assert case_digest(COLUMNS, {"case_part": [ROWS["case_part"][0] | {"added": None}]}, {}) == STANDS


@pytest.mark.parametrize(
    "changed",
    [{"amount_cents": None}, {"amount_cents": 0}, {"ruling": "upheld"}, {"ruling": ""}, {"state": "closed"}, {"discussion_event": 3}],
)
def test_a_value_that_is_changed_emptied_or_filled_is_another_standing(changed: dict[str, object]):
    assert case_digest(COLUMNS | changed, ROWS, {3: 5}) != STANDS


def test_a_row_that_goes_or_comes_is_another_standing():
    objection = {"id": 1, "case_id": 7, "contact": None}
    assert len({STANDS, case_digest(COLUMNS, {}, {}), case_digest(COLUMNS, ROWS | {"case_objection": [objection]}, {})}) == 3


@pytest.mark.parametrize("name", sorted(MOVING))
def test_what_changes_without_a_step_is_not_in_it(name: str):
    assert case_digest(COLUMNS | {name: 1}, ROWS, {}) == STANDS
