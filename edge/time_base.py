"""From the device's counter to UTC, and what that is worth.

The counter is the only time base of the measurement: spacing and speed divide counters by the nominal rate and never come here. This module
only says at which UTC a counter was converted, so nothing the host's clock does can change a weight or a speed.

Two links, kept apart on purpose:

* counter ↔ monotonic clock, from time marks (`Mark`). A mark is wrong by at most half its round trip, so those with the shortest ones
  carry the fit; the quartz's drift is estimated once the marks span long enough, and bounded by `DRIFT_MAX` whatever they say.
* monotonic clock ↔ UTC, one offset, which changes only when the host's clock is stepped (a slew moves both). A step is seen as a jump of
  the offset and reported for `STEP_HOLD_S`.

The minimum filter over round trips and the intersection of bounds are those of NTP (RFC 5905, sections 10 and 11.2.1).
"""

import math
from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from contract.faults import Fault, Reaction
from contract.units import US_PER_S
from edge.clock import Clock, instant

MARKS_KEPT: Final = 64
"""Marks in the fit: ten minutes at one every ten seconds."""

DRIFT_MAX: Final = 200e-6
"""Largest deviation of the device's rate that is believed; a quartz is some tens of ppm off over its temperature range."""

DRIFT_SPAN_S: Final = 60.0
"""Marks must span this long before a drift is fitted: with round trips of 2 ms it is then known to some 30 ppm."""

ROUND_TRIP_FACTOR: Final = 2.0
"""Marks with a round trip up to this multiple of the shortest take part in the fit."""

ROUND_TRIP_FLOOR_S: Final = 0.000_5
"""Round trips are not told apart below this: the device answers on a conversion, and the scheduler has its own grain."""

OUT_OF_LINE_S: Final = 0.25
"""A mark further than this (and its own uncertainty) from the fit belongs to another time base: the device or the host has restarted."""

ROUNDING_US: Final = 2
"""Time and monotonic clock are rounded to microseconds once each."""

STEP_US: Final = 50_000
"""A jump of UTC against the monotonic clock above this is a step; below it lies the grain of reading both clocks."""

STEP_HOLD_S: Final = 600.0
"""How long after a step times are marked as stepped: a host that has just been corrected may be corrected again."""


class ClockState(StrEnum):
    """What the time of a record is worth."""

    SYNCHRONISED = "synchronised"
    UNSYNCHRONISED = "unsynchronised"
    STEPPED = "stepped"


@dataclass(frozen=True, slots=True)
class Mark:
    """The device's counter and both host clocks at one instant.

    `counter` is the number of the conversion next after the request reached the device; `monotonic_s` and `utc_us` are the middle of the
    request's round trip of `round_trip_s`; `host_error_us` bounds UTC's error, None while the host is not synchronised.
    """

    counter: int
    monotonic_s: float
    utc_us: int
    round_trip_s: float
    host_error_us: int | None


@dataclass(frozen=True, slots=True)
class Stamp:
    """UTC of a counter in microseconds, how wrong it may be (None: unknown), and the state of the clock."""

    time_us: int
    uncertainty_us: int | None
    state: ClockState


class TimeBase:
    """Gives UTC to the counter of one digitiser.

    Parameters
    ----------
    source
        Name of the device, for faults.
    rate_hz
        Nominal conversions per second of the road's time.
    playback
        How many seconds of the road's time pass in a second of the wall; other than 1 only for a simulated line.
    """

    def __init__(self, source: str, rate_hz: float, playback: float = 1.0) -> None:
        self._source = source
        self._period_s = 1.0 / (rate_hz * playback)
        self._marks: deque[Mark] = deque(maxlen=MARKS_KEPT)
        self._reference = 0
        self._origin_s = 0.0
        self._drift = 0.0
        self._offset_us: float | None = None
        self._host_error_us: int | None = None
        self._stepped_s: float | None = None

    @property
    def known(self) -> bool:
        """Whether any mark has tied the counter to the host's clocks."""
        return bool(self._marks)

    @property
    def drift_ppm(self) -> float:
        """Deviation of the device's period from nominal in parts per million; 0 until it can be known."""
        return self._drift * 1e6

    def reset(self) -> None:
        """Forget the counter: the device has restarted. What is known of the host's clock stays."""
        self._marks.clear()

    def add(self, mark: Mark) -> list[Fault]:
        """Take a time mark, and give what was wrong: a counter out of line, a stepped clock."""
        faults = []
        if self._marks:
            low_s, high_s = self._bounds_s(mark.counter)
            deviation_s = mark.monotonic_s - (low_s + high_s) / 2
            if abs(deviation_s) > OUT_OF_LINE_S + (mark.round_trip_s + abs(high_s - low_s)) / 2:
                what = (
                    f"counter {mark.counter} came {deviation_s:+.3f} s off where {len(self._marks)} earlier marks put it; "
                    "the device or this host has restarted, its time base begins anew"
                )
                faults.append(Fault(code="time-base-broken", where=self._source, what=what, reaction=Reaction.RETRY))
                self._marks.clear()
        self._marks.append(mark)
        self._fit()
        return faults + self._observe(mark.monotonic_s, mark.utc_us, mark.host_error_us)

    def watch(self, clock: Clock) -> list[Fault]:
        """Compare the host's clocks now, without the device, and give a fault if UTC has stepped since last seen."""
        now = instant(clock)
        return self._observe(now.monotonic_s, now.utc_us, now.host_error_us)

    def stamp(self, counter: float) -> Stamp:
        """Give UTC of a counter (with fraction).

        Raises
        ------
        ValueError
            If no mark is known yet; ask `known`.
        """
        monotonic_s = self.monotonic_s(counter)
        assert self._offset_us is not None  # noqa: S101 - set with the first mark
        time_us = round(monotonic_s * US_PER_S + self._offset_us)
        if self._host_error_us is None:
            return Stamp(time_us, None, ClockState.UNSYNCHRONISED)
        low_s, high_s = self._bounds_s(counter)
        uncertainty_us = math.ceil(max(high_s - monotonic_s, monotonic_s - low_s) * US_PER_S) + ROUNDING_US + self._host_error_us
        return Stamp(time_us, uncertainty_us, self._state(monotonic_s))

    def monotonic_s(self, counter: float) -> float:
        """Give the host's monotonic time of a counter (with fraction), in seconds.

        Raises
        ------
        ValueError
            If no mark is known yet.
        """
        low_s, high_s = self._bounds_s(counter)
        return min(max(self._fitted_s(counter), low_s), high_s)

    def counter_at(self, monotonic_s: float) -> float:
        """Give the counter (with fraction) that stood at a monotonic time of the host; what a loop transition needs.

        Raises
        ------
        ValueError
            If no mark is known yet.
        """
        if not self._marks:
            raise self._no_time()
        return self._reference + (monotonic_s - self._origin_s) / (self._period_s * (1 + self._drift))

    def _fitted_s(self, counter: float) -> float:
        return self._origin_s + (counter - self._reference) * self._period_s * (1 + self._drift)

    def _bounds_s(self, counter: float) -> tuple[float, float]:
        """Give the earliest and latest monotonic time of a counter that all marks allow."""
        if not self._marks:
            raise self._no_time()
        latest_s, earliest_s = math.inf, -math.inf
        for mark in self._marks:
            away_s = (counter - mark.counter) * self._period_s
            half_s = mark.round_trip_s / 2 + abs(away_s) * DRIFT_MAX
            earliest_s = max(earliest_s, mark.monotonic_s + away_s - half_s)
            # The conversion named is the next one after the request: up to a period later.
            latest_s = min(latest_s, mark.monotonic_s + away_s + half_s + self._period_s)
        return min(earliest_s, latest_s), max(earliest_s, latest_s)

    def _no_time(self) -> ValueError:
        return ValueError(f"{self._source}: no time mark has been taken, the counter has no time yet")

    def _fit(self) -> None:
        """Fit origin and drift to the marks with the shortest round trips; counters are taken from the newest mark to keep precision."""
        self._reference = self._marks[-1].counter
        shortest_s = max(min(mark.round_trip_s for mark in self._marks), ROUND_TRIP_FLOOR_S)
        good = [mark for mark in self._marks if mark.round_trip_s <= ROUND_TRIP_FACTOR * shortest_s]
        elapsed_s = np.array([(mark.counter - self._reference) * self._period_s for mark in good])
        residual_s = np.array([mark.monotonic_s for mark in good]) - self._marks[-1].monotonic_s - elapsed_s
        self._drift = 0.0
        if np.ptp(elapsed_s) >= DRIFT_SPAN_S:
            slope = float(np.polynomial.polynomial.polyfit(elapsed_s, residual_s, 1)[1])
            self._drift = min(max(slope, -DRIFT_MAX), DRIFT_MAX)
        self._origin_s = self._marks[-1].monotonic_s + float(np.median(residual_s - self._drift * elapsed_s))

    def _observe(self, monotonic_s: float, utc_us: int, host_error_us: int | None) -> list[Fault]:
        offset_us = utc_us - monotonic_s * US_PER_S
        before_us, self._offset_us = self._offset_us, offset_us
        self._host_error_us = host_error_us
        if before_us is None or abs(offset_us - before_us) <= STEP_US:
            return []
        self._stepped_s = monotonic_s
        what = (
            f"the host's clock was stepped by {(offset_us - before_us) / US_PER_S:+.3f} s; speeds and spacings are untouched, "
            f"times are marked for {STEP_HOLD_S:.0f} s; see to its time synchronisation"
        )
        return [Fault(code="clock-stepped", where=self._source, what=what, reaction=Reaction.RETRY)]

    def _state(self, monotonic_s: float) -> ClockState:
        if self._stepped_s is not None and monotonic_s - self._stepped_s < STEP_HOLD_S:
            return ClockState.STEPPED
        return ClockState.SYNCHRONISED
