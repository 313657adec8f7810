import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.faults import RejectError
from contract.samples import Block
from contract.station import SensorKind
from edge.axles import AxleStage
from tests.edge.axles.road import Passing, blocks_of, counts_of, lane_of

TRUCK = Passing(0.8, 15.0, (6000.0, 9000.0, 9000.0), (3.4, 1.3))


def crossings(lane, blocks):
    stage = AxleStage(lane)
    found = [crossing for block in blocks for crossing in stage.push(block)]
    return found + stage.finish()


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    kind=st.sampled_from([SensorKind.STRIP, SensorKind.PLATE]),
    cuts=st.lists(st.integers(1, 2499), max_size=30),
    gap=st.none() | st.tuples(st.integers(0, 2300), st.integers(1, 700)),
    start=st.integers(0, 10_000),
)
def test_any_cutting_gives_the_same_crossings_to_the_bit(seed, kind, cuts, gap, start):
    lane = lane_of(kind)
    counts = counts_of(lane, [TRUCK], 2.5, np.random.default_rng(seed), ring=0.1)
    gaps = () if gap is None else ((gap[0], min(2500, sum(gap))),)
    whole = crossings(lane, blocks_of(counts, gaps=gaps, start=start))
    assert crossings(lane, blocks_of(counts, cuts=cuts, gaps=gaps, start=start)) == whole


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=2, deadline=None)
def test_one_sample_at_a_time_gives_the_same(seed):
    lane = lane_of(SensorKind.STRIP)
    counts = counts_of(lane, [TRUCK], 1.6, np.random.default_rng(seed))
    assert crossings(lane, blocks_of(counts, cuts=range(1, 1600))) == crossings(lane, blocks_of(counts))


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=5, deadline=None)
def test_what_stands_at_lost_samples_has_no_influence(seed):
    rng = np.random.default_rng(seed)
    lane = lane_of(SensorKind.PLATE)
    counts = counts_of(lane, [TRUCK], 2.0, rng)
    damaged = counts.copy()
    damaged[:, 700:900] = rng.integers(-(2**23), 2**23, (damaged.shape[0], 200))
    gaps = ((700, 900),)
    assert crossings(lane, blocks_of(counts, gaps=gaps)) == crossings(lane, blocks_of(damaged, gaps=gaps))


@given(seed=st.integers(0, 2**32 - 1), noise=st.floats(0.0, 300.0))
@settings(max_examples=20, deadline=None)
def test_noise_alone_is_no_wheel(seed, noise):
    lane = lane_of(SensorKind.STRIP)
    assert crossings(lane, blocks_of(counts_of(lane, [], 8.0, np.random.default_rng(seed), noise=noise))) == []


def test_blocks_out_of_order_or_of_another_lane_are_refused():
    lane = lane_of(SensorKind.STRIP)
    stage = AxleStage(lane)
    stage.push(Block(100, np.zeros((6, 50), np.int32)))
    with pytest.raises(RejectError, match="went back from 150"):
        stage.push(Block(120, np.zeros((6, 50), np.int32)))
    with pytest.raises(RejectError, match="3 channels where the lane has 6"):
        stage.push(Block(150, np.zeros((3, 50), np.int32)))


def test_a_jump_of_the_counter_counts_as_lost():
    lane = lane_of(SensorKind.PLATE)
    counts = counts_of(lane, [TRUCK], 2.5, np.random.default_rng(1))
    middle = round((0.8) * 1000)
    jump = [Block(0, counts[:, :middle]), Block(middle + 20, np.ascontiguousarray(counts[:, middle + 20 :]))]
    gap = blocks_of(counts, gaps=((middle, middle + 20),))
    assert crossings(lane, jump) == crossings(lane, gap)
    long = [Block(0, counts[:, :1500]), Block(90_000, counts)]
    assert len([c for c in crossings(lane, long) if c.sensor == "R0L" and c.start >= 90_000]) == 3
