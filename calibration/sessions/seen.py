"""A pass as the edge's loopback door gives it, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from calibration.told import told
from contract.faults import RejectError
from contract.media import Sha256
from contract.records import ClockState
from contract.vehicles import VehicleFlag

OF_THE_CALIBRATION = frozenset({VehicleFlag.UNCALIBRATED, VehicleFlag.OUTSIDE_CALIBRATION})
"""Flags that a calibration session is there to cure; every other one says that the run itself was disturbed."""

SAME_PASS_S = 0.05
"""A vehicle that was weighed again after a restart of the edge begins within this of itself."""

Kilograms = Annotated[float, Field(ge=-400_000, le=400_000, allow_inf_nan=False)]


class InForce(BaseModel):
    """The calibration that was in force at a pass."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    sha256: Sha256


class Pass(BaseModel):
    """One vehicle as measured at the station; the fields are those of `wim-edge replay --crossings --json` and of `GET /passes`.

    Attributes
    ----------
    seq, record_sha256, capture_sha256
        The signed record that was made of it, and the raw signal that the record names.
    epoch, first_axle_sample
        Which run of the device's counter, and the counter at which the first axle stood at position 0: what tells two passes apart.
    calibration, certificate
        What was in force when it passed, None for nominal constants, and the number of its certificate, None without one.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    seq: Annotated[int, Field(ge=1)]
    record_sha256: Sha256
    capture_sha256: Sha256
    lane: Annotated[int, Field(ge=1, le=99)]
    epoch: Annotated[int, Field(ge=0)]
    first_axle_sample: Annotated[float, Field(allow_inf_nan=False)]
    time_us: Annotated[int, Field(gt=0)]
    clock: ClockState
    pavement_c: Annotated[float, Field(ge=-60, le=90)] | None = None
    calibration: InForce | None = None
    certificate: int | None = None
    speed_kmh: Annotated[float, Field(ge=0, le=300)]
    acceleration_m_s2: float
    spacings_m: tuple[float, ...]
    axle_kg: Annotated[tuple[Kilograms, ...], Field(min_length=1)]
    axle_groups: tuple[int, ...]
    gross_kg: Kilograms
    gross_u_kg: Kilograms
    lateral_m: float | None = None
    flags: dict[VehicleFlag, float]
    nominal_kg: dict[str, tuple[float | None, ...]]

    @property
    def id(self) -> str:
        """Name of the pass, from what it cannot share with another one."""
        return f"{self.lane}-{self.epoch:08x}-{self.first_axle_sample:.0f}"

    @property
    def axles(self) -> int:
        """Number of axles found."""
        return len(self.axle_kg)

    @property
    def disturbances(self) -> tuple[VehicleFlag, ...]:
        """Flags that say the run itself was disturbed."""
        return tuple(flag for flag in sorted(self.flags) if flag not in OF_THE_CALIBRATION)

    def is_same(self, other: Pass, rate_hz: float) -> bool:
        """Whether it is the same vehicle, perhaps weighed again."""
        apart = abs(self.first_axle_sample - other.first_axle_sample)
        return self.seq == other.seq or (self.lane == other.lane and self.epoch == other.epoch and apart <= SAME_PASS_S * rate_hz)


def parse_pass(given: Mapping[str, Any]) -> Pass:
    """Check a pass.

    Raises
    ------
    RejectError
        ``pass-malformed`` with the field that is wrong.
    """
    try:
        return Pass.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        what = told("%(field)s: %(first)s; the edge and this program must be of one version", field=field, first=first["msg"])
        raise RejectError("pass-malformed", told("pass %(given)s", given=given.get("number", "?")), what) from error
