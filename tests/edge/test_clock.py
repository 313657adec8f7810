import time

from edge.clock import PAIR_TRIES, SystemClock, instant
from tests.edge.hand_clock import HandClock


def test_the_hosts_clocks():
    clock = SystemClock()
    before_us, before_s = time.time_ns() // 1000, time.monotonic()
    clock.sleep(0)
    assert abs(clock.utc_us() - before_us) < 10_000_000
    assert 0 <= clock.monotonic_s() - before_s < 10
    error_us = clock.host_error_us()
    assert error_us is None or error_us >= 0


def test_both_clocks_are_read_as_one():
    clock = HandClock()
    now = instant(clock)
    assert (now.monotonic_s, now.utc_us, now.host_error_us) == (clock.now_s, clock.utc_us(), 500)


def test_being_scheduled_away_between_the_readings_is_no_step():
    class Busy(HandClock):
        waits = iter([0.3, 0.2, 0.0])

        def utc_us(self):
            seen = super().utc_us()
            self.now_s += next(self.waits)
            return seen

    clock = Busy()
    now = instant(clock)
    assert now.utc_us - round(now.monotonic_s * 1e6) == clock.offset_us


def test_a_host_that_is_always_busy_gives_its_best():
    class Slow(HandClock):
        readings = 0

        def utc_us(self):
            seen = super().utc_us()
            self.readings += 1
            self.now_s += 0.01 * self.readings
            return seen

    clock = Slow()
    now = instant(clock)
    assert clock.readings == PAIR_TRIES
    assert abs(now.utc_us - round(now.monotonic_s * 1e6) - clock.offset_us) <= 5_001
