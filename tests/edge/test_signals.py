"""The ring of live signals: the same envelope for any cutting of the stream, bounded, and honest about what was lost."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.samples import Block, Gap
from contract.station import Lane
from edge.signals import KEPT_S, POINTS_HZ, SignalRing

RATE_HZ = 400.0
STEP = 4
LANE = Lane.model_validate(
    {
        "id": 1,
        "width_m": 3.5,
        "rate_hz": RATE_HZ,
        "sensor": [
            {
                "name": name,
                "kind": kind,
                "channel": name,
                "position_m": 0.0,
                "width_m": 0.06,
                "lateral_m": [0.0, 1.75],
                "newton_per_count": 1.0,
            }
            for name, kind in (("A", "strip"), ("B", "strip"), ("loop", "loop"))
        ],
    }
)


def ring(zero=lambda: None):
    return SignalRing(LANE, zero)


def pushed(start, counts, cuts, gaps=()):
    found = ring()
    for begin, end in zip([0, *cuts], [*cuts, counts.shape[1]], strict=True):
        if begin < end:
            inside = [
                Gap(max(g.start, start + begin), min(g.stop, start + end)) for g in gaps if g.start < start + end and g.stop > start + begin
            ]
            found.push(Block(start + begin, np.ascontiguousarray(counts[:, begin:end]), tuple(inside)))
    return found


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(20, 900), st.integers(0, 2**32 - 1), st.lists(st.integers(0, 900), max_size=8), st.data())
def test_any_cutting_of_the_stream_gives_the_same_envelope(start, length, seed, cuts, data):
    counts = np.random.default_rng(seed).integers(-(2**23), 2**23, (3, length)).astype(np.int32)
    gap_at = data.draw(st.integers(0, length - 2))
    gaps = (Gap(start + gap_at, start + gap_at + 1),)
    found = pushed(start, counts, sorted(min(cut, length) for cut in cuts), gaps).since(0, POINTS_HZ * KEPT_S)
    points = list(range(-(-start // STEP), (start + length) // STEP))
    assert list(range(found.first, found.stop)) == points
    for index, point in enumerate(points):
        part = counts[:, point * STEP - start : (point + 1) * STEP - start]
        assert found.low[:, index].tolist() == part.min(axis=1).tolist()
        assert found.high[:, index].tolist() == part.max(axis=1).tolist()
        assert found.whole[index] == (not point * STEP <= start + gap_at < (point + 1) * STEP)


def test_it_keeps_the_last_minute_however_long_the_stream_and_however_large_a_block():
    found = ring()
    for size in (50_000, 10, 13, 100_000):
        found.push(Block(1_000_000, np.full((3, size), size, np.int32)))
    envelope = found.since(0, 10**9)
    assert envelope.stop - envelope.first == POINTS_HZ * KEPT_S
    assert set(np.unique(envelope.low)) == {100_000}
    assert envelope.whole.all()


def test_only_what_is_new_is_given():
    found = ring()
    found.push(Block(0, np.zeros((3, 40), np.int32)))
    following = found.view(0, 1_000)["next"]
    found.push(Block(40, np.ones((3, 9), np.int32)))
    assert following == 10
    told = found.view(following, 1_000)
    assert (told["first"], told["next"]) == (10, 12)
    assert told["channels"][0]["low"] == [1, 1]
    assert found.view(12, 1_000)["channels"][0]["low"] == []


def test_what_the_counter_leapt_over_is_null():
    found = ring()
    found.push(Block(0, np.zeros((3, 40), np.int32)))
    found.push(Block(80, np.ones((3, 40), np.int32)))
    assert found.view(8, 1_000)["channels"][1]["high"] == [0, 0, *[None] * 10, *[1] * 10]


@pytest.mark.parametrize(
    ("zero", "told"), [(lambda: None, (None, None)), (lambda: (np.array([5.25, 0, 0]), np.array([1.5, 1, 1])), (5.25, 1.5))]
)
def test_zero_and_noise_are_told_once_they_are_known(zero, told):
    found = ring(zero)
    found.push(Block(0, np.zeros((3, 40), np.int32)))
    channel = found.view(0, 10)["channels"][0]
    assert (channel["zero"], channel["noise"]) == told


def test_before_the_first_sample_there_is_nothing():
    assert ring().view(0, 100)["channels"][0]["low"] == []
