"""Noise is no vehicle, and a damaged recording gives the same crossings and vehicles however it was cut."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.damage import DELIVERIES, NOISES, Push, counts_of, pushes_of, quiet
from bench.fuzz import open_recording
from contract.station import SensorKind
from edge.axles import AxleStage
from edge.samples.assemble import Assembler
from edge.vehicles import VehicleStage
from tests.edge.axles.road import Passing, blocks_of, lane_of
from tests.edge.axles.road import counts_of as signal_of

SEEDS = st.integers(0, 2**32 - 1)
KINDS = st.sampled_from([SensorKind.STRIP, SensorKind.PLATE])
EXCERPT_S = 6.0


def weighed(lane, blocks):
    """Give all crossings and all vehicles of a stream."""
    axles, stage = AxleStage(lane), VehicleStage(lane, None)
    crossings, vehicles, position = [], [], 0
    for block in blocks:
        found = axles.push(block)
        crossings += found
        vehicles += stage.push(found, block.stop)
        position = block.stop
    last = axles.finish()
    return crossings + last, vehicles + stage.push(last, position) + stage.finish()


def assembled(lane, pushes):
    """Give the blocks that the assembler makes of a line's deliveries."""
    assembler = Assembler("line", lane)
    assembler.describe(lane.channels, lane.rate_hz)
    assembler.begin(0)
    return [block for push in pushes for block in assembler.push(push.counter, push.counts, faulty=push.faulty)]


def cut_finer(pushes, cuts):
    """Cut each delivery at the given shares of its length; order and content stay."""
    found = []
    for push in pushes:
        size = push.counts.shape[1]
        borders = sorted({0, size, *(round(share * size) for share in cuts)})
        found += [Push(push.counter + a, push.counts[:, a:b], push.faulty) for a, b in pairwise(borders)]
    return found


def finer_blocks(blocks, cuts):
    """Cut each block at the given shares of its length."""
    found = []
    for block in blocks:
        gaps = [(gap.start - block.start, gap.stop - block.start) for gap in block.gaps]
        found += blocks_of(block.counts, [round(share * block.counts.shape[1]) for share in cuts], gaps, block.start)
    return found


@cache
def recording(folder):
    return open_recording(folder)


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS, kind=KINDS, noise=st.sampled_from(["white noise", "spikes", "any integers"]))
def test_no_vehicle_comes_from_noise(seed, kind, noise):
    rng, lane = np.random.default_rng(seed), lane_of(kind)
    counts = counts_of(NOISES[noise](rng, len(lane.sensor), 6000, lane.rate_hz))
    assert weighed(lane, blocks_of(counts))[1] == []


@settings(max_examples=20, deadline=None)
@given(
    seed=SEEDS, kind=KINDS, at=st.integers(500, 5000), height=st.integers(-(2**22), 2**22), channels=st.sets(st.integers(0, 5), min_size=1)
)
def test_no_wheel_and_no_vehicle_comes_from_a_jump_of_the_zero(seed, kind, at, height, channels):
    lane = lane_of(kind)
    wave = quiet(np.random.default_rng(seed), len(lane.sensor), 6000)
    wave[sorted(channels), at:] -= abs(height)
    crossings, vehicles = weighed(lane, blocks_of(counts_of(wave)))
    assert [crossing for crossing in crossings if crossing.kind is not SensorKind.LOOP] == []
    assert vehicles == []


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS, level=st.integers(1000, 2**23 - 1))
def test_a_pulse_on_all_channels_at_one_moment_has_no_speed(seed, level):
    lane = lane_of(SensorKind.STRIP)
    one = signal_of(lane, [], 4.0, np.random.default_rng(seed))[0]
    one[1000:1200] = level
    assert all(vehicle.speed_m_s == 0.0 for vehicle in weighed(lane, blocks_of(np.tile(one, (len(lane.sensor), 1))))[1])


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, kind=KINDS, delivery=st.sampled_from(sorted(DELIVERIES)), cuts=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=4))
def test_damaged_signal_cut_in_any_chunks_gives_the_same_to_the_bit(seed, kind, delivery, cuts):
    rng, lane = np.random.default_rng(seed), lane_of(kind)
    passings = [Passing(1.0, 12.0, (6000.0, 9000.0, 9000.0), (3.4, 1.3)), Passing(4.0, 9.0, (900.0, 700.0), (2.6,))]
    counts = signal_of(lane, passings, EXCERPT_S, rng, ring=0.1)
    pushes = DELIVERIES[delivery](rng, list(pushes_of(rng, counts, lane.rate_hz)))
    blocks = assembled(lane, pushes)
    whole = weighed(lane, blocks)
    assert weighed(lane, finer_blocks(blocks, cuts)) == whole
    if delivery != "wrong counters":  # one that lies minutes ahead ends all waiting at once, and half of a delivery then comes too late
        assert weighed(lane, assembled(lane, cut_finer(pushes, cuts))) == whole


@pytest.mark.parametrize("site", ["plates2", "strips2", "strips4"])
def test_a_damaged_recording_cut_in_any_chunks_gives_the_same_to_the_bit(captures, site):
    recorded = recording(captures / site)
    lane, samples = recorded.lane, round(EXCERPT_S * recorded.lane.rate_hz)

    @settings(max_examples=6, deadline=None)
    @given(data=st.data())
    def check(data):
        rng = np.random.default_rng(data.draw(SEEDS))
        begin = data.draw(st.integers(0, recorded.counts.shape[1] - samples))
        pushes = list(pushes_of(rng, recorded.counts[:, begin : begin + samples], lane.rate_hz))
        for name in data.draw(st.lists(st.sampled_from(sorted(DELIVERIES)), max_size=3, unique=True)):
            pushes = DELIVERIES[name](rng, pushes)
        whole = weighed(lane, assembled(lane, pushes))
        assert weighed(lane, assembled(lane, cut_finer(pushes, data.draw(st.lists(st.floats(0.0, 1.0), max_size=3))))) == whole

    check()
