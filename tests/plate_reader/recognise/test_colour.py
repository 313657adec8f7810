import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bench.rendered_plates import KINDS, render
from plate_reader.recognise.colour import colour_probabilities


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("damage", "severity"), [("jpeg", 0.3), ("night", 0.6), ("noise", 0.5), ("glare", 0.3), ("tilt", 0.6)])
def test_colours_are_seen_by_day_and_by_night(kind, damage, severity):
    found = 0
    for seed in range(6):
        chances = colour_probabilities(render(kind, damage, severity, np.random.default_rng(seed)).crop)
        found += max(chances, key=chances.get) == KINDS[kind].color
    assert found >= 5


@given(arrays(np.uint8, st.tuples(st.integers(1, 20), st.integers(1, 60), st.just(3))))
@settings(max_examples=60)
def test_any_picture_has_probabilities(pixels):
    chances = colour_probabilities(pixels)
    assert sum(chances.values()) == pytest.approx(1)
    assert all(0 <= chance <= 1 for chance in chances.values())
