import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.matching.lookalikes import FAR, LOOKALIKES, distance, same_plate
from edge.matching.vote import vote

TEXTS = st.text("京津湘8B0D127TZAS5", max_size=9)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("湘A12345", "湘A12345", True),
        ("湘A8B345", "湘AB8345", True),
        ("湘A0D12Q", "湘AD012O", False),
        ("湘A12345", "湘A12346", False),
        ("京A12345", "津A12345", True),
        ("湘AD12345", "湘A12345", False),
        ("湘A12345", "湘A1234", True),
        ("湘A12345", "A12345", True),
        ("湘A12345", "湘B54321", False),
        ("", "", False),
        ("", "湘A12345", False),
    ],
)
def test_what_may_be_one_plate_read_twice(one, other, same):
    assert same_plate(one, other) is same


@given(TEXTS, TEXTS)
def test_distance_is_symmetric_and_nought_for_equal_texts_alone(one, other):
    assert distance(one, other) == distance(other, one) >= 0
    assert (distance(one, other) == 0) == (one == other)


def test_successive_numbers_of_a_convoy_stay_apart():
    assert all(distance(f"湘A1234{digit}", f"湘A1234{digit + 1}") >= FAR for digit in range(9))


def test_no_lookalike_is_listed_alone():
    assert all(len(set(alike)) == len(alike) >= 2 for alike in LOOKALIKES)


def test_nothing_said_is_nothing_known():
    assert vote([]) == ("", 0.0)


@given(st.floats(0.01, 0.99))
def test_one_read_is_as_sure_as_itself(certainty):
    assert vote([("湘A12345", certainty)]) == ("湘A12345", pytest.approx(certainty))


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_agreement_strengthens_and_difference_weakens(one, other):
    _, agreed = vote([("湘A12345", one), ("湘A12345", other)])
    _, differed = vote([("湘A12345", one), ("湘C98765", other)])
    assert agreed >= max(one, other) - 1e-12
    assert differed <= max(one, other) + 1e-12


def test_a_lookalike_weakens_less_than_another_plate():
    _, alike = vote([("湘A12345", 0.95), ("湘A1234S", 0.5)])
    _, unlike = vote([("湘A12345", 0.95), ("湘C98765", 0.5)])
    assert unlike < alike < 0.95


def test_the_surer_of_two_lookalikes_wins():
    assert vote([("湘A8B345", 0.6), ("湘A88345", 0.97)])[0] == "湘A88345"


@given(st.permutations([("湘A8B345", 0.6), ("湘A88345", 0.6), ("湘A8B345", 0.3), ("湘C00000", 0.6)]))
def test_the_order_of_votes_does_not_matter(said):
    text, certainty = vote(said)
    assert text == "湘A8B345"
    assert certainty == pytest.approx(vote(sorted(said))[1])
