"""A vehicle that leaves is told by the loop behind the array long before that is at rest, and never before its own wheels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.samples import Block
from contract.station import SensorKind
from edge.axles import AxleStage
from tests.edge.axles.road import RATE_HZ, Passing, blocks_of, counts_of, lane_of

SOON_S = 0.020
"""A look every 5 ms, at what was smoothed over 10 ms and lay below half at two looks; noise may ask for one more."""

AT_REST_S = 0.06


def crossings(lane, counts, cuts=()):
    stage = AxleStage(lane)
    found = [crossing for block in blocks_of(counts, cuts=cuts) for crossing in stage.push(block)]
    return found + stage.finish()


def over(found, sensor):
    return [crossing for crossing in found if crossing.sensor == sensor]


def loop_alone(level: np.ndarray) -> list:
    """Crossings where nothing but the last loop shows anything: `level` over time, of a vehicle's height."""
    lane = lane_of(SensorKind.STRIP)
    counts = counts_of(lane, [], level.size / RATE_HZ, np.random.default_rng(3))
    counts[-1] += np.round(1500.0 * level).astype(np.int32)
    return over(crossings(lane, counts), "loopB")


def shape(*corners: tuple[float, float]) -> np.ndarray:
    """A level over time by its corners (s, share), with a second of quiet before and after."""
    seconds, shares = zip(*corners, strict=True)
    t = np.arange(round((seconds[-1] + 2.0) * RATE_HZ)) / RATE_HZ - 1.0
    return np.interp(t, seconds, shares)


@given(
    kind=st.sampled_from([SensorKind.STRIP, SensorKind.PLATE]),
    speed=st.floats(2.0, 40.0),
    overhang=st.floats(0.3, 2.0),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=25, deadline=None)
def test_who_leaves_alone_is_told_at_once_and_with_all_wheels(kind, speed, overhang, seed):
    lane = lane_of(kind)
    truck = Passing(1.0 + 5.0 / speed, speed, (6000.0, 9000.0), (3.4,), overhang_m=overhang)
    counts = counts_of(lane, [truck], truck.first_axle_s + 14.0 / speed + 0.5, np.random.default_rng(seed))
    found = crossings(lane, counts)
    (gate,) = over(found, "loopB")
    wheels = [crossing for crossing in found if crossing.kind is kind]
    unsure = 0.02 / speed  # s by which noise shifts where a slow fall meets its half
    left = (truck.first_axle_s + (lane.sensor[-1].position_m + 3.4 + overhang) / speed) * RATE_HZ
    assert len(wheels) == 8
    assert gate.stop == pytest.approx(left, abs=(0.004 + unsure) * RATE_HZ)
    assert max(wheel.settled for wheel in wheels) <= gate.settled
    if max(wheel.settled for wheel in wheels) < gate.stop:
        assert gate.settled - gate.stop <= (SOON_S + unsure) * RATE_HZ
    assert len(over(found, "loopA")) == 1


def test_who_leaves_while_another_comes_is_told_when_the_loop_is_at_rest():
    lane = lane_of(SensorKind.STRIP)
    first, second = (Passing(at, 15.0, (2000.0, 2000.0), (3.0,)) for at in (1.0, 1.55))
    found = crossings(lane, counts_of(lane, [first, second], 4.0, np.random.default_rng(5)))
    one, other = over(found, "loopB")
    assert one.settled - one.stop > AT_REST_S * RATE_HZ
    assert other.settled - other.stop <= SOON_S * RATE_HZ
    assert len(over(found, "loopA")) == 2


@given(cuts=st.lists(st.integers(1, 3999), max_size=60), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_no_block_border_changes_when_it_is_told(cuts, seed):
    lane = lane_of(SensorKind.STRIP)
    trucks = [Passing(at, 15.0, (6000.0, 9000.0), (3.4,)) for at in (1.0, 2.6)]
    counts = counts_of(lane, trucks, 4.0, np.random.default_rng(seed))
    assert crossings(lane, counts, cuts) == crossings(lane, counts)


def test_a_crossing_is_given_with_the_block_that_settles_it():
    lane = lane_of(SensorKind.STRIP)
    counts = counts_of(lane, [Passing(1.0, 15.0, (6000.0, 9000.0), (3.4,))], 3.0, np.random.default_rng(9))
    stage = AxleStage(lane)
    for at in range(counts.shape[1]):
        for crossing in stage.push(Block(at, np.ascontiguousarray(counts[:, at : at + 1]))):
            assert crossing.settled == at + 1


def test_the_next_vehicle_is_another_presence_though_the_loop_was_not_at_rest():
    one, other = loop_alone(shape((0.0, 0.0), (0.1, 1.0), (0.6, 1.0), (0.8, 0.2), (0.9, 0.2), (1.1, 0.8), (1.6, 0.8), (1.8, 0.0)))
    assert one.stop == pytest.approx((1.0 + 0.725) * RATE_HZ, abs=5)
    assert other.start == pytest.approx((1.0 + 0.967) * RATE_HZ, abs=5)
    assert other.stop == pytest.approx((1.0 + 1.7) * RATE_HZ, abs=5)


def test_a_high_body_dips_in_two_as_it_does_at_rest():
    """A dip to just below half, between parts of one height, parts the presence in two, whenever it is judged."""
    one, other = loop_alone(shape((0.0, 0.0), (0.1, 1.0), (0.6, 1.0), (0.7, 0.4), (0.8, 0.4), (0.9, 1.0), (1.6, 1.0), (1.8, 0.0)))
    assert one.stop < other.start


def test_what_is_left_of_a_vehicle_is_no_further_one():
    (one,) = loop_alone(shape((0.0, 0.0), (0.1, 1.0), (0.6, 1.0), (0.7, 0.45), (0.8, 0.52), (0.9, 0.3), (1.0, 0.35), (1.8, 0.0)))
    assert one.settled - one.stop <= SOON_S * RATE_HZ
