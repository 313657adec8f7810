"""The whole flow of one lane on one screen: samples → crossings → vehicles, each with the raw signal it was weighed from.

The station weighs with it, `wim-edge replay` weighs again with it, and both give the same result to the bit for any cutting of the stream.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.model import Calibration
from contract.samples import Block, Gap
from contract.station import Lane
from contract.vehicles import Vehicle
from edge.axles import AxleStage
from edge.samples.memory import SignalMemory
from edge.vehicles import VehicleStage

MEMORY_S: Final = 60.0
"""How much raw signal is kept for cutting captures: a 75 m transport at 5 km/h takes 54 s to pass."""

MARGIN_S: Final = 0.25
"""Signal kept before and after a vehicle in its capture, so that its baseline can be judged."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """A vehicle with its raw signal: counter of the first sample, int32 counts (channels, samples), and what of it was lost."""

    vehicle: Vehicle
    first_sample: int
    counts: NDArray[np.int32]
    gaps: tuple[Gap, ...]


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
        self._axles = AxleStage(lane)
        self._vehicles = VehicleStage(lane, calibration, pavement_c)
        self._memory = SignalMemory(len(lane.sensor), round(MEMORY_S * lane.rate_hz))
        self._position = 0

    def set_pavement(self, pavement_c: float | None) -> None:
        """Take the pavement's temperature from now on."""
        self._vehicles.set_pavement(pavement_c)

    @property
    def strays(self) -> int:
        """Crossings so far that belong to no vehicle."""
        return self._vehicles.strays

    @property
    def zeros(self) -> dict[str, float] | None:
        """Zero of each sensor in counts, by name; None until it has been learnt."""
        return self._axles.zeros

    def push(self, block: Block) -> list[Weighing]:
        """Take the next block and give the vehicles that became complete, in order of passage."""
        self._memory.push(block)
        self._position = block.stop
        return [self._with_signal(vehicle) for vehicle in self._vehicles.push(self._axles.push(block), block.stop)]

    def finish(self) -> list[Weighing]:
        """End the stream and give what was still waiting."""
        vehicles = self._vehicles.push(self._axles.finish(), self._position)
        return [self._with_signal(vehicle) for vehicle in (*vehicles, *self._vehicles.finish())]

    def _with_signal(self, vehicle: Vehicle) -> Weighing:
        begin = max(0, vehicle.start - self._margin)
        return Weighing(vehicle, *self._memory.cut(begin, vehicle.stop + self._margin))
