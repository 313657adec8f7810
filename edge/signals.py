"""The last seconds of every channel for a person to look at: least and greatest count of each hundredth of a second.

The weighing only hangs each block on a bounded queue; whoever looks makes the envelope, in a thread of its own. So neither waits for the
other, and as long as nobody looks it costs next to nothing.
"""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from contract.samples import Block
from contract.station import Lane

POINTS_HZ: Final = 100
"""Points per second and channel: a wheel at 100 km/h is on a strip for a hundredth of a second."""

KEPT_S: Final = 60
"""How far back one can look; the blocks are those that the weighing keeps for its captures, so they take no further memory."""

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
        self.stream = uuid.uuid4().hex[:12]
        self._lane = lane
        self._zero = zero
        self._step = max(1, round(lane.rate_hz / POINTS_HZ))
        self._kept = KEPT_S * POINTS_HZ * self._step
        self._blocks: deque[Block] = deque()

    def push(self, block: Block) -> None:
        """Take the next block; the oldest ones go."""
        self._blocks.append(block)
        while self._blocks[0].stop <= block.stop - self._kept:
            self._blocks.popleft()

    def since(self, point: int, most: int) -> Envelope:
        """Give the finished points from `point` on, at most the newest `most`."""
        blocks = list(self._blocks)  # one step of the interpreter: the writer cannot come between
        stop = blocks[-1].stop // self._step if blocks else 0
        oldest = -(-blocks[0].start // self._step) if blocks else 0
        first = min(stop, max(point, stop - min(most, KEPT_S * POINTS_HZ), oldest))
        shape = (len(self._lane.sensor), stop - first)
        found = Envelope(first, stop, np.zeros(shape, np.int32), np.zeros(shape, np.int32), np.zeros(stop - first, np.bool_))
        for run in _runs([block for block in blocks if block.stop > first * self._step]):
            self._fill(found, run)
        return found

    def _fill(self, found: Envelope, run: list[Block]) -> None:
        """Write the points that a run of contiguous blocks covers whole."""
        step = self._step
        first, stop = max(found.first, -(-run[0].start // step)), min(found.stop, run[-1].stop // step)
        if first >= stop:
            return
        counts = run[0].counts if len(run) == 1 else np.concatenate([block.counts for block in run], axis=1)
        counts = counts[:, first * step - run[0].start : stop * step - run[0].start]
        place = slice(first - found.first, stop - found.first)
        cuts = np.arange(0, counts.shape[1], step)
        found.low[:, place], found.high[:, place] = np.minimum.reduceat(counts, cuts, axis=1), np.maximum.reduceat(counts, cuts, axis=1)
        found.whole[place] = True
        for gap in (gap for block in run for gap in block.gaps):
            found.whole[max(0, gap.start // step - found.first) : max(0, -(-gap.stop // step) - found.first)] = False

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


def _runs(blocks: list[Block]) -> list[list[Block]]:
    """Part blocks where the counter leapt."""
    borders = [0, *(index + 1 for index, (one, following) in enumerate(pairwise(blocks)) if following.start != one.stop), len(blocks)]
    return [blocks[begin:end] for begin, end in pairwise(borders) if begin < end]
