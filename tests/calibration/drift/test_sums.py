"""Sums of days: any cutting adds up, what is packed comes back, what is damaged is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.drift.sums import Day, Sums, unpack
from contract.faults import RejectError
from tests.calibration.drift.traffic import Traffic, sight_with

SIGHT = sight_with()


def close(one, other):
    return all(np.allclose(getattr(one, name), getattr(other, name)) for name in ("number", "w", "wz", "wy", "wzz", "wzy", "wyy"))


@given(cut=st.integers(0, 40), seed=st.integers(0, 2**32 - 1))
def test_the_sums_of_parts_add_up_to_those_of_the_whole(cut, seed):
    rng = np.random.default_rng(seed)
    z, y, w = rng.normal(size=(40, 3)), rng.normal(size=(40, 2)), rng.uniform(0.1, 2.0, 40)
    assert close(Sums.of(z[:cut], y[:cut], w[:cut]) + Sums.of(z[cut:], y[cut:], w[cut:]), Sums.of(z, y, w))


@given(seed=st.integers(0, 2**32 - 1))
def test_a_shift_taken_off_the_sums_is_one_taken_off_every_reading(seed):
    rng = np.random.default_rng(seed)
    z, y, w, shift = rng.normal(size=(20, 3)), rng.normal(size=(20, 2)), rng.uniform(0.1, 2.0, 20), rng.normal(size=2)
    assert close(Sums.of(z, y, w).less(shift), Sums.of(z, y - shift, w))


def test_a_packed_day_comes_back_to_the_bit():
    (day,) = Traffic(SIGHT, 1, per_day=50).days(7, 8)
    again = unpack(day.pack(), "test")
    assert again.pack() == day.pack()
    assert (again.number, again.left_out, again.without_temperature) == (7, 0, 0)
    assert again.fits(len(SIGHT.contrast), len(SIGHT.sensors))
    assert not again.fits(len(SIGHT.contrast) + 1, len(SIGHT.sensors))


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_day_with_a_bit_turned_is_refused_or_unharmed(place, bit):
    whole = Day.none(3, len(SIGHT.contrast), len(SIGHT.sensors)).pack()
    data = bytearray(whole)
    data[place % len(data)] ^= 1 << bit
    try:
        found = unpack(bytes(data), "test")  # a few bits of the packing carry nothing
    except RejectError:
        return
    assert found.pack() == whole


@pytest.mark.parametrize("data", [b"", b"PK", b"not a day at all"])
def test_what_is_no_day_is_refused(data):
    with pytest.raises(RejectError, match="cannot be read"):
        unpack(data, "test")
