"""The host's two clocks, and whether anyone may believe them.

The monotonic clock orders events and never steps; UTC stamps them and may step at any instant. Speed and spacing use neither: they come
from the device's counter alone (`edge/time_base.py`).
"""

import ctypes
import struct
import time
from dataclasses import dataclass
from typing import Final, Protocol

PAIR_TRIES: Final = 5
"""How often the two clocks are read again when something came between the readings."""

PAIR_WIDTH_S: Final = 0.000_2
"""A pair read within this time is good enough: a hundredth of the smallest step that is looked for."""

_TIMEX_BYTES: Final = 512
"""More than `struct timex` of any Linux (208 bytes on 64 bits); modes = 0 asks only."""

_TIMEX_HEAD: Final = struct.Struct("@Illll")
"""modes, offset, freq, maxerror (µs), esterror (µs), as adjtimex(2) lays them out."""

_TIME_ERROR: Final = 5
"""adjtimex(2): the clock is not synchronised to a reliable server."""


class Clock(Protocol):
    """What a program may ask of time; tests bring their own."""

    def utc_us(self) -> int:
        """Give UTC in microseconds since 1970."""

    def monotonic_s(self) -> float:
        """Give seconds of a clock that never steps, from an arbitrary origin."""

    def host_error_us(self) -> int | None:
        """Give the bound on UTC's error in microseconds, or None while the host is not synchronised."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


@dataclass(frozen=True, slots=True)
class Instant:
    """Both clocks at the same instant, and the bound on UTC's error (None: the host is not synchronised)."""

    monotonic_s: float
    utc_us: int
    host_error_us: int | None


class SystemClock:
    """The clocks of this host."""

    def __init__(self) -> None:
        # Other systems than Linux lack it; there nobody can say that the clock is right.
        self._adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)

    def utc_us(self) -> int:
        """Give UTC in microseconds since 1970."""
        return time.time_ns() // 1_000

    def monotonic_s(self) -> float:
        """Give CLOCK_MONOTONIC in seconds; it is slewed with UTC, so that only a step parts them."""
        return time.monotonic()

    def host_error_us(self) -> int | None:
        """Ask the kernel, whose state NTP and PTP daemons keep (adjtimex(2), RFC 5905 section 11.3)."""
        if self._adjtimex is None:
            return None
        buffer = ctypes.create_string_buffer(_TIMEX_BYTES)
        state = self._adjtimex(buffer)
        if state < 0 or state == _TIME_ERROR:
            return None
        _, _, _, maximum_us, _ = _TIMEX_HEAD.unpack_from(buffer.raw)
        return int(maximum_us)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


def instant(clock: Clock) -> Instant:
    """Read both clocks as one: the narrowest of a few readings, so that being scheduled away between them is no clock step."""
    best_s, monotonic_s, utc_us = float("inf"), 0.0, 0
    for _ in range(PAIR_TRIES):
        before_s = clock.monotonic_s()
        seen_us = clock.utc_us()
        width_s = clock.monotonic_s() - before_s
        if width_s < best_s:
            best_s, monotonic_s, utc_us = width_s, before_s + width_s / 2, seen_us
        if best_s <= PAIR_WIDTH_S:
            break
    return Instant(monotonic_s, utc_us, clock.host_error_us())
