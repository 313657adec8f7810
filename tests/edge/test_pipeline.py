"""The composed lane: the same vehicles, with the same raw signal, for any cutting of the stream."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.captures import CaptureReader
from contract.samples import Block
from contract.station import parse_station
from edge.pipeline import MARGIN_S, LanePipeline

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
        assert first == weighing.vehicle.start - round(MARGIN_S * lane.rate_hz)
        assert stop >= weighing.vehicle.stop
        assert np.array_equal(weighing.counts, block.counts[:, first:stop])
