import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.faults import StopError
from plate_reader.syntax import GRAMMAR_MAX_BYTES, load_grammar, normalise, parse_grammar, plausible, shipped_grammar


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


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("湘A12345", {"ordinary"}),
        ("冀JK123挂", {"trailer"}),
        ("皖Q0686学", {"learner"}),
        ("鲁A1234警", {"police"}),
        ("粤Z1234港", {"hong-kong-macao"}),
        ("粤ZAB12澳", {"hong-kong-macao"}),
        ("沪A0023领", {"consulate"}),
        ("224578使", {"embassy"}),
        ("使224578", {"embassy-older"}),
        ("湘AD12345", {"new-energy-small"}),
        ("湘AF1234D", set()),
        ("湘AFA1345", {"new-energy-small"}),
        ("京A12345D", {"new-energy-large"}),
        ("京AD1234F", set()),
        ("粤0T9048", {"agency"}),
        ("WJ京1234X", {"armed-police"}),
        ("VA12345", {"military"}),
        ("湘A1234港", set()),
        ("湘AI2345", set()),
        ("湘A12挂45", set()),
    ],
)
def test_what_kinds_of_plate_say_a_text(text, kinds):
    assert {kind.name for kind in shipped_grammar("cn").kinds_of(text)} == kinds


@given(st.data())
def test_whatever_is_drawn_from_a_kind_is_of_that_kind(data):
    grammar = shipped_grammar("cn")
    kind = data.draw(st.sampled_from(grammar.kinds))
    text = "".join(data.draw(st.sampled_from(sorted(place))) for place in kind.places)
    assert kind in grammar.kinds_of(text)
    assert plausible(text)
    assert not (set("IO") & set(text))
    assert all(kind not in grammar.kinds_of(text[:at] + text[at + 1 :]) for at in range(len(text)))


def test_probabilities_of_all_texts_of_a_kind_add_up_to_one():
    for kind in shipped_grammar("cn").kinds:
        assert math.prod(sum(place.values()) for place in kind.places) == pytest.approx(1)
        assert sum(kind.colours.values()) == pytest.approx(1, abs=0.011)


GERMAN = b"""
name = "de"
title = "Germany, cities of one letter"
[sets]
letter = { "ABCDEFGHIJKLMNOPQRSTUVWXYZ" = 1.0 }
digit = "0123456789"
[alike]
O = "o"
[[kind]]
name = "car"
characters = ["BMK", "letter*2", "digit*4"]
share = 1.0
colours = { white = 1.0 }
"""


def test_a_grammar_of_another_country_is_a_file(tmp_path):
    (tmp_path / "de.toml").write_bytes(GERMAN)
    grammar = load_grammar(tmp_path / "de.toml")
    assert grammar.kinds_of("BIO1234")
    assert not grammar.kinds_of("XIO1234")
    assert grammar.kinds[0].rows == {1: 1.0}


@pytest.mark.parametrize(
    ("was", "is_now", "told"),
    [
        (b'name = "de"', b"", "name: Field required"),
        (b"share = 1.0", b"share = 0", "kind.0.share"),
        (b"white = 1.0", b"pink = 1.0", "kind.0.colours.pink"),
        (b'"BMK"', b'""', "kind.0.characters.0"),
        (b"digit*4", b"digit*40", "43 characters"),
        (b"share = 1.0", b"share = 1.0\nrows = { 2 = 1.0 }\nupper = 9", "9 of them above"),
        (b"share = 1.0", b"share = 1.0\nwheels = 4", "kind.0.wheels: Extra inputs are not permitted"),
        (b"[sets]", b"[sets", "is no TOML"),
    ],
)
def test_an_unsound_grammar_is_refused_with_its_key(tmp_path, was, is_now, told):
    path = tmp_path / "bad.toml"
    path.write_bytes(GERMAN.replace(was, is_now, 1))
    with pytest.raises(StopError, match=re.escape(told)):
        load_grammar(path)


def test_a_grammar_that_is_not_there_is_said(tmp_path):
    with pytest.raises(StopError, match="No such file"):
        load_grammar(tmp_path / "none.toml")
    with pytest.raises(StopError, match="this version has: cn"):
        shipped_grammar("atlantis")
    (tmp_path / "huge.toml").write_bytes(b"#" * (GRAMMAR_MAX_BYTES + 1))
    with pytest.raises(StopError, match="larger than"):
        load_grammar(tmp_path / "huge.toml")


@given(st.binary(max_size=200))
def test_garbage_is_never_a_grammar(data):
    with pytest.raises(StopError):
        parse_grammar(data, "garbage.toml")
