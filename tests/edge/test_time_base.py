import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.time_base import DRIFT_MAX, STEP_HOLD_S, ClockState, Mark, TimeBase
from tests.edge.hand_clock import HandClock

RATE_HZ = 4_000.0


class Device:
    """A digitiser with a quartz of its own, asked over a line with delays."""

    def __init__(self, clock, ppm=0.0, playback=1.0, started_s=900.0):
        self.clock = clock
        self.rate_hz = RATE_HZ * playback / (1 + ppm * 1e-6)
        self.started_s = started_s

    def counter(self, monotonic_s):
        return (monotonic_s - self.started_s) * self.rate_hz

    def mark(self, there_s=0.000_4, back_s=0.000_4):
        sent_s, sent_us = self.clock.monotonic_s(), self.clock.utc_us()
        counter = int(self.counter(sent_s + there_s)) + 1
        half_s = (there_s + back_s) / 2
        return Mark(counter, sent_s + half_s, sent_us + round(half_s * 1e6), there_s + back_s, self.clock.host_error_us())


def true_us(device, counter):
    return (device.started_s + counter / device.rate_hz) * 1e6 + device.clock.offset_us


def base_with(device, marks, every_s=10.0, playback=1.0):
    base = TimeBase("north", RATE_HZ, playback)
    for _ in range(marks):
        assert base.add(device.mark()) == []
        device.clock.now_s += every_s
    return base


def test_without_a_mark_there_is_no_time():
    base = TimeBase("north", RATE_HZ)
    assert not base.known
    with pytest.raises(ValueError, match="north: no time mark"):
        base.stamp(0)
    with pytest.raises(ValueError, match="north: no time mark"):
        base.counter_at(0)


@pytest.mark.parametrize("playback", [1.0, 4.0])
@pytest.mark.parametrize("ppm", [-80.0, 0.0, 80.0])
def test_the_time_of_a_counter(ppm, playback):
    device = Device(HandClock(), ppm, playback)
    base = base_with(device, 30, playback=playback)
    counter = device.counter(device.clock.now_s)
    stamp = base.stamp(counter)
    assert abs(stamp.time_us - true_us(device, counter)) < 1_000
    assert abs(stamp.time_us - true_us(device, counter)) <= stamp.uncertainty_us
    assert stamp.state == ClockState.SYNCHRONISED
    assert abs(base.drift_ppm - ppm) < 5
    assert abs(base.counter_at(base.monotonic_s(counter)) - counter) < 1e-3


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.000_2, 0.05), st.floats(0.000_2, 0.05)), min_size=1, max_size=40),
    st.floats(-150, 150),
    st.floats(-5, 15),
)
def test_the_uncertainty_holds_whatever_the_delays(delays, ppm, away_s):
    device = Device(HandClock(), ppm)
    base = TimeBase("north", RATE_HZ)
    for there_s, back_s in delays:
        assert base.add(device.mark(there_s, back_s)) == []
        device.clock.now_s += 10
    counter = device.counter(device.clock.now_s + away_s)
    stamp = base.stamp(counter)
    assert abs(stamp.time_us - true_us(device, counter)) <= stamp.uncertainty_us


def test_a_drift_beyond_any_quartz_is_not_believed():
    device = Device(HandClock(), 1_000.0)
    base = base_with(device, 10)
    assert abs(base.drift_ppm) <= DRIFT_MAX * 1e6


def test_the_same_marks_give_the_same_spacing_whatever_utc_does():
    """A stepped clock moves times, never distances between counters."""
    steady, stepped = HandClock(), HandClock()
    times = []
    for clock, step_us in ((steady, 0), (stepped, 3_600_000_000)):
        device = Device(clock)
        base = base_with(device, 8)
        first = base.monotonic_s(400_000)
        clock.offset_us += step_us
        base.watch(clock)
        base.add(device.mark())
        times.append((first, base.monotonic_s(400_000) - base.monotonic_s(396_000)))
    assert times[0] == times[1]


@pytest.mark.parametrize("step_us", [3_600_000_000, -3_600_000_000, 1_000_000, -1_000_000, 60_000])
def test_a_stepped_clock_is_seen_and_said_and_forgotten_in_time(step_us):
    device = Device(HandClock())
    base = base_with(device, 5)
    device.clock.offset_us += step_us
    (fault,) = base.watch(device.clock)
    assert fault.code == "clock-stepped"
    assert f"{step_us / 1e6:+.3f} s" in fault.what
    assert base.watch(device.clock) == []
    counter = device.counter(device.clock.now_s)
    stamp = base.stamp(counter)
    assert stamp.state == ClockState.STEPPED
    assert abs(stamp.time_us - true_us(device, counter)) < 1_000
    device.clock.now_s += STEP_HOLD_S + 1
    assert base.stamp(device.counter(device.clock.now_s)).state == ClockState.SYNCHRONISED


def test_a_step_is_seen_with_the_next_mark_too():
    device = Device(HandClock())
    base = base_with(device, 5)
    device.clock.offset_us += 1_000_000
    assert [fault.code for fault in base.add(device.mark())] == ["clock-stepped"]


def test_a_slewed_clock_is_no_step():
    device = Device(HandClock())
    base = base_with(device, 5)
    for _ in range(100):
        device.clock.now_s += 10
        device.clock.offset_us += 5_000
        assert base.watch(device.clock) == []


def test_a_host_without_synchronisation_is_said_until_it_has_one():
    clock = HandClock(host_error_us=None)
    device = Device(clock)
    base = base_with(device, 3)
    stamp = base.stamp(device.counter(clock.now_s))
    assert (stamp.state, stamp.uncertainty_us) == (ClockState.UNSYNCHRONISED, None)
    clock.error_us = 2_000
    base.watch(clock)
    stamp = base.stamp(device.counter(clock.now_s))
    assert stamp.state == ClockState.SYNCHRONISED
    assert stamp.uncertainty_us >= 2_000


def test_a_restarted_device_begins_a_new_time_base():
    device = Device(HandClock())
    base = base_with(device, 5)
    device.started_s = device.clock.now_s - 1
    assert [fault.code for fault in base.add(device.mark())] == ["time-base-broken"]
    counter = device.counter(device.clock.now_s)
    assert abs(base.stamp(counter).time_us - true_us(device, counter)) < 1_000


def test_reset_forgets_the_counter_and_keeps_the_hosts_clock():
    device = Device(HandClock())
    base = base_with(device, 5)
    base.reset()
    assert not base.known
    device.started_s = device.clock.now_s
    device.clock.offset_us += 1_000_000
    assert [fault.code for fault in base.add(device.mark())] == ["clock-stepped"]
