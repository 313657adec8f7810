"""The last seconds of every channel for a person to look at: least and greatest count of each hundredth of a second, in a bounded ring.

One thread writes, others read, and neither waits: a point is published by moving one counter after its figures are in place, and a reader
that was overtaken while copying sees that by the same counter.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from contract.samples import Block
from contract.station import Lane

POINTS_HZ: Final = 100
"""Points per second and channel: a wheel at 100 km/h is on a strip for a hundredth of a second."""

KEPT_S: Final = 60
"""How far back one can look; ten channels take 0.6 MB."""

SPARE_POINTS: Final = POINTS_HZ
"""Oldest points that are not given out: the writer may be about to overwrite them."""

Zero = Callable[[], tuple[NDArray[np.float64], NDArray[np.float64]] | None]
"""Gives zero and noise of each channel in counts, None until they are known."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Points [first, stop) of all channels: int32 (channels, points) each, and (points,) bool, False where samples were lost."""

    first: int
    stop: int
    low: NDArray[np.int32]
    high: NDArray[np.int32]
    whole: NDArray[np.bool_]


class SignalRing:
    """Envelope of one lane's signal on one time base; where the device's counter begins anew, a new ring begins too.

    Attributes
    ----------
    stream
        Name of the time base: points of two streams do not belong together.
    """

    def __init__(self, lane: Lane, zero: Zero) -> None:
        channels = len(lane.sensor)
        self.stream = uuid.uuid4().hex[:12]
        self._lane = lane
        self._zero = zero
        self._step = max(1, round(lane.rate_hz / POINTS_HZ))
        self._size = POINTS_HZ * KEPT_S
        self._low: NDArray[np.int32] = np.zeros((channels, self._size), np.int32)
        self._high: NDArray[np.int32] = np.zeros((channels, self._size), np.int32)
        self._point: NDArray[np.int64] = np.full(self._size, -1, np.int64)
        self._lost: NDArray[np.bool_] = np.zeros(self._size, np.bool_)
        self._begin = self._stop = -1

    def push(self, block: Block) -> None:
        """Take the next block; what of it is older than the ring is long is left out."""
        start = max(block.start, block.stop - (self._size - 1) * self._step)
        counts = block.counts[:, start - block.start :]
        first, last = start // self._step, (block.stop - 1) // self._step
        points = np.arange(first, last + 1)
        cuts = np.maximum(points * self._step - start, 0)
        low, high = np.minimum.reduceat(counts, cuts, axis=1), np.maximum.reduceat(counts, cuts, axis=1)
        place = points % self._size
        begun = place[0] if self._point[place[0]] == first else None  # the block before has begun this point
        lost = np.zeros(points.size, np.bool_)
        for gap in block.gaps:
            lost |= (points * self._step < gap.stop) & ((points + 1) * self._step > gap.start)
        if begun is not None:
            low[:, 0], high[:, 0] = np.minimum(low[:, 0], self._low[:, begun]), np.maximum(high[:, 0], self._high[:, begun])
            lost[0] |= self._lost[begun]
        self._low[:, place], self._high[:, place], self._lost[place], self._point[place] = low, high, lost, points
        if self._begin < 0:
            self._begin = first + bool(start % self._step)
        self._stop = block.stop // self._step

    def since(self, point: int, most: int) -> Envelope:
        """Give the finished points from `point` on, at most the newest `most`."""
        stop = self._stop
        first = max(point, stop - min(most, self._size - SPARE_POINTS), self._begin, 0)
        points = np.arange(first, max(first, stop))
        place = points % self._size
        low, high = self._low[:, place], self._high[:, place]
        whole = (self._point[place] == points) & ~self._lost[place]
        return Envelope(first, max(first, stop), low, high, whole & (points > self._stop - self._size))

    def view(self, point: int, most: int) -> dict[str, Any]:
        """Give the points from `point` on with all that a picture of them needs, as JSON; what was lost is null."""
        found = self.since(point, most)
        zero = self._zero()
        channels = [
            {
                "channel": sensor.channel,
                "sensor": sensor.name,
                "kind": sensor.kind.value,
                "newton_per_count": sensor.newton_per_count,
                "zero": None if zero is None else round(float(zero[0][index]), 2),
                "noise": None if zero is None else round(float(zero[1][index]), 3),
                "low": _told(found.low[index], found.whole),
                "high": _told(found.high[index], found.whole),
            }
            for index, sensor in enumerate(self._lane.sensor)
        ]
        return {
            "lane": self._lane.id,
            "stream": self.stream,
            "rate_hz": self._lane.rate_hz,
            "points_hz": self._lane.rate_hz / self._step,
            "first": found.first,
            "next": found.stop,
            "channels": channels,
        }


def _told(counts: NDArray[np.int32], whole: NDArray[np.bool_]) -> list[int | None]:
    values: list[int | None] = counts.tolist()
    for index in np.flatnonzero(~whole).tolist():
        values[index] = None
    return values
