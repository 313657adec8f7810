"""The whole flow of one lane on one screen: samples → crossings → vehicles, each with the raw signal it was weighed from.

The station weighs with it, `wim-edge replay` and `wim-edge reweigh` weigh again with it, and all give the same result to the bit for any
cutting of the stream. What a vehicle's weight owes to the signal before its capture (zeros, hum, the ring of plates, who drove ahead) is
remembered at borders of the device counter and goes with the capture, so that the capture alone gives the same weight again.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from calibration.model import Calibration
from contract.captures import clip_gaps
from contract.faults import RejectError
from contract.samples import Block, Gap
from contract.station import Lane
from contract.vehicles import Vehicle
from edge.axles import AxleStage
from edge.memory import LaneMemory
from edge.samples.memory import SignalMemory
from edge.vehicles import VehicleStage

MEMORY_S: Final = 60.0
"""How much raw signal is kept for cutting captures: a 75 m transport at 5 km/h takes 54 s to pass."""

LEAD_MAX_S: Final = 20.0
"""Longest signal before a vehicle that its capture holds for the sake of what was known then; longer only where a sensor is at fault."""

MARGIN_S: Final = 0.25
"""Signal kept before and after a vehicle in its capture at least, so that its baseline can be judged."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """A vehicle with all that it was weighed from.

    Attributes
    ----------
    vehicle
        As weighed.
    first_sample
        Counter of the first sample of its raw signal.
    counts, gaps
        The raw signal, int32 (channels, samples), and what of it was lost.
    told
        Counter up to which the signal had come when the vehicle was given out.
    pavement_c
        Pavement temperature that it was weighed with.
    before
        What the weighing knew before; None where that lies farther back than raw signal is kept.
    """

    vehicle: Vehicle
    first_sample: int
    counts: NDArray[np.int32]
    gaps: tuple[Gap, ...]
    told: int
    pavement_c: float | None
    before: LaneMemory | None


class LanePipeline:
    """Weighs the vehicles of one lane.

    Parameters
    ----------
    lane
        The lane; blocks carry its channels in the order of `lane.channels`.
    calibration
        Its gains; None weighs with nominal constants and flags every vehicle as uncalibrated.
    pavement_c
        Pavement temperature until `set_pavement` says another.
    """

    def __init__(self, lane: Lane, calibration: Calibration | None, pavement_c: float | None = None) -> None:
        self._margin = round(MARGIN_S * lane.rate_hz)
        self._kept = round(MEMORY_S * lane.rate_hz)
        self._lead = round(LEAD_MAX_S * lane.rate_hz)
        self._axles = AxleStage(lane)
        self._vehicles = VehicleStage(lane, calibration, pavement_c)
        self._signal = SignalMemory(len(lane.sensor), self._kept)
        self._pavement_c = pavement_c
        self._position: int | None = None
        self._known: deque[LaneMemory] = deque()

    @classmethod
    def recall(cls, lane: Lane, calibration: Calibration | None, pavement_c: float | None, memory: LaneMemory, lead: Block) -> Self:
        """Give a pipeline that goes on from what another one knew; `lead` is the signal from `memory.first_sample` to `memory.counter`.

        Raises
        ------
        RejectError
            ``capture-memory`` if the memory is of another lane.
        """
        pipeline = cls(lane, calibration, pavement_c)
        if memory.axles is not None and memory.vehicles is not None:
            try:
                pipeline._axles.recall(memory.axles, lead)
                pipeline._vehicles.recall(memory.vehicles)
            except (ValueError, IndexError, KeyError) as error:
                raise RejectError("capture-memory", f"lane {lane.id}", f"{error}; the station file is another one") from error
        return pipeline

    def set_pavement(self, pavement_c: float | None) -> None:
        """Take the pavement's temperature from now on."""
        self._pavement_c = pavement_c
        self._vehicles.set_pavement(pavement_c)

    def change(self, calibration: Calibration, from_sample: int) -> None:
        """Weigh vehicles that begin at a counter or later with another calibration.

        Raises
        ------
        StopError
            If the lane cannot be weighed with it.
        """
        self._vehicles.change(calibration, from_sample)

    @property
    def strays(self) -> int:
        """Crossings so far that belong to no vehicle."""
        return self._vehicles.strays

    def zero(self) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """Give zero and noise of each channel in counts, (channels,) each, as the detection has them now; None until it knows them."""
        return self._axles.zero

    def push(self, block: Block) -> list[Weighing]:
        """Take the next block and give the vehicles that became complete, in order of passage."""
        self._signal.push(block)
        if self._position is None:
            self._known.append(LaneMemory(block.start))
        found: list[Weighing] = []
        for part in _stretches(block, self._axles.stretch_samples):
            found += [self._with_signal(vehicle, part.stop) for vehicle in self._vehicles.push(self._axles.push(part), part.stop)]
            self._position = part.stop
            if part.stop % self._axles.stretch_samples == 0:
                self._remember(part.stop)
        return found

    def with_rest(self, weighing: Weighing) -> Weighing:
        """Give a weighing with what has come since of the signal behind its vehicle: it was given out before that was there."""
        longer = self._cut(weighing.vehicle, weighing.told, weighing.pavement_c, weighing.before)
        known = weighing.counts.shape[1]
        same = longer.first_sample == weighing.first_sample and np.array_equal(longer.counts[:, :known], weighing.counts)
        return longer if same else weighing  # not the same where the device has restarted and counts anew

    def finish(self) -> list[Weighing]:
        """End the stream and give what was still waiting."""
        position = self._position or 0
        vehicles = self._vehicles.push(self._axles.finish(), position)
        return [self._with_signal(vehicle, position) for vehicle in (*vehicles, *self._vehicles.finish())]

    def _remember(self, counter: int) -> None:
        """Keep what is known at a border, as long as the signal since then is kept."""
        axles = self._axles.memory()
        if axles is not None:
            self._known.append(LaneMemory(counter, axles, self._vehicles.memory()))
        while self._known and self._known[0].first_sample < counter - self._kept:
            self._known.popleft()

    def _with_signal(self, vehicle: Vehicle, told: int) -> Weighing:
        """Cut a vehicle's capture: from the last border before it whose memory is known, or from where the stream began."""
        soon_enough = [memory for memory in self._known if memory.counter <= vehicle.start - self._margin]
        began = self._known[0] if self._known and self._known[0].axles is None else None
        before = soon_enough[-1] if soon_enough else began
        near = before is not None and before.first_sample >= vehicle.start - self._margin - self._lead
        return self._cut(vehicle, told, self._pavement_c, before if near else None)

    def _cut(self, vehicle: Vehicle, told: int, pavement_c: float | None, before: LaneMemory | None) -> Weighing:
        begin = max(0, vehicle.start - self._margin) if before is None else before.first_sample
        signal = self._signal.cut(begin, max(vehicle.stop + self._margin, told))
        whole = before is not None and signal[0] == begin and signal[1].shape[1] > 0
        return Weighing(vehicle, *signal, told=told, pavement_c=pavement_c, before=before if whole else None)


def _stretches(block: Block, samples: int) -> Iterator[Block]:
    """Cut a block at the borders of stretches; no result depends on where blocks are cut."""
    start = block.start
    while start < block.stop:
        stop = min((start // samples + 1) * samples, block.stop)
        if (start, stop) == (block.start, block.stop):
            yield block
        else:
            yield Block(start, block.counts[:, start - block.start : stop - block.start], clip_gaps(block.gaps, start, stop))
        start = stop
