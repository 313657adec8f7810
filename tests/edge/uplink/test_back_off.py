"""Waits grow, stay within their bound, and start small again after success."""

from hypothesis import given
from hypothesis import strategies as st

from edge.uplink.back_off import FIRST_S, LONGEST_S, BackOff


@given(st.randoms(use_true_random=False), st.integers(1, 40))
def test_each_wait_is_within_a_bound_that_doubles(random, attempts):
    back_off = BackOff(random)
    for attempt in range(attempts):
        assert FIRST_S / 2 <= back_off.next_s() <= min(FIRST_S * 2**attempt, LONGEST_S)


@given(st.randoms(use_true_random=False))
def test_success_starts_small_again(random):
    back_off = BackOff(random)
    for _ in range(10):
        back_off.next_s()
    back_off.reset()
    assert back_off.next_s() <= FIRST_S
