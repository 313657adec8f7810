import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firmware_sims.loops import LoopDetector, Transition


@given(
    values=st.lists(st.sampled_from([0, 500, 700, 900, 1100, 3000]), max_size=60),
    cuts=st.lists(st.integers(0, 60), max_size=6),
)
def test_transitions_do_not_depend_on_how_the_signal_is_cut(values, cuts):
    block = np.array([values, values[::-1]], np.int32).T.reshape(-1, 2)
    whole = LoopDetector((0, 1)).feed(block, 0)
    detector, pieces = LoopDetector((0, 1)), []
    edges = [0, *sorted(min(cut, len(values)) for cut in cuts), len(values)]
    for low, high in itertools.pairwise(edges):
        pieces += detector.feed(block[low:high], low)
    assert pieces == whole


def test_noise_at_the_threshold_gives_one_transition():
    block = np.array([[0], [990], [1010], [990], [1010], [700], [1010], [500], [700]], np.int32)
    assert LoopDetector((0,)).feed(block, 100) == [Transition(1, True, 102), Transition(1, False, 107)]
