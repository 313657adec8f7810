"""A calibration: what turns a sensor's nominal load into a load, how sure that is, and under which conditions it was found.

The model reads and writes text only; who owns the file does the rest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Annotated, Final, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from calibration.disturbance import Disturbance
from calibration.linearity import Linearity
from calibration.reference_vehicle import ReferenceVehicle
from calibration.road import Road
from calibration.speed import RunReading, SpeedFunction
from calibration.told import told
from contract.faults import StopError
from contract.names import Name
from contract.station import Lane

SPEED_CLASS_KMH: Final = 20.0
"""Runs of reference vehicles within a class of this width ran at about one speed."""

SINCE: Final = ("validity", "gain_covariance", "references")
"""Fields that earlier files lack; a file without them must keep its digest, because records name it."""

Share = Annotated[float, Field(ge=0, lt=1)]
"""A relative quantity: 0.02 is 2 %."""


class SensorGain(BaseModel):
    """Factor from a sensor's nominal load to load, its relative standard uncertainty, and its relative change per kelvin of pavement."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    gain: Annotated[float, Field(gt=0.2, lt=5.0)]
    relative_u: Share
    per_k: Annotated[float, Field(gt=-0.02, lt=0.02)] = 0.0


class Validity(BaseModel):
    """Conditions within which a calibration holds beside the range of speeds; what lies outside is weighed, flagged and barred.

    Parameters
    ----------
    pavement_min_c, pavement_max_c
        Pavement temperatures over which the uncertainty per kelvin away is taken to hold, None where nobody measured it.
    axle_max_kg
        Heaviest axle load. There is no lightest: what does not grow with the load is the zero, which every crossing has its own of.
    linearity
        What the runs tell of it, None where they do not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pavement_min_c: Annotated[float, Field(ge=-100, le=120)] | None = None
    pavement_max_c: Annotated[float, Field(ge=-100, le=120)] | None = None
    axle_max_kg: Annotated[float, Field(gt=0, le=200_000)] | None = None
    linearity: Linearity | None = None


class GainCovariance(BaseModel):
    """Relative covariance of the gains of `sensors`, in their order; runs of one kind of passage err alike and count as one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sensors: Annotated[tuple[Name, ...], Field(min_length=1)]
    relative: tuple[tuple[float, ...], ...]

    @model_validator(mode="after")
    def _square(self) -> Self:
        if len(self.relative) != len(self.sensors) or any(len(row) != len(self.sensors) for row in self.relative):
            msg = f"needs {len(self.sensors)} rows of {len(self.sensors)} values, one for each sensor"
            raise ValueError(msg)
        return self


class SiteLearning(BaseModel):
    """What a calibration owes to the site's traffic, and what keeps it in bounds.

    Parameters
    ----------
    based_on, based_on_sha256
        Id and digest of the calibration that was fitted to reference vehicles.
    bound
        Largest departure from it in the mean gross weight of its reference vehicles at any speed.
    vehicles, span_s, history_sha256
        How many vehicles in how long a time taught it, and the digest of their list.
    road
        What they taught.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    based_on: Name
    based_on_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    bound: Annotated[float, Field(gt=0, le=0.05)]
    vehicles: Annotated[int, Field(ge=1)]
    span_s: Annotated[float, Field(ge=0)]
    history_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    road: Road

    def departure(self, runs: Sequence[RunReading], speed: SpeedFunction) -> float:
        """Give the largest departure of what all rows are taken to read too much of the reference vehicles from what `speed` says.

        It is the mean of the vehicles that ran at about one speed: the road knows each of them, `speed` only what they have in common.
        """
        at: dict[int, list[float]] = {}
        for run in runs:
            if run.whole:
                away = self._of_run(run) - float(speed.errors(run.speed_kmh).mean())
                at.setdefault(round(run.speed_kmh / SPEED_CLASS_KMH), []).append(away)
        return max((abs(float(np.mean(away))) for away in at.values()), default=0.0)

    def _of_run(self, run: RunReading) -> float:
        load_kg = np.array(run.axle_kg)
        mean, _ = self.road.expected(np.array(run.behind_m), load_kg, run.speed_kmh)
        return float(load_kg @ mean.mean(axis=1)) / float(load_kg.sum())


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
        What each run of a reference vehicle said once the gains were applied.
    sensors
        Gain by sensor name.
    speed
        What each row reads too much at each speed, as far as the runs tell.
    disturbance
        How vehicles deviate from that.
    temperature_u_per_k
        Relative standard uncertainty of every load per kelvin away from `pavement_c`. Quartz strips and load cells are good for about
        0.0002 1/K, polymer strips for ten times as much.
    site
        What traffic has taught since, None for a calibration as fitted to reference vehicles.
    validity, gain_covariance, references
        Ranges of temperature and load, covariance of the gains, and the reference vehicles with their static loads; files written before
        these were known lack them, keep their digest, and are taken as they are.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Name
    station: Name
    lane: Annotated[int, Field(ge=1, le=99)]
    created: AwareDatetime
    pavement_c: Annotated[float, Field(ge=-60, le=90)] | None
    speed_min_kmh: Annotated[float, Field(ge=0, le=250)]
    speed_max_kmh: Annotated[float, Field(ge=0, le=250)]
    runs: Annotated[tuple[RunReading, ...], Field(min_length=1)]
    sensors: Annotated[dict[Name, SensorGain], Field(min_length=1)]
    speed: SpeedFunction
    disturbance: Disturbance
    temperature_u_per_k: Share = 0.0003
    site: SiteLearning | None = None
    validity: Validity | None = None
    gain_covariance: GainCovariance | None = None
    references: tuple[ReferenceVehicle, ...] = ()

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.speed_min_kmh > self.speed_max_kmh:
            msg = f"speed_min_kmh {self.speed_min_kmh} must not exceed speed_max_kmh {self.speed_max_kmh}"
            raise ValueError(msg)
        if self.site is not None:
            departure = self.site.departure(self.runs, self.speed)
            if departure > self.site.bound:
                msg = f"what was learnt departs by {departure:.4f} from {self.site.based_on}, {self.site.bound} is allowed"
                raise ValueError(msg)
        return self

    def gain_u(self, names: Sequence[str]) -> float:
        """Give the relative standard uncertainty of what the gains of some sensors have in common, as far as it is known.

        With their covariance it is that of the mean of the gains, without it that of one gain, as if all erred alike.
        """
        known = self.gain_covariance
        if known is None or not set(names) <= set(known.sensors):
            return float(np.sqrt(np.mean([self.sensors[name].relative_u ** 2 for name in names])))
        places = [known.sensors.index(name) for name in names]
        return float(np.sqrt(max(0.0, np.array(known.relative)[np.ix_(places, places)].mean())))

    def row_biases(self) -> NDArray[np.float64]:
        """Give what each row reads too much against the mean of rows, over the calibrated speeds, (rows,)."""
        speeds = np.linspace(max(self.speed_min_kmh, 1.0), max(self.speed_max_kmh, 1.0), 50)
        errors = np.array([self.speed.errors(float(speed)) for speed in speeds])
        return np.asarray((errors - errors.mean(axis=1, keepdims=True)).mean(axis=0))

    def dump(self) -> str:
        """Give the calibration as JSON text, the same text for the same calibration."""
        known = self.model_dump(mode="json")
        for name in SINCE:
            if not known[name]:
                del known[name]
        return json.dumps(known, indent=2, sort_keys=True, ensure_ascii=False) + "\n"

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
        what = told("%(lines)s; fit it again with wim-calibration fit", lines="; ".join(lines))
        raise StopError("calibration-invalid", source, what) from error


def check_lane(calibration: Calibration, lane: Lane) -> None:
    """Check that a lane can be weighed with a calibration.

    Raises
    ------
    StopError
        If it is of another lane, or lacks one of the lane's sensors or rows.
    """
    where = told("calibration %(id)s", id=calibration.id)
    if calibration.lane != lane.id:
        raise StopError(
            "calibration-lane",
            where,
            told("is of lane %(lane)s, not of lane %(id)s; give the lane its own", lane=calibration.lane, id=lane.id),
        )
    missing = [sensor.name for sensor in lane.weighing_sensors if sensor.name not in calibration.sensors]
    if missing:
        what = told(
            "has no gain for sensor %(missing)s of lane %(id)s; fit it again with the present station file", missing=missing[0], id=lane.id
        )
        raise StopError("calibration-sensors", where, what)
    if len(calibration.speed.rows) != len(lane.weighing_rows):
        what = told(
            "tells of %(rows)s rows, lane %(id)s has %(there)s; fit it again",
            rows=len(calibration.speed.rows),
            id=lane.id,
            there=len(lane.weighing_rows),
        )
        raise StopError("calibration-rows", where, what)
