"""The last minute of one camera's pictures in memory, bounded in time and in bytes."""

import threading
from bisect import bisect_left
from collections import deque
from typing import Final

from contract.clips import ClipFrame
from contract.units import US_PER_S

KEEP_S: Final = 60.0
"""How long pictures are kept: a clip is asked for some seconds after its vehicle, and by a station that starts again a little later."""

BYTES_MAX: Final = 128 * 1024 * 1024
"""Memory of all cameras together: a minute of 15 pictures a second at 100 kB for one, or half of that for two."""


class FrameRing:
    """Safe to use from several threads: one adds, others look.

    Parameters
    ----------
    keep_s, bytes_max
        What it holds at most; the oldest pictures go.
    """

    def __init__(self, keep_s: float = KEEP_S, bytes_max: int = BYTES_MAX) -> None:
        self._keep_us = round(keep_s * US_PER_S)
        self._bytes_max = bytes_max
        self._lock = threading.Lock()
        self._frames: deque[ClipFrame] = deque()
        self._bytes = 0

    def add(self, frame: ClipFrame) -> None:
        """Keep a picture. One that is older than the newest (the clock was set back) begins the ring anew: times in it always rise."""
        with self._lock:
            if self._frames and frame.time_us < self._frames[-1].time_us:
                self._frames.clear()
                self._bytes = 0
            self._frames.append(frame)
            self._bytes += len(frame.jpeg)
            while len(self._frames) > 1 and (self._bytes > self._bytes_max or self._frames[0].time_us < frame.time_us - self._keep_us):
                self._bytes -= len(self._frames.popleft().jpeg)

    def between(self, from_us: int, until_us: int) -> list[ClipFrame]:
        """Give the pictures from one moment to another, both included."""
        with self._lock:
            return [frame for frame in self._frames if from_us <= frame.time_us <= until_us]

    def nearest(self, time_us: int) -> ClipFrame | None:
        """Give the picture nearest to a moment; None where there is none at all."""
        with self._lock:
            if not self._frames:
                return None
            times = [frame.time_us for frame in self._frames]
            at = bisect_left(times, time_us)
            around = [self._frames[index] for index in (at - 1, at) if 0 <= index < len(times)]
            return min(around, key=lambda frame: abs(frame.time_us - time_us))

    @property
    def state(self) -> dict[str, float | int]:
        """What it holds, for health: pictures, bytes and seconds."""
        with self._lock:
            span_us = self._frames[-1].time_us - self._frames[0].time_us if self._frames else 0
            return {"pictures": len(self._frames), "bytes": self._bytes, "seconds": round(span_us / US_PER_S, 1)}
