"""Samples of one digitiser put in order on its counter: what is missing is asked for again, then marked as a gap, and never filled.

The result depends on the order in which runs of samples arrive, never on how they were cut or when.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contract.faults import Fault, Reaction, StopError
from contract.samples import Block, Gap
from contract.station import Lane

WAIT_S: Final = 1.0
"""Live signal that may pass without a missing range getting shorter, before the range is given up."""

HELD_MAX_S: Final = 120.0
"""Signal held behind a missing range at most: the digitiser's own ring (docs/protocols/serial-digitiser.md)."""

GAP_BLOCK_MAX_S: Final = 1.0
"""A gap up to this long is handed on as a block of held values with the gap marked; a longer one as a jump of the counter."""

RATE_TOLERANCE: Final = 1e-3
"""Relative difference between the device's rate and the station file's that is taken for the same rate."""


@dataclass(frozen=True, slots=True)
class Range:
    """Samples [first, stop) of the device's counter."""

    first: int
    stop: int


class Assembler:
    """Puts the samples of one lane on one time base.

    Parameters
    ----------
    device
        Name of the digitiser, for faults.
    lane
        The lane; blocks carry its channels in the order of the station file.
    """

    def __init__(self, device: str, lane: Lane) -> None:
        self._device = device
        self._lane = lane
        self._order: NDArray[np.intp] | None = None
        self._next: int | None = None
        self._newest = 0
        self._held: dict[int, NDArray[np.int32]] = {}
        self._bad: list[Gap] = []
        self._asked_to = 0
        self._deadline = 0
        self._last = np.zeros((len(lane.sensor), 1), dtype=np.int32)
        self._faults: list[Fault] = []
        self._repeats = 0

    @property
    def position(self) -> int:
        """Counter just after the last sample handed on; 0 before the first."""
        return self._next or 0

    @property
    def newest(self) -> int:
        """Counter just after the newest sample seen."""
        return self._newest

    def describe(self, channels: tuple[str, ...], rate_hz: float) -> None:
        """Take the device's own account of its channels and rate.

        Raises
        ------
        StopError
            If the device lacks a channel of the lane, or samples at another rate than the station file says.
        """
        missing = [channel for channel in self._lane.channels if channel not in channels]
        if missing:
            what = f"has no channel {missing[0]!r}; it has {', '.join(channels)}; correct the lane's channels or the wiring"
            raise StopError("channel-missing", self._device, what)
        if abs(rate_hz - self._lane.rate_hz) > RATE_TOLERANCE * self._lane.rate_hz:
            what = f"samples at {rate_hz} Hz, lane {self._lane.id} of the station file says {self._lane.rate_hz} Hz; correct one of them"
            raise StopError("rate-differs", self._device, what)
        self._order = np.array([channels.index(channel) for channel in self._lane.channels])

    def begin(self, counter: int) -> None:
        """Say where the stream begins; without it the first samples decide."""
        self._next = self._asked_to = counter

    def push(self, counter: int, counts: NDArray[np.int32], *, faulty: bool = False) -> list[Block]:
        """Take a run of samples, in any order, and give the blocks that can be handed on.

        Parameters
        ----------
        counter
            Number of the first sample.
        counts
            int32 (device's channels, samples).
        faulty
            Whether the converter says that these counts mean nothing; they are handed on as a gap.
        """
        if self._order is None:
            msg = "describe() comes before the first samples"
            raise ValueError(msg)
        stop = counter + counts.shape[1]
        if self._next is None:
            self._next = self._asked_to = counter
        before = self._next
        if faulty:
            self._bad.append(Gap(counter, stop))
        self._keep(counter, counts[self._order])
        self._newest = max(self._newest, stop)
        blocks = self._release()
        if self._next != before or not self._held:
            self._deadline = self._newest + round(WAIT_S * self._lane.rate_hz)
        while self._held and self._newest > self._deadline:
            blocks += self._give_up(min(self._held))
        if self._held and self._newest - min(self._held) > HELD_MAX_S * self._lane.rate_hz:
            blocks += self._give_up(min(self._held))
        return blocks

    def wanted(self) -> list[Range]:
        """Give the missing ranges that have not been asked for yet, each once."""
        ranges, at = [], max(self._next or 0, self._asked_to)
        for start in sorted(self._held):
            if start > at:
                ranges.append(Range(at, start))
            at = max(at, start + self._held[start].shape[1])
        self._asked_to = at
        return ranges

    def gone(self, first: int, stop: int) -> list[Block]:
        """Take note that [first, stop) will never come; give what can now be handed on."""
        blocks: list[Block] = []
        while self._held and self._next is not None and first <= self._next < stop:
            blocks += self._give_up(min(stop, *self._held))
        return blocks

    def take_faults(self) -> list[Fault]:
        """Give, once, what was wrong since the last call."""
        if self._repeats:
            self._note("samples-repeated", f"{self._repeats} samples came that were there already; they are left out")
            self._repeats = 0
        taken, self._faults = self._faults, []
        return taken

    def _keep(self, counter: int, counts: NDArray[np.int32]) -> None:
        """Hold what of a run is new."""
        assert self._next is not None  # noqa: S101 - set by push
        at, stop = max(counter, self._next), counter + counts.shape[1]
        self._repeats += min(at, stop) - counter
        for start in sorted(self._held):
            end = start + self._held[start].shape[1]
            if end <= at or start >= stop:
                continue
            if start > at:
                self._held[at] = counts[:, at - counter : start - counter]
            self._repeats += min(end, stop) - max(start, at)
            at = max(at, end)
        if at < stop:
            self._held[at] = counts[:, at - counter :]

    def _release(self) -> list[Block]:
        """Hand on what follows without a hole."""
        assert self._next is not None  # noqa: S101 - set by push
        start, parts = self._next, []
        while self._next in self._held:
            part = self._held.pop(self._next)
            parts.append(part)
            self._next += part.shape[1]
        if not parts:
            return []
        counts = np.ascontiguousarray(np.concatenate(parts, axis=1))
        self._last = counts[:, -1:]
        bad = tuple(Gap(max(g.start, start), min(g.stop, self._next)) for g in self._bad if g.start < self._next and g.stop > start)
        self._bad = [gap for gap in self._bad if gap.stop > self._next]
        return [Block(start, counts, bad)]

    def _give_up(self, stop: int) -> list[Block]:
        """Mark everything up to `stop` as lost and hand on what stands behind it."""
        assert self._next is not None  # noqa: S101 - set by push
        start, lost = self._next, stop - self._next
        self._next = stop
        self._deadline = self._newest + round(WAIT_S * self._lane.rate_hz)
        self._note("samples-lost", f"samples {start} to {stop} ({lost / self._lane.rate_hz:.3f} s) are lost; they are marked, not filled")
        blocks = []
        if lost <= GAP_BLOCK_MAX_S * self._lane.rate_hz:
            blocks.append(Block(start, np.repeat(self._last, lost, axis=1), (Gap(start, stop),)))
        return blocks + self._release()

    def _note(self, code: str, what: str) -> None:
        self._faults.append(Fault(code=code, where=self._device, what=what, reaction=Reaction.REJECT))
