"""The composed lane: the same vehicles, with the same raw signal, for any cutting of the stream, and again from each capture alone."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.captures import CaptureReader, clip_gaps
from contract.faults import RejectError
from contract.samples import Block, Gap
from contract.station import parse_station
from edge.memory import LaneMemory, memory_bytes, parse_memory
from edge.pipeline import LEAD_MAX_S, MARGIN_S, LanePipeline

FIRST_S = 12.0
"""Length of signal used: the first three vehicles of the recording."""


@pytest.fixture(scope="module")
def recording(captures):
    folder = captures / "strips4"
    station = parse_station((folder / "station.toml").read_text(), "station.toml")
    lane = station.lane[0]
    with (folder / "traffic.h5").open("rb") as stream:
        block = next(CaptureReader(stream, "traffic.h5").blocks(lane.channels, round(FIRST_S * lane.rate_hz)))
    return lane, block


def weigh(lane, blocks):
    pipeline = LanePipeline(lane, None)
    found = [weighing for block in blocks for weighing in pipeline.push(block)]
    return found + pipeline.finish()


@pytest.fixture(scope="module")
def whole(recording):
    lane, block = recording
    return weigh(lane, [block])


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(1, 47_999), max_size=40))
def test_any_cutting_gives_the_same_vehicles_to_the_bit(recording, whole, cuts):
    lane, block = recording
    edges = sorted({0, *cuts, block.counts.shape[1]})
    parts = [Block(a, np.ascontiguousarray(block.counts[:, a:b])) for a, b in pairwise(edges)]
    cut = weigh(lane, parts)
    assert [weighing.vehicle for weighing in cut] == [weighing.vehicle for weighing in whole]


def test_the_signal_behind_a_vehicle_is_added_once_it_is_there(recording):
    lane, block = recording
    pipeline, step, margin = LanePipeline(lane, None), 40, round(MARGIN_S * lane.rate_hz)
    found = []
    for at in range(0, block.counts.shape[1], step):
        found += pipeline.push(Block(at, np.ascontiguousarray(block.counts[:, at : at + step])))
    for weighing in found:
        first, stop = weighing.first_sample, weighing.vehicle.stop + margin
        whole = pipeline.with_rest(weighing)
        assert weighing.counts.shape[1] < stop - first == whole.counts.shape[1]
        assert np.array_equal(whole.counts, block.counts[:, first:stop])
    restarted = LanePipeline(lane, None)
    restarted.push(Block(0, np.zeros_like(block.counts)))
    assert restarted.with_rest(found[0]) is found[0]


def test_each_vehicle_comes_with_its_own_raw_signal(recording, whole):
    lane, block = recording
    assert len(whole) >= 2
    for weighing in whole[:2]:
        first, stop = weighing.first_sample, weighing.first_sample + weighing.counts.shape[1]
        assert first == weighing.before.first_sample <= weighing.vehicle.start - round(MARGIN_S * lane.rate_hz)
        assert stop >= weighing.vehicle.stop
        assert np.array_equal(weighing.counts, block.counts[:, first:stop])


def weighed_again(lane, weighing):
    """Give the vehicles of a capture, from it and what was known before it alone."""
    memory = parse_memory(memory_bytes(weighing.before), "capture")
    assert memory == weighing.before
    signal = Block(weighing.first_sample, weighing.counts, weighing.gaps)
    lead, rest = part(signal, signal.start, memory.counter), part(signal, memory.counter, signal.stop)
    pipeline = LanePipeline.recall(lane, None, weighing.pavement_c, memory, lead)
    return [again.vehicle for again in (*pipeline.push(rest), *pipeline.finish())]


def part(block, start, stop):
    counts = np.ascontiguousarray(block.counts[:, start - block.start : stop - block.start])
    return Block(start, counts, clip_gaps(block.gaps, start, stop))


def driven(captures, site, name, *, live, holes=()):
    """Give a lane and its weighings as a station makes them: in small blocks, completed when the wait for plates is over."""
    folder = captures / site
    lane = parse_station((folder / "station.toml").read_text(), "station.toml").lane[0]
    pipeline, waiting, found = LanePipeline(lane, None, 21.5), [], []
    with (folder / name).open("rb") as stream:
        for block in CaptureReader(stream, name).blocks(lane.channels, live):
            gaps = clip_gaps(tuple(Gap(*hole) for hole in holes), block.start, block.stop)
            waiting += pipeline.push(Block(block.start, block.counts, gaps))
            while waiting and waiting[0].told + lane.rate_hz < block.stop:
                found.append(pipeline.with_rest(waiting.pop(0)))
    return lane, [*found, *map(pipeline.with_rest, waiting), *pipeline.finish()]


@pytest.mark.parametrize(
    ("site", "name"),
    [("strips4", "traffic.h5"), ("strips4", "abnormal.h5"), ("strips2", "traffic.h5"), ("plates2", "traffic.h5")],
)
def test_a_capture_alone_gives_its_vehicle_again_to_the_bit(captures, site, name):
    lane, weighings = driven(captures, site, name, live=997)
    assert len(weighings) > 10
    assert all(weighing.vehicle in weighed_again(lane, weighing) for weighing in weighings)


def test_so_it_does_where_samples_were_lost(captures):
    chance = np.random.default_rng(7)
    begins = np.sort(chance.integers(0, 700_000, 150))
    holes = [(int(begin), int(begin) + int(chance.integers(1, 3_000))) for begin in begins]
    apart = [hole for hole, after in pairwise([*holes, (10**9, 10**9 + 1)]) if hole[1] < after[0]]
    lane, weighings = driven(captures, "strips4", "traffic.h5", live=2_003, holes=apart)
    assert any(weighing.gaps for weighing in weighings)
    for weighing in weighings:
        assert weighing.vehicle in weighed_again(lane, weighing)


def test_the_lead_of_a_capture_is_bounded(captures):
    lane, weighings = driven(captures, "strips4", "traffic.h5", live=997)
    for weighing in weighings:
        lead = weighing.vehicle.start - weighing.first_sample
        assert MARGIN_S * lane.rate_hz <= lead <= (MARGIN_S + LEAD_MAX_S) * lane.rate_hz


def test_what_lies_beyond_the_kept_signal_is_not_claimed_to_be_known(recording, monkeypatch):
    lane, block = recording
    monkeypatch.setattr("edge.pipeline.MEMORY_S", 0.1)
    pipeline = LanePipeline(lane, None)
    found = [w for at in range(0, 48_000, 40) for w in pipeline.push(Block(at, np.ascontiguousarray(block.counts[:, at : at + 40])))]
    assert found
    assert {weighing.before for weighing in found} == {None}


def test_a_memory_of_another_lane_is_refused(recording, whole):
    lane, _ = recording
    other = lane.model_copy(update={"sensor": lane.sensor[1:]})
    memory, lead = whole[1].before, part(Block(whole[1].first_sample, whole[1].counts), whole[1].first_sample, whole[1].before.counter)
    with pytest.raises(RejectError, match="another one"):
        LanePipeline.recall(other, None, None, memory, Block(lead.start, lead.counts[1:]))
    with pytest.raises(RejectError, match="no state of the weighing"):
        parse_memory(memory_bytes(memory).replace(b'"level"', b'"lever"'), "capture")
    assert parse_memory(memory_bytes(LaneMemory(7)), "capture") == LaneMemory(7)
