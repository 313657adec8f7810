import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.matching.assignment import pair_probabilities

ODDS = st.floats(0, 1e3).map(lambda x: 0.0 if x < 1e-6 else x)


@st.composite
def scenes(draw):
    """Odds of up to 4 sightings for up to 5 vehicles, weighed in up to 3 lanes."""
    vehicles = draw(st.integers(1, 5))
    lanes = draw(st.lists(st.integers(1, 3), min_size=vehicles, max_size=vehicles))
    rows = st.lists(ODDS, min_size=vehicles, max_size=vehicles)
    return [{v: odds for v, odds in enumerate(row) if odds} for row in draw(st.lists(rows, min_size=1, max_size=4))], lanes


def by_enumeration(odds, lanes):
    """Every explanation, weighed one by one: each sighting is one vehicle or none, none twice, none crossing another of its lane."""
    held = [dict.fromkeys(row, 0.0) for row in odds]
    total = 0.0
    for choice in product(*([None, *row] for row in odds)):
        taken = [v for v in choice if v is not None]
        crossing = any(lanes[a] == lanes[b] and a > b for i, a in enumerate(taken) for b in taken[i + 1 :])
        if len(set(taken)) < len(taken) or crossing:
            continue
        weight = math.prod(row[v] for row, v in zip(odds, choice, strict=True) if v is not None)
        total += weight
        for row, v in zip(held, choice, strict=True):
            if v is not None:
                row[v] += weight
    return [{v: weight / total for v, weight in row.items()} for row in held], math.log(total)


@given(scenes())
def test_equals_the_sum_over_every_explanation(scene):
    probabilities, log_weight = pair_probabilities(*scene)
    expected, expected_log = by_enumeration(*scene)
    assert log_weight == pytest.approx(expected_log, rel=1e-9, abs=1e-9)
    for row, other in zip(probabilities, expected, strict=True):
        assert row == pytest.approx(other, rel=1e-9, abs=1e-12)


@given(scenes())
def test_a_vehicle_and_a_sighting_belong_to_at_most_one(scene):
    odds, lanes = scene
    probabilities, _ = pair_probabilities(odds, lanes)
    assert all(0 <= value <= 1 for row in probabilities for value in row.values())
    assert all(sum(row.values()) <= 1 + 1e-9 for row in probabilities)
    assert all(sum(row.get(v, 0.0) for row in probabilities) <= 1 + 1e-9 for v in range(len(lanes)))


def test_a_long_dense_column_neither_overflows_nor_loses_its_pairs():
    odds = [{v: 1e4 if v == j else 1e-3 for v in range(max(0, j - 5), min(400, j + 6))} for j in range(400)]
    probabilities, _ = pair_probabilities(odds, [v % 3 + 1 for v in range(400)])
    assert all(math.isfinite(value) for row in probabilities for value in row.values())
    assert all(row[j] > 0.99 for j, row in enumerate(probabilities))
