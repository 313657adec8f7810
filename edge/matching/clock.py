"""What one camera's clock is worth: its offset and scatter, learned from sure matches, and whether it has jumped."""

import statistics
from collections import deque
from collections.abc import Sequence
from typing import Final

from contract.faults import Fault, Reaction
from contract.station import Camera

SURE: Final = 0.95
"""Probability of a pair from which its residual teaches the clock."""

LEARNED: Final = 31
"""Sure matches over which the running median goes: half an hour of quiet traffic, a minute of dense."""

LEARN_MIN: Final = 5
"""Sure matches before the station file's offset is departed from."""

WIDEST: Final = 1 / 3
"""Standard deviation before anything is learned, as a share of the tolerance: the tolerance is three of them."""

NARROWEST: Final = 1 / 12
"""Standard deviation that is never gone below, as a share of the tolerance, lest one late shutter breaks a habit."""

WANDER: Final = 5e-5
"""How fast a free-running camera clock wanders off unseen, seconds per second (a quartz of 50 ppm)."""

DOUBT: Final = 3
"""Vehicles in a row without a read, with as many reads without a vehicle, from which the clock is not believed."""

JUMP_SUPPORT: Final = 8
"""Pairs that one common shift must explain before it is believed."""

JUMP_LOOK: Final = 16
"""Latest unmatched reads, and vehicles, among which a shift is looked for."""

JUMP_RANGE_US: Final = 3_600_000_000
"""Furthest shift looked for, 1 h: what the station file allows as an offset."""


class CameraClock:
    """Offset of one camera's clock against the station's, from the station file and then from what is seen.

    Parameters
    ----------
    camera
        Its tolerance bounds everything: no read further than that from its expected time is ever matched.
    """

    def __init__(self, camera: Camera) -> None:
        self.camera = camera
        self.tolerance_us = camera.tolerance_ms * 1_000
        self.offset_us = float(camera.clock_offset_ms * 1_000)
        self._reported_us = self.offset_us
        self._differences_us: deque[float] = deque(maxlen=LEARNED)
        self._sure_at_us: float | None = None
        self._missed = 0
        self._stray = 0
        self.faults: list[Fault] = []

    @property
    def in_doubt(self) -> bool:
        """Whether vehicles and reads both come, but no longer together."""
        return self._missed >= DOUBT and self._stray >= DOUBT

    def sigma_us(self, at_us: float) -> float:
        """Give the standard deviation to expect of a residual at `at_us` (UTC)."""
        widest = self.tolerance_us * WIDEST
        if self._sure_at_us is None or len(self._differences_us) < LEARN_MIN:
            return widest
        spread = 1.4826 * statistics.median(abs(value - self.offset_us) for value in self._differences_us)
        wandered = WANDER * abs(at_us - self._sure_at_us)
        return min(widest, max(self.tolerance_us * NARROWEST, 2 * spread) + wandered)

    def read_arrived(self) -> None:
        """Count a read that has no vehicle yet."""
        self._stray += 1

    def vehicle_missed(self) -> None:
        """Count a vehicle that was decided without a read of this camera."""
        self._missed += 1

    def matched(self, difference_us: float, at_us: float, probability: float) -> None:
        """Take note of a match: camera clock minus expected station time, at `at_us`."""
        self._missed = 0
        if probability < SURE:
            return
        self._stray = 0
        self._differences_us.append(difference_us)
        self._sure_at_us = at_us if self._sure_at_us is None else max(self._sure_at_us, at_us)
        if len(self._differences_us) >= LEARN_MIN:
            self._move(statistics.median(self._differences_us), "camera-clock-drift")

    def look_for_jump(self, reads_us: Sequence[int], expected_us: Sequence[float]) -> None:
        """Find the one shift that brings unmatched reads (camera clock) and unmatched vehicles (station clock) together, and adopt it.

        The shift must explain most of the fewer of the two, and no other shift half as many: evenly spaced traffic explains nothing.
        """
        differences = sorted(read - expected for read in reads_us for expected in expected_us)
        differences = [value for value in differences if abs(value - self.camera.clock_offset_ms * 1_000) <= JUMP_RANGE_US]
        width = self.tolerance_us * WIDEST
        start, count = _fullest(differences, width)
        needed = max(JUMP_SUPPORT, 0.6 * min(len(reads_us), len(expected_us)))
        if count < needed:
            return
        inside = differences[start : start + count]
        shift = statistics.median(inside)
        others = [value for value in differences if abs(value - shift) > self.tolerance_us]
        if 2 * _fullest(others, width)[1] > count:
            return
        self._differences_us.clear()
        self._differences_us.extend(inside[:LEARNED])
        self._missed = self._stray = 0
        self._sure_at_us = max(expected_us)
        self._move(shift, "camera-clock-jump")

    def _move(self, offset_us: float, code: str) -> None:
        """Set the offset, and say so where it has gone further than the tolerance since it was last said."""
        self.offset_us = offset_us
        if abs(offset_us - self._reported_us) <= self.tolerance_us:
            return
        what = (
            f"its clock went from {self._reported_us / 1e6:+.3f} s to {offset_us / 1e6:+.3f} s against the station's, more than its "
            f"tolerance of {self.camera.tolerance_ms} ms; matching follows it; check the camera's time server"
        )
        self.faults.append(Fault(code=code, where=self.camera.name, what=what, reaction=Reaction.RETRY))
        self._reported_us = offset_us


def _fullest(values: Sequence[float], width: float) -> tuple[int, int]:
    """Give start and count of the window of `width` that holds most of the sorted `values`; the first among equals."""
    best = (0, 0)
    start = 0
    for stop, value in enumerate(values, start=1):
        while value - values[start] > width:
            start += 1
        if stop - start > best[1]:
            best = (start, stop - start)
    return best
