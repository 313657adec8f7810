import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sims.ring import Ring


def unpack(packed, channels):
    padded = np.zeros((len(packed) * channels, 4), np.uint8)
    padded[:, 1:] = packed.reshape(-1, 3)
    return (padded.view("<i4") >> 8).reshape(-1, channels)


@given(length=st.integers(1, 40), sizes=st.lists(st.integers(0, 60), max_size=12), data=st.data())
def test_the_newest_samples_come_back_as_they_went_in(length, sizes, data):
    ring, fed = Ring(length, 2), np.empty((0, 2), np.int32)
    for size in sizes:
        block = data.draw(st.lists(st.integers(-(2**23), 2**23 - 1), min_size=2 * size, max_size=2 * size))
        counts = np.array(block, np.int32).reshape(-1, 2)
        ring.append(counts, np.zeros(size, np.uint8))
        fed = np.concatenate([fed, counts])
    assert ring.next == len(fed)
    assert ring.oldest == max(0, len(fed) - length)
    start = data.draw(st.integers(ring.oldest, ring.next))
    packed, _ = ring.read(start, ring.next)
    assert np.array_equal(unpack(packed, 2), fed[start:])


def test_status_is_that_of_the_samples_read():
    ring = Ring(10, 1)
    ring.append(np.zeros((6, 1), np.int32), np.array([0, 1, 0, 0, 2, 0], np.uint8))
    assert [ring.read(start, start + 2)[1] for start in (0, 2, 4)] == [1, 0, 2]


@pytest.mark.parametrize(("start", "stop"), [(-1, 3), (0, 3), (12, 16), (14, 13)])
def test_samples_it_does_not_hold_are_refused(start, stop):
    ring = Ring(10, 1)
    ring.append(np.zeros((15, 1), np.int32), np.zeros(15, np.uint8))
    with pytest.raises(ValueError, match="holds 5 to 15"):
        ring.read(start, stop)
