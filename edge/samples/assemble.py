"""Samples of one digitiser put in order on its counter: what is missing is asked for again, then marked as a gap, and never filled.

The result depends on the order in which runs of samples arrive, never on how they were cut or when.
"""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contract.faults import Fault, Reaction, StopError
from contract.samples import Block, Gap
from contract.station import Lane

WAIT_S: Final = 3.0
"""Live signal that may pass without the oldest missing range getting shorter, before the range is given up: resent samples only get what
live ones leave of the line, and a record that is late by this much is better than none."""

ASK_AGAIN_S: Final = 0.25
"""Live signal that may pass likewise before the missing ranges are asked for once more: the request or its answer was lost too."""

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


@dataclass(frozen=True, slots=True)
class _Run:
    """Samples that wait for what comes before them."""

    start: int
    counts: NDArray[np.int32]
    faulty: bool

    @property
    def stop(self) -> int:
        return self.start + int(self.counts.shape[1])

    def cut(self, start: int, stop: int) -> "_Run":
        return _Run(start, self.counts[:, start - self.start : stop - self.start], self.faulty)


class Assembler:
    """Puts the samples of one lane on one time base.

    Parameters
    ----------
    device
        Name of the digitiser, for faults.
    lane
        The lane; blocks carry its channels in the order of the station file.
    playback
        How much faster than real time the line runs. Waiting is measured in live signal, and the line needs its time whatever it carries.
    """

    def __init__(self, device: str, lane: Lane, playback: float = 1.0) -> None:
        self._device = device
        self._lane = lane
        self._live_hz = lane.rate_hz * playback
        self._order: NDArray[np.intp] | None = None
        self._next: int | None = None
        self._newest = 0
        self._held: list[_Run] = []
        self._asked_to = 0
        self._progress_at = 0
        self._asked_at = 0
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
        if self._next is None:
            self.begin(counter)
        waited, before = bool(self._held), self._next
        run = _Run(counter, counts[self._order], faulty)
        self._keep(run)
        self._newest = max(self._newest, run.stop)
        blocks = self._release()
        if self._held and not waited:
            self._progress_at = self._asked_at = self._held[0].start
        elif self._next != before:
            self._progress_at = self._asked_at = self._newest
        while self._held and self._newest > (deadline := self._deadline()):
            self._progress_at = deadline
            blocks += self._give_up(self._held[0].start)
        return blocks

    def wanted(self) -> list[Range]:
        """Give the missing ranges that must be asked for now: new ones, and all of them when asking was in vain."""
        if self._held and self._newest - self._asked_at > ASK_AGAIN_S * self._live_hz:
            self._asked_to, self._asked_at = 0, self._newest
        ranges, at = [], max(self._next or 0, self._asked_to)
        for run in self._held[bisect_right(self._held, at, key=_stop_of) :]:
            if run.start > at:
                ranges.append(Range(at, run.start))
            at = run.stop
        self._asked_to = at
        return ranges

    def gone(self, first: int, stop: int) -> list[Block]:
        """Take note that [first, stop) will never come; give what can now be handed on."""
        blocks: list[Block] = []
        while self._held and self._next is not None and first <= self._next < stop:
            blocks += self._give_up(min(stop, self._held[0].start))
            self._progress_at = self._newest
            self._asked_to = 0
        return blocks

    def take_faults(self) -> list[Fault]:
        """Give, once, what was wrong since the last call."""
        if self._repeats:
            self._note("samples-repeated", f"{self._repeats} samples came that were there already, or too late; they are left out")
            self._repeats = 0
        taken, self._faults = self._faults, []
        return taken

    def _deadline(self) -> int:
        """Give the counter up to which the oldest missing range is waited for."""
        return min(self._progress_at + round(WAIT_S * self._live_hz), self._held[0].start + round(HELD_MAX_S * self._live_hz))

    def _keep(self, run: _Run) -> None:
        """Hold what of a run is new, in order."""
        at = max(run.start, self.position)
        new = 0
        index = bisect_right(self._held, at, key=_stop_of)
        while at < run.stop:
            until = min(run.stop, self._held[index].start) if index < len(self._held) else run.stop
            if at < until:
                self._held.insert(index, run.cut(at, until))
                new += until - at
                index += 1
            at = max(at, self._held[index].stop) if index < len(self._held) else run.stop
            index += 1
        self._repeats += run.stop - run.start - new

    def _release(self) -> list[Block]:
        """Hand on what follows without a hole."""
        start = at = self.position
        ready = 0
        while ready < len(self._held) and self._held[ready].start == at:
            at = self._held[ready].stop
            ready += 1
        if not ready:
            return []
        runs, self._held = self._held[:ready], self._held[ready:]
        self._next = at
        return [Block(start, np.concatenate([self._counts(run) for run in runs], axis=1), self._faulty(runs))]

    def _counts(self, run: _Run) -> NDArray[np.int32]:
        """Give the counts of a run, the last good value held where the converter was at fault."""
        if run.faulty:
            return np.repeat(self._last, run.counts.shape[1], axis=1)
        self._last = run.counts[:, -1:]
        return run.counts

    def _faulty(self, runs: list[_Run]) -> tuple[Gap, ...]:
        """Give the gaps that faulty runs make, those that touch joined."""
        gaps: list[Gap] = []
        for run in runs:
            if run.faulty and gaps and gaps[-1].stop == run.start:
                gaps[-1] = Gap(gaps[-1].start, run.stop)
            elif run.faulty:
                gaps.append(Gap(run.start, run.stop))
        for gap in gaps:
            self._note("adc-fault", f"the converter reports a fault for samples {gap.start} to {gap.stop}; they are marked, not weighed")
        return tuple(gaps)

    def _give_up(self, stop: int) -> list[Block]:
        """Mark everything up to `stop` as lost and hand on what stands behind it."""
        start, lost = self.position, stop - self.position
        self._next = stop
        self._note("samples-lost", f"samples {start} to {stop} ({lost / self._lane.rate_hz:.3f} s) are lost; they are marked, not filled")
        blocks = []
        if lost <= GAP_BLOCK_MAX_S * self._lane.rate_hz:
            blocks.append(Block(start, np.repeat(self._last, lost, axis=1), (Gap(start, stop),)))
        return blocks + self._release()

    def _note(self, code: str, what: str) -> None:
        self._faults.append(Fault(code=code, where=self._device, what=what, reaction=Reaction.REJECT))


def _stop_of(run: _Run) -> int:
    return run.stop
