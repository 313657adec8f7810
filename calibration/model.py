"""A calibration: what turns a sensor's nominal load into a load, how sure that is, and under which conditions it was found.

The model reads and writes text only; who owns the file does the rest.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from contract.faults import StopError
from contract.station import Name

Share = Annotated[float, Field(ge=0, lt=1)]
"""A relative quantity: 0.02 is 2 %."""


class SensorGain(BaseModel):
    """Factor from a sensor's nominal load to load, and its relative standard uncertainty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gain: Annotated[float, Field(gt=0.2, lt=5.0)]
    relative_u: Share


class Scatter(BaseModel):
    """How far single passages of the reference vehicles lay from their static weights, as relative standard deviations.

    `result` is of the mean over rows, `rows` of one row about that mean: the second is seen on every vehicle and scales the first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    result: Share
    rows: Share


class Calibration(BaseModel):
    """Gains of one lane with the conditions they were found under.

    Parameters
    ----------
    id
        Name of this calibration, unique at the station.
    station, lane
        Whose it is.
    created
        When it was fitted, with offset.
    pavement_c
        Pavement temperature while the reference vehicles ran, None if nobody measured it.
    speed_min_kmh, speed_max_kmh
        Speeds that the reference vehicles covered.
    runs
        Number of passages used.
    sensors
        Gain by sensor name.
    gross, axle
        Scatter of gross weight and of axle loads.
    temperature_u_per_k
        Relative standard uncertainty of every load per kelvin away from `pavement_c`. Quartz strips and load cells are good for about
        0.0002 1/K, polymer strips for ten times as much.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Name
    station: Name
    lane: Annotated[int, Field(ge=1, le=99)]
    created: AwareDatetime
    pavement_c: Annotated[float, Field(ge=-60, le=90)] | None
    speed_min_kmh: Annotated[float, Field(ge=0, le=250)]
    speed_max_kmh: Annotated[float, Field(ge=0, le=250)]
    runs: Annotated[int, Field(ge=1)]
    sensors: Annotated[dict[Name, SensorGain], Field(min_length=1)]
    gross: Scatter
    axle: Scatter
    temperature_u_per_k: Share = 0.0005

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.speed_min_kmh > self.speed_max_kmh:
            msg = f"speed_min_kmh {self.speed_min_kmh} must not exceed speed_max_kmh {self.speed_max_kmh}"
            raise ValueError(msg)
        return self

    def dump(self) -> str:
        """Give the calibration as JSON text, the same text for the same calibration."""
        return json.dumps(self.model_dump(mode="json"), indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    def digest(self) -> str:
        """Give the SHA-256 of `dump` as hexadecimal: what a record names."""
        return hashlib.sha256(self.dump().encode()).hexdigest()


def load_calibration(text: str, source: str) -> Calibration:
    """Read a calibration from JSON text.

    Raises
    ------
    StopError
        If the text is no calibration; the error names `source`, the key and what is allowed.
    """
    try:
        return Calibration.model_validate_json(text)
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors(include_url=False)]
        what = "; ".join(lines) + "; fit it again with wim-calibration fit"
        raise StopError("calibration-invalid", source, what) from error
