from itertools import groupby, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.faults import StopError
from plate_reader.recognise.alphabet import Alphabet
from plate_reader.recognise.beam import Beam, log_likelihoods
from plate_reader.syntax import parse_grammar

GRAMMAR = parse_grammar(
    b"""
name = "small"
title = "Two kinds over four characters"
[alike]
A = "a"
[[kind]]
name = "short"
characters = ["AB", "12"]
share = 0.5
colours = { blue = 1.0 }
[[kind]]
name = "long"
characters = ["A", "A", "1"]
share = 0.5
colours = { yellow = 1.0 }
""",
    "small.toml",
)
CLASSES = ("", "1", "2", "A", "B", "a", "-", "Q", " ")


def spelled(path):
    return "".join(character for character, _ in groupby(path) if character)


def by_all_paths(probabilities, characters):
    """Sum over every path: what CTC means, without any cleverness."""
    texts = {}
    for path in product(range(probabilities.shape[1]), repeat=len(probabilities)):
        text = spelled([("", *characters)[column] for column in path])
        texts[text] = texts.get(text, 0.0) + float(np.prod([row[column] for row, column in zip(probabilities, path, strict=True)]))
    return texts


steps = st.lists(st.lists(st.floats(1e-3, 1), min_size=5, max_size=5), min_size=1, max_size=6).map(
    lambda rows: np.array([np.array(row) / sum(row) for row in rows])
)


@given(steps)
@settings(max_examples=40, deadline=None)
def test_a_wide_beam_finds_exactly_the_texts_of_the_grammar_in_their_order(probabilities):
    alphabet = Alphabet(GRAMMAR, CLASSES)
    expected = {text: p for text, p in by_all_paths(probabilities, alphabet.characters).items() if GRAMMAR.kinds_of(text)}
    found = Beam(alphabet, GRAMMAR.kinds, width=10_000, pruned=0.0).search(probabilities)
    assert set(found) == set(expected)
    assert [expected[text] for text in found] == pytest.approx(sorted(expected.values(), reverse=True))


@given(steps)
@settings(max_examples=40, deadline=None)
def test_the_likelihood_is_the_sum_over_all_paths(probabilities):
    alphabet = Alphabet(GRAMMAR, CLASSES)
    every = by_all_paths(probabilities, alphabet.characters)
    found = log_likelihoods(probabilities, [[alphabet.column[character] for character in text] for text in every])
    assert found == pytest.approx(np.log(list(every.values())), abs=1e-6)


@given(steps)
@settings(max_examples=40, deadline=None)
def test_a_narrow_beam_says_nothing_that_no_plate_says(probabilities):
    for text in Beam(Alphabet(GRAMMAR, CLASSES), GRAMMAR.kinds, width=3).search(probabilities):
        assert GRAMMAR.kinds_of(text)


def test_a_doubled_character_needs_a_blank_between():
    alphabet = Alphabet(GRAMMAR, CLASSES)
    sure = np.full((5, 5), 1e-9)
    for step, character in enumerate(["A", "", "A", "A", "1"]):
        sure[step, alphabet.column.get(character, 0)] = 1
    assert Beam(alphabet, GRAMMAR.kinds).search(sure)[0] == "AA1"


def test_what_looks_alike_is_counted_together_and_separators_are_blanks():
    probabilities = np.full((1, len(CLASSES)), 1e-12)
    for text, share in (("A", 0.25), ("a", 0.25), ("-", 0.2), ("", 0.2), ("Q", 0.1)):
        probabilities[0, CLASSES.index(text)] = share
    alphabet = Alphabet(GRAMMAR, CLASSES)
    reduced = alphabet.reduce(np.log(probabilities).astype(np.float32))[0]
    assert reduced[alphabet.column["A"]] == pytest.approx(0.5)
    assert reduced[0] == pytest.approx(0.4)
    assert reduced.sum() == pytest.approx(0.9)


def test_a_character_that_the_model_cannot_say_is_refused():
    with pytest.raises(StopError, match="'2' is unknown to the model"):
        Alphabet(GRAMMAR, tuple(text for text in CLASSES if text != "2"))
