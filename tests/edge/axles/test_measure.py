import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.axles import CrossingFlag
from contract.samples import COUNT_MAX
from contract.station import SensorKind
from contract.units import STANDARD_GRAVITY_M_S2
from tests.edge.axles.road import NEWTON_PER_COUNT, Passing, blocks_of, counts_of, lane_of
from tests.edge.axles.test_stream import crossings

KG_PER_COUNT = NEWTON_PER_COUNT / STANDARD_GRAVITY_M_S2
SEEDS = st.integers(0, 2**32 - 1)


def on(sensor, found):
    return [crossing for crossing in found if crossing.sensor == sensor]


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, speed=st.floats(3.0, 40.0), load=st.floats(1500.0, 15_000.0))
def test_a_strip_gives_time_and_load(seed, speed, load):
    lane = lane_of(SensorKind.STRIP, rate_hz=4000.0)
    counts = counts_of(lane, [Passing(1.0, speed, (load, load), (3.0,))], 3.5, np.random.default_rng(seed))
    first, second = on("R0L", crossings(lane, blocks_of(counts)))
    assert first.centre == pytest.approx(4000.0, abs=1.5)
    assert second.centre == pytest.approx(4000.0 * (1.0 + 3.0 / speed), abs=1.5)
    kg = first.area_counts / 4000.0 * speed / 0.06 * KG_PER_COUNT
    assert kg == pytest.approx(load / 2, rel=0.02)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, speed=st.floats(1.0, 12.0), load=st.floats(1500.0, 15_000.0), ring=st.floats(0.0, 0.6))
def test_a_plate_gives_time_and_load_though_it_rings(seed, speed, load, ring):
    lane = lane_of(SensorKind.PLATE)
    counts = counts_of(lane, [Passing(2.0, speed, (load, load), (1.25,))], 8.0, np.random.default_rng(seed), ring=ring)
    found = on("R0L", crossings(lane, blocks_of(counts)))
    assert len(found) == 2
    assert found[0].centre == pytest.approx(2000.0, abs=4.0)
    assert found[0].level_counts * KG_PER_COUNT == pytest.approx(load / 2, rel=0.015)
    assert found[0].width_samples / 1000.0 * speed == pytest.approx(0.7, rel=0.06)


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS, begin=st.integers(0, 2480), length=st.integers(1, 60))
def test_a_gap_flags_the_wheels_it_touches_and_no_others(seed, begin, length):
    lane = lane_of(SensorKind.PLATE)
    counts = counts_of(lane, [Passing(0.8, 6.0, (8000.0, 8000.0), (4.0,))], 2.5, np.random.default_rng(seed))
    clean = on("R1R", crossings(lane, blocks_of(counts)))
    found = on("R1R", crossings(lane, blocks_of(counts, gaps=((begin, begin + length),))))
    assert len(found) == len(clean)
    for crossing, whole in zip(found, clean, strict=True):
        touched = begin < whole.stop and begin + length > whole.start
        apart = begin > whole.stop + 5 or begin + length < whole.start - 5
        if touched:
            assert CrossingFlag.GAP in crossing.flags
        elif apart:
            assert CrossingFlag.GAP not in crossing.flags


@given(seed=SEEDS)
@settings(max_examples=5, deadline=None)
def test_a_spike_is_flagged_and_does_no_harm(seed):
    lane = lane_of(SensorKind.STRIP, rate_hz=4000.0)
    counts = counts_of(lane, [Passing(0.5, 20.0, (8000.0, 8000.0), (4.0,))], 1.6, np.random.default_rng(seed))
    clean = on("R0L", crossings(lane, blocks_of(counts)))
    counts[0, 2000] += 200_000  # in the middle of the first wheel
    counts[1, 1000] += 200_000  # on an idle channel
    found = crossings(lane, blocks_of(counts))
    assert CrossingFlag.SPIKE in on("R0L", found)[0].flags
    assert on("R0L", found)[0].area_counts == pytest.approx(clean[0].area_counts, rel=0.003)
    assert not on("R0L", found)[1].flags
    assert len(on("R0R", found)) == 2


def test_saturation_is_flagged():
    lane = lane_of(SensorKind.PLATE)
    counts = counts_of(lane, [Passing(0.8, 6.0, (8000.0, 8000.0), (4.0,))], 2.5, np.random.default_rng(7))
    counts[0, 790:800] = COUNT_MAX
    first, second = on("R0L", crossings(lane, blocks_of(counts)))
    assert CrossingFlag.SATURATED in first.flags
    assert not second.flags


def test_two_wheels_at_once_on_a_plate_are_two_and_marked():
    lane = lane_of(SensorKind.PLATE, width_m=1.6)
    counts = counts_of(lane, [Passing(1.5, 3.0, (8000.0, 7000.0), (1.2,))], 6.0, np.random.default_rng(3))
    first, second = on("R0L", crossings(lane, blocks_of(counts)))
    assert CrossingFlag.TWO_WHEELS in first.flags & second.flags
    assert (second.centre - first.centre) / 1000.0 * 3.0 == pytest.approx(1.2, abs=0.1)
    assert first.level_counts * KG_PER_COUNT == pytest.approx(4000.0, rel=0.05)
    assert second.level_counts * KG_PER_COUNT == pytest.approx(3500.0, rel=0.05)


def test_the_zero_follows_drift_and_hum():
    rng = np.random.default_rng(11)
    lane = lane_of(SensorKind.STRIP)
    counts = counts_of(lane, [Passing(25.0, 15.0, (1200.0, 1200.0), (2.6,))], 30.0, rng)
    t = np.arange(counts.shape[1]) / 1000.0
    counts = counts + np.round(40.0 * np.sin(2 * np.pi * 50.0 * t) + 3000.0 * np.sin(t / 5.0)).astype(np.int32)
    assert len(on("R0L", crossings(lane, blocks_of(counts)))) == 2


def test_a_shifted_zero_is_let_go_after_the_longest_record():
    lane = lane_of(SensorKind.STRIP, rate_hz=100.0)
    counts = counts_of(lane, [], 200.0, np.random.default_rng(5))
    counts[0, 3000:] += 50_000
    found = crossings(lane, blocks_of(counts))
    assert len(found) == 1
    assert CrossingFlag.TOO_LONG in found[0].flags


def test_a_wheel_cut_off_by_the_end_of_the_stream_is_flagged():
    lane = lane_of(SensorKind.PLATE)
    counts = counts_of(lane, [Passing(1.0, 5.0, (8000.0, 8000.0), (4.0,))], 1.02, np.random.default_rng(6))
    (crossing,) = on("R0L", crossings(lane, blocks_of(counts)))
    assert CrossingFlag.CUT_OFF in crossing.flags
