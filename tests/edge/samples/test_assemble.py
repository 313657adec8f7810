from itertools import cycle, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.faults import StopError
from contract.samples import Gap
from contract.station import Lane
from edge.samples.assemble import ASK_AGAIN_S, GAP_BLOCK_MAX_S, HELD_MAX_S, WAIT_S, Assembler, Range

RATE_HZ = 1000.0
START = 5_000
NAMES = ("a", "b", "c")


def lane(channels=NAMES):
    sensors = [
        {"name": name, "kind": "strip", "channel": name, "position_m": k, "width_m": 0.1, "lateral_m": [0, 1], "newton_per_count": 1}
        for k, name in enumerate(channels)
    ]
    return Lane.model_validate({"id": 1, "width_m": 3.5, "rate_hz": RATE_HZ, "sensor": sensors})


def assembler(channels=NAMES):
    made = Assembler("north", lane(channels))
    made.describe(NAMES, RATE_HZ)
    return made


def signal(first, stop):
    """Counts that say which sample of which channel they are."""
    return np.stack([np.arange(first, stop) * 10 + k for k in range(len(NAMES))]).astype(np.int32)


def push(made, first, stop, **how):
    return made.push(first, signal(first, stop), **how)


def whole(blocks):
    """Join blocks; give start, counts and joined gaps, and see that they follow each other."""
    gaps = []
    for before, after in pairwise(blocks):
        assert before.stop == after.start
    for gap in (gap for block in blocks for gap in block.gaps):
        start = gaps.pop().start if gaps and gaps[-1].stop == gap.start else gap.start
        gaps.append(Gap(start, gap.stop))
    return blocks[0].start, np.concatenate([block.counts for block in blocks], axis=1), gaps


def lost_mask(gaps, first, stop):
    mask = np.zeros(stop - first, dtype=bool)
    for gap in gaps:
        mask[gap.start - first : gap.stop - first] = True
    return mask


def test_samples_in_order_pass_at_once():
    made = assembler()
    blocks = [block for at in range(START, START + 400, 80) for block in push(made, at, at + 80)]
    first, counts, gaps = whole(blocks)
    assert (first, gaps, made.position, made.take_faults()) == (START, [], START + 400, [])
    np.testing.assert_array_equal(counts, signal(START, START + 400))


def test_channels_come_in_the_order_of_the_lane():
    made = assembler(("c", "a"))
    (block,) = push(made, START, START + 5)
    np.testing.assert_array_equal(block.counts, signal(START, START + 5)[[2, 0]])


def test_a_device_without_a_channel_of_the_lane_stops_the_station():
    with pytest.raises(StopError, match=r"north: has no channel 'c'; it has a, b; correct"):
        Assembler("north", lane()).describe(("a", "b"), RATE_HZ)


def test_a_device_at_another_rate_stops_the_station():
    with pytest.raises(StopError, match=r"samples at 2000.0 Hz, lane 1 of the station file says 1000.0 Hz"):
        Assembler("north", lane()).describe(NAMES, 2 * RATE_HZ)


def test_samples_before_the_report_are_a_mistake_of_the_program():
    with pytest.raises(ValueError, match="describe"):
        push(Assembler("north", lane()), 0, 10)


def test_a_missing_range_is_asked_for_once_and_filled_by_the_answer():
    made = assembler()
    blocks = push(made, START, START + 80)
    assert push(made, START + 160, START + 240) == []
    assert made.wanted() == [Range(START + 80, START + 160)]
    assert push(made, START + 240, START + 320) == []
    assert made.wanted() == []
    blocks += push(made, START + 80, START + 160)
    _, counts, gaps = whole(blocks)
    assert (gaps, made.take_faults()) == ([], [])
    np.testing.assert_array_equal(counts, signal(START, START + 320))


def test_a_range_that_never_comes_is_asked_for_again_and_then_marked():
    made = assembler()
    blocks, asked = push(made, START, START + 80), []
    at = START + 160
    while made.position < START + 160:
        blocks += push(made, at, at + 20)
        at += 20
        asked += [(made.newest, wanted) for wanted in made.wanted()]
    assert {wanted for _, wanted in asked} == {Range(START + 80, START + 160)}
    assert len(asked) == round(WAIT_S / ASK_AGAIN_S)
    assert at - 20 - (START + 160) <= (WAIT_S * RATE_HZ) + 20
    _, counts, gaps = whole(blocks)
    assert gaps == [Gap(START + 80, START + 160)]
    np.testing.assert_array_equal(counts[:, 80:160], np.repeat(counts[:, 79:80], 80, axis=1))
    (fault,) = made.take_faults()
    assert (fault.code, fault.where) == ("samples-lost", "north")
    assert "samples 5080 to 5160 (0.080 s) are lost" in fault.what
    assert made.take_faults() == []


def test_as_long_as_a_range_gets_shorter_it_is_waited_for():
    made = assembler()
    blocks = push(made, START, START + 100)
    live, missing = START + 3_100, START + 100
    while missing < START + 3_100:
        blocks += push(made, live, live + 100)
        blocks += push(made, missing, missing + 50)
        live, missing = live + 100, missing + 50
    _, counts, gaps = whole(blocks)
    assert gaps == []
    np.testing.assert_array_equal(counts, signal(START, live))


def test_what_the_device_has_forgotten_is_not_waited_for():
    made = assembler()
    blocks = push(made, START, START + 80)
    push(made, START + 180, START + 260)
    assert made.wanted() == [Range(START + 80, START + 180)]
    blocks += made.gone(START + 80, START + 120)
    assert made.position == START + 120
    assert made.wanted() == [Range(START + 120, START + 180)]
    blocks += push(made, START + 120, START + 180)
    assert whole(blocks)[2] == [Gap(START + 80, START + 120)]


def test_a_long_gap_is_a_jump_of_the_counter():
    made = assembler()
    (before,) = push(made, START, START + 80)
    far = START + 80 + round(GAP_BLOCK_MAX_S * RATE_HZ) + 1
    push(made, far, far + 80)
    (after,) = made.gone(START, far)
    assert (before.stop, after.start, after.gaps) == (START + 80, far, ())


def test_what_is_held_behind_a_missing_range_is_bounded():
    made = assembler()
    push(made, START, START + 10)
    live, missing, step = START + 10_000, START + 10, 500
    while made.position < START + 10_000:
        push(made, live, live + step)
        live += step
        if made.position == missing:
            push(made, missing, missing + 1)
            missing += 1
    assert live - (START + 10_000) <= HELD_MAX_S * RATE_HZ + step


def test_faulty_counts_are_marked_and_not_handed_on():
    made = assembler()
    blocks = [*push(made, START, START + 10), *push(made, START + 10, START + 20, faulty=True), *push(made, START + 20, START + 30)]
    _, counts, gaps = whole(blocks)
    assert gaps == [Gap(START + 10, START + 20)]
    np.testing.assert_array_equal(counts[:, 10:20], np.repeat(counts[:, 9:10], 10, axis=1))
    np.testing.assert_array_equal(counts[:, 20:], signal(START + 20, START + 30))
    assert [fault.code for fault in made.take_faults()] == ["adc-fault"]


def test_repeated_samples_are_counted_and_left_out():
    made = assembler()
    push(made, START, START + 10)
    assert push(made, START - 5, START + 10) == []
    (block,) = push(made, START + 5, START + 15)
    assert (block.start, block.stop) == (START + 10, START + 15)
    (fault,) = made.take_faults()
    assert (fault.code, fault.what.split()[0]) == ("samples-repeated", "20")


def test_the_stream_may_begin_before_the_first_samples():
    made = assembler()
    made.begin(START)
    assert push(made, START + 500, START + 580) == []
    assert made.wanted() == [Range(START, START + 500)]
    (block,) = push(made, START, START + 500)
    assert (block.start, block.stop) == (START, START + 580)


cuts = st.lists(st.integers(1, 39), min_size=1, max_size=25)
"""Lengths of runs, less together than what is waited for a missing one."""


def runs_of(lengths):
    stops = np.cumsum(lengths) + START
    return list(zip([START, *stops[:-1].tolist()], stops.tolist(), strict=True))


@settings(deadline=None)
@given(cuts, st.data())
def test_any_order_repeated_and_overlapping_gives_the_same_signal(lengths, data):
    runs = runs_of(lengths)
    stop = runs[-1][1]
    extra = data.draw(st.lists(st.tuples(st.integers(START, stop - 1), st.integers(1, 80)), max_size=8))
    pieces = data.draw(st.permutations(runs + [(first, min(stop, first + length)) for first, length in extra]))
    made = assembler()
    made.begin(START)
    blocks = [block for first, until in pieces for block in push(made, first, until)]
    first, counts, gaps = whole(blocks)
    assert (first, gaps) == (START, [])
    np.testing.assert_array_equal(counts, signal(START, stop))
    repeated = sum(until - first for first, until in pieces) - (stop - START)
    assert sum(int(fault.what.split()[0]) for fault in made.take_faults()) == repeated


@settings(deadline=None)
@given(cuts, st.sets(st.integers(1, 24)), st.data())
def test_gaps_lie_exactly_where_samples_were_lost(lengths, dropped, data):
    runs = runs_of(lengths)
    stop = runs[-1][1]
    end = stop + round(2 * WAIT_S * RATE_HZ)
    kept = [run for index, run in enumerate(runs) if index not in dropped]
    kept = [kept[0], *data.draw(st.permutations(kept[1:]))]
    kept += [(at, min(end, at + 100)) for at in range(stop, end, 100)]
    made = assembler()
    blocks = [block for first, until in kept for block in push(made, first, until)]
    blocks += made.gone(0, end)
    _, counts, gaps = whole(blocks)
    lost = np.zeros(end - START, dtype=bool)
    for index in dropped & set(range(len(runs))):
        lost[runs[index][0] - START : runs[index][1] - START] = True
    np.testing.assert_array_equal(lost_mask(gaps, START, end), lost)
    np.testing.assert_array_equal(counts[:, ~lost], signal(START, end)[:, ~lost])


@settings(deadline=None)
@given(cuts, st.lists(st.integers(20, 300), min_size=1, max_size=5), st.sets(st.integers(1, 24)))
def test_the_cutting_of_runs_changes_nothing(lengths, others, dropped):
    """The same samples arrive in the same order, cut differently; blocks may be cut differently, the signal may not."""
    runs = runs_of(lengths)
    end = runs[-1][1]
    kept = [run for index, run in enumerate(runs) if index not in dropped] + [(end, end + 3_000)]

    def assembled(pieces):
        made = assembler()
        return whole([block for first, until in pieces for block in push(made, first, until)])

    def recut():
        for first, until in kept:
            at = first
            for length in cycle(others):
                if at >= until:
                    break
                yield at, min(until, at + length)
                at += length

    one, other = assembled(kept), assembled(recut())
    assert one[0] == other[0]
    assert one[2] == other[2]
    np.testing.assert_array_equal(one[1], other[1])
