import numpy as np
import pytest

from firmware_sims.converter import COUNT_MAX, COUNT_MIN, Converter
from tests.firmware_sims.rig import CHANNELS, signal


def converter(core):
    return Converter(CHANNELS, 1000.0, core.faults)


def test_without_faults_counts_are_the_signal(core):
    counts, status = converter(core).convert(signal(0, 500))
    assert np.array_equal(counts, signal(0, 500))
    assert not status.any()


def test_beyond_24_bits_the_converter_stands_at_its_end_and_says_so(core):
    block = np.array([[2**23, 0, 0], [0, -(2**23) - 1, 0], [1, 2, 3]], np.int32)
    counts, status = converter(core).convert(block)
    assert (counts[0, 0], counts[1, 1]) == (COUNT_MAX, COUNT_MIN)
    assert status.tolist() == [1, 1, 0]


@pytest.mark.parametrize(("fault", "value"), [("dead", 0), ("saturated", COUNT_MAX)])
def test_a_held_channel_shows_one_value_and_the_others_are_true(core, fault, value):
    core.faults.add(fault, {"channel": "R0R"})
    counts, status = converter(core).convert(signal(1, 101))
    assert set(counts[:, 1].tolist()) == {value}
    assert np.array_equal(counts[:, [0, 2]], signal(1, 101)[:, [0, 2]])
    assert status.all() == (fault == "saturated")
    assert core.faults.counts[fault] == 100


def test_a_stuck_channel_keeps_its_last_value(core):
    device = converter(core)
    device.convert(signal(0, 50))
    core.faults.add("stuck", {"channel": "R0L"})
    counts, _ = device.convert(signal(50, 90))
    assert set(counts[:, 0].tolist()) == {signal(49, 50)[0, 0]}


def test_spikes_are_single_samples_by_the_amount_asked(core):
    core.faults.add("spikes", {"channel": "R0L", "p": "0.05", "counts": "70000"})
    counts, _ = converter(core).convert(signal(0, 2000))
    jumps = (counts - signal(0, 2000))[:, 0]
    assert set(np.unique(jumps)) == {-70000, 0, 70000}
    assert np.count_nonzero(jumps) == core.faults.counts["spikes"]


def test_drift_moves_steadily_and_stays(core):
    device = converter(core)
    fault = core.faults.add("drift", {"channel": "R0L", "counts_per_s": "1000"})
    first, _ = device.convert(signal(0, 1000))
    second, _ = device.convert(signal(1000, 2000))
    core.faults.clear(fault.id)
    third, _ = device.convert(signal(2000, 3000))
    moved = np.concatenate([first, second, third])[:, 0] - signal(0, 3000)[:, 0]
    assert np.array_equal(moved[:2000], np.arange(1, 2001))
    assert set(moved[2000:].tolist()) == {2000}


def test_an_adc_fault_marks_every_sample(core):
    core.faults.add("adc_fault", {})
    _, status = converter(core).convert(signal(0, 10))
    assert (status == 2).all()


def test_faults_end_when_their_time_is_over(core):
    core.faults.add("dead", {"channel": "R0L", "for_s": "2"})
    core.hand.seconds += 2.1
    counts, _ = converter(core).convert(signal(5, 10))
    assert np.array_equal(counts, signal(5, 10))
