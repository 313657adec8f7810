import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.faults import RejectError
from contract.samples import COUNT_MAX, Block
from contract.station import SensorKind
from edge.samples.quality import ChannelEvent, Condition, QualityMonitor
from tests.edge.axles.road import Passing, blocks_of, counts_of, lane_of

RATE_HZ = 500.0


def signal(seed, seconds=8.0):
    lane = lane_of(SensorKind.STRIP, rate_hz=RATE_HZ)
    passings = [Passing(2.0, 10.0, (6000.0, 9000.0), (4.0,)), Passing(5.0, 15.0, (6000.0, 9000.0), (4.0,))]
    return counts_of(lane, passings, seconds, np.random.default_rng(seed))


def events(counts, **cutting):
    monitor = QualityMonitor(counts.shape[0], RATE_HZ)
    return [event for block in blocks_of(counts, **cutting) for event in monitor.push(block)]


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=10, deadline=None)
def test_healthy_channels_under_traffic_raise_nothing(seed):
    assert events(signal(seed)) == []


@given(seed=st.integers(0, 2**32 - 1), cuts=st.lists(st.integers(1, 3999), max_size=20))
@settings(max_examples=10, deadline=None)
def test_any_cutting_gives_the_same_events(seed, cuts):
    counts = signal(seed)
    counts[1, 1500:2600] = 77
    counts[2, 700] += 90_000
    assert events(counts, cuts=cuts) == events(counts)


@pytest.mark.parametrize(
    ("condition", "spoil"),
    [
        (Condition.DEAD, lambda part: part * 0),
        (Condition.DEAD, lambda part: part // 100_000 + np.arange(part.size, dtype=np.int32) % 2),
        (Condition.STUCK, lambda part: part * 0 + 4242),
        (Condition.NOISY, lambda part: part + (np.arange(part.size, dtype=np.int32) * 1237 % 4001)),
        (Condition.SATURATED, lambda part: np.where(np.arange(part.size) % 50 == 7, COUNT_MAX, part)),
        (Condition.SPIKES, lambda part: part + 90_000 * (np.arange(part.size) % 211 == 5).astype(np.int32)),
    ],
)
def test_a_fault_is_told_once_when_it_begins_and_once_when_it_ends(condition, spoil):
    counts = signal(3)
    counts[0, 1500:3000] = spoil(counts[0, 1500:3000])
    found = [(e.sample, e.begins) for e in events(counts) if e.condition is condition]
    assert found == [(2000, True), (3500, False)]
    assert {e.channel for e in events(counts)} == {0}


def test_lost_samples_are_left_out():
    counts = signal(5)
    counts[:, 1600:1900] = 9
    assert events(counts, gaps=((1600, 1900),)) == []


def test_the_present_state_is_kept():
    monitor = QualityMonitor(1, RATE_HZ)
    assert monitor.push(Block(0, np.full((1, 500), 12, np.int32))) == [ChannelEvent(0, Condition.STUCK, 500, True, 12.0)]
    assert monitor.present == {(0, Condition.STUCK)}
    with pytest.raises(RejectError, match="2 channels where the lane has 1"):
        monitor.push(Block(500, np.zeros((2, 10), np.int32)))
