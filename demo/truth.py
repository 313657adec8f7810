"""What really drove: the simulators' truth file (docs/protocols/simulator-control.md), read while it grows."""

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from contract.units import KMH_PER_M_S, US_PER_S


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Playback(_Event):
    """The road came alive; samples count from `counter_offset` on, `speedup` times as fast as the clock."""

    event: Literal["playback"]
    counter_offset: int
    rate_hz: float
    speedup: float


class DrivenVehicle(_Event):
    """One vehicle that has passed, in the simulators' own words; weights in kg, `first_axle_sample` a device counter."""

    event: Literal["vehicle"]
    number: int
    plate: str
    kind: str
    gvw_kg: float
    spacings_m: tuple[float, ...]
    speed_kmh: float
    first_axle_sample: int
    first_axle_utc_us: int
    limit_kg: float
    overloaded: bool

    def last_axle_utc_us(self, last_sensor_m: float, speedup: float) -> float:
        """Give the wall-clock time, µs UTC, at which the last axle stood on the last load sensor."""
        way_m = last_sensor_m + sum(self.spacings_m)
        seconds = way_m / (self.speed_kmh / KMH_PER_M_S)
        return self.first_axle_utc_us + seconds / speedup * US_PER_S


class Complete(_Event):
    """The road is empty for ever; `vehicles` have passed."""

    event: Literal["complete"]
    vehicles: int


_EVENT: TypeAdapter[Playback | DrivenVehicle | Complete] = TypeAdapter(
    Annotated[Playback | DrivenVehicle | Complete, Field(discriminator="event")]
)


class Truth:
    """The truth file as far as it is written; `refresh` reads on."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_bytes = 0
        self.playback: Playback | None = None
        self.vehicles: list[DrivenVehicle] = []
        self.complete: Complete | None = None

    def refresh(self) -> None:
        """Take in the lines that were added; a line still being written is left for the next time."""
        if not self._path.is_file():
            return
        with self._path.open("rb") as file:
            file.seek(self._read_bytes)
            whole, newline, _ = file.read().rpartition(b"\n")
        self._read_bytes += len(whole) + len(newline)
        for line in whole.splitlines():
            event = _EVENT.validate_python(json.loads(line))
            if isinstance(event, Playback):
                self.playback = event
            elif isinstance(event, DrivenVehicle):
                self.vehicles.append(event)
            else:
                self.complete = event
