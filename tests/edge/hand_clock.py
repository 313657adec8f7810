"""A clock turned by hand: what a test says it is, and nothing sleeps."""


class HandClock:
    def __init__(self, utc_us=1_700_000_000_000_000, monotonic_s=1_000.0, host_error_us=500):
        self.now_s = monotonic_s
        self.offset_us = utc_us - round(monotonic_s * 1e6)
        self.error_us = host_error_us
        self.slept_s = 0.0

    def utc_us(self):
        return round(self.now_s * 1e6) + self.offset_us

    def monotonic_s(self):
        return self.now_s

    def host_error_us(self):
        return self.error_us

    def sleep(self, seconds):
        self.slept_s += seconds
        self.now_s += seconds
