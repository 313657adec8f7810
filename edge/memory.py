"""What a lane's weighing knew when the first sample of a capture came, as the capture carries it (dataset ``before``).

With the capture, the station file and the calibration it decides all that is measured of a vehicle: `edge.pipeline.LanePipeline.recall`
goes on from it to the bit.
"""

import json
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter, ValidationError

from contract.faults import RejectError
from edge.axles.memory import AxleMemory
from edge.vehicles.memory import VehicleMemory


@dataclass(frozen=True, slots=True)
class LaneMemory:
    """State of a lane's weighing.

    Attributes
    ----------
    counter
        Device counter of the next sample.
    axles, vehicles
        State of both stages; None where the stream began here and nothing was known.
    """

    counter: int
    axles: AxleMemory | None = None
    vehicles: VehicleMemory | None = None

    @property
    def first_sample(self) -> int:
        """Counter of the first sample that is needed to go on from here."""
        return self.counter if self.axles is None else self.axles.first_sample


_MEMORY: Final = TypeAdapter(LaneMemory)


def memory_bytes(memory: LaneMemory) -> bytes:
    """Give it as JSON, every number to the bit, the same bytes for the same state."""
    return json.dumps(_MEMORY.dump_python(memory, mode="json"), separators=(",", ":"), sort_keys=True).encode()


def parse_memory(data: bytes, source: str) -> LaneMemory:
    """Read it from JSON.

    Raises
    ------
    RejectError
        ``capture-memory`` if it is none.
    """
    try:
        return _MEMORY.validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        what = f"holds no state of the weighing: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise RejectError("capture-memory", source, what) from error
