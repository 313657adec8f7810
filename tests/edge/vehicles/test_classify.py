from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.vehicles import Body
from edge.vehicles.classify import axle_groups, classify


@pytest.mark.parametrize(
    ("spacings_m", "code", "body"),
    [
        ((2.6,), "1+1", Body.RIGID),
        ((6.1,), "1+1", Body.RIGID),
        ((4.7, 1.33), "1+2", Body.RIGID),
        ((1.83, 4.9), "2+1", Body.RIGID),
        ((1.9, 3.6, 1.34), "2+2", Body.RIGID),
        ((4.0, 1.3, 1.3), "1+3", Body.RIGID),
        ((1.9, 3.6, 1.3, 1.3), "2+3", Body.RIGID),
        ((3.6, 7.7), "1+1+1", Body.COMBINATION),
        ((3.6, 6.3, 1.3), "1+1+2", Body.COMBINATION),
        ((3.3, 1.35, 7.0), "1+2+1", Body.COMBINATION),
        ((3.6, 5.7, 1.3, 1.3), "1+1+3", Body.COMBINATION),
        ((3.3, 1.35, 6.9, 1.3), "1+2+2", Body.COMBINATION),
        ((3.3, 1.3, 6.2, 1.3, 1.3), "1+2+3", Body.COMBINATION),
        ((4.6, 1.34, 5.0, 5.2), "1+2+1+1", Body.COMBINATION),
        ((3.3, 1.37, 5.0, 1.3, 1.3, 1.4, 1.3), "1+2+5", Body.COMBINATION),
        ((1.3, 1.3), "3", Body.UNKNOWN),
        ((), "1", Body.UNKNOWN),
    ],
)
def test_patterns(spacings_m, code, body):
    found = classify(spacings_m)
    assert (found.code, found.body) == (code, body)


def test_a_spacing_near_its_break_lowers_the_confidence():
    assert classify((4.7, 1.79)).confidence < 0.6 < classify((4.7, 1.35)).confidence


@given(spacings=st.lists(st.floats(0.5, 15.0), max_size=12))
def test_every_axle_has_a_group_and_groups_count_up(spacings):
    groups = axle_groups(spacings)
    assert len(groups) == len(spacings) + 1
    assert groups[0] == 1
    assert all(b - a in (0, 1) for a, b in pairwise(groups))
    assert 0.0 <= classify(spacings).confidence <= 1.0
