import pytest
from hypothesis import given
from hypothesis import strategies as st

from plate_reader.syntax import normalise, plausible


@pytest.mark.parametrize(
    "text",
    [
        "湘A12345",
        "京Q9X8Y7",
        "粤B1234学",
        "湘A1234挂",
        "沪A1234警",
        "粤Z1234港",
        "粤ZAB12澳",
        "湘AD12345",
        "湘AFA1345",
        "京A12345D",
        "新E00000",
    ],
)
def test_what_stands_on_plates_is_plausible(text):
    assert plausible(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A12345",
        "湘12345",
        "湘AI2345",
        "湘A1O345",
        "湘A1234",
        "湘A123456",
        "X湘A1234",
        "湘A1234挂挂",
        "湘I12345",
        "湘A12挂45",
        "湘A12345Z",
        "湘a12345",
    ],
)
def test_what_no_plate_says_is_not(text):
    assert not plausible(text)


@pytest.mark.parametrize(
    ("given_text", "text"),
    [("湘A·12345", "湘A12345"), (" 湘a 12345 ", "湘A12345"), ("湘A-123.45", "湘A12345"), ("湘Ａ１２３４５", "湘A12345")],
)
def test_one_spelling(given_text, text):
    assert normalise(given_text) == text


@pytest.mark.parametrize("text", ["", "  ", "无车牌", "unknown", "Unknown", "no plate", "-"])
def test_no_plate_is_empty(text):
    assert normalise(text) == ""


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(text):
    assert normalise(normalise(text)) == normalise(text)
