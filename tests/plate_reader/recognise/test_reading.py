import pytest
from hypothesis import given
from hypothesis import strategies as st

from plate_reader.recognise.reading import Alternative, character_confidences

texts = st.text("AB1", min_size=7, max_size=7)


def test_doubt_falls_on_the_characters_that_differ():
    others = (Alternative("湘A12346", 0.06), Alternative("浙A12346", 0.02), Alternative("湘A1234", 0.02))
    assert character_confidences("湘A12345", 0.9, others) == pytest.approx((0.975, 1, 1, 1, 1, 1, 0.9))


def test_without_another_text_every_character_may_be_the_wrong_one():
    assert character_confidences("湘A12345", 0.4, ()) == (0.4,) * 7


@given(texts, st.floats(0, 1), st.lists(st.tuples(texts, st.floats(0.001, 1)), max_size=6))
def test_no_character_is_doubted_more_than_the_text(text, confidence, others):
    rivals = tuple(Alternative(other, probability) for other, probability in others if other != text)
    characters = character_confidences(text, confidence, rivals)
    assert len(characters) == len(text)
    assert all(confidence - 1e-9 <= each <= 1 + 1e-9 for each in characters)
