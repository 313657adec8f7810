"""What a test judges: runs of vehicles whose truth is known, each with what the scale found. Plain data, from a file or a session."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from calibration.acceptance.said import Said, say
from calibration.told import told
from contract.faults import RejectError
from contract.vehicles import VehicleFlag

Kilograms = Annotated[float, Field(gt=0, le=400_000, allow_inf_nan=False)]
AxleKilograms = Annotated[float, Field(gt=0, le=60_000, allow_inf_nan=False)]
Metres = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]
Speed = Annotated[float, Field(ge=0, le=300, allow_inf_nan=False)]
Lateral = Literal["centre", "left", "right", "unknown"]

SUM_AGREES = 0.03
"""Axles weighed one after the other need not add up to the gross weight; beyond this one of the two is wrong."""

FACTOR_MOST = 1.8
"""A scale that reads this factor away from the reference is not inaccurate: the reference stands in another unit (1 kg = 2.2 lb)."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reference(_Data):
    """A vehicle's truth. `vehicle` names it in one state of loading: a second load is a second name.

    Attributes
    ----------
    gross_kg, gross_u_kg
        Static gross weight and its expanded uncertainty (k = 2), None where nobody stated it.
    axle_kg, axle_u_kg
        Static load per axle, None where only the whole was weighed, and the expanded uncertainty of each.
    left_kg
        Of each axle, the static load of the left wheels.
    spacings_m, speed_kmh
        Distances between neighbouring axles; true mean speed of the run. None where nobody measured them.
    groups
        Axles per group from the front, (1, 2, 3); None leaves the layout to the weighing.
    """

    vehicle: Annotated[str, Field(min_length=1, max_length=80)]
    gross_kg: Kilograms
    gross_u_kg: Kilograms | None = None
    axle_kg: tuple[AxleKilograms, ...] | None = None
    axle_u_kg: AxleKilograms | None = None
    left_kg: tuple[AxleKilograms, ...] | None = None
    spacings_m: tuple[Metres, ...] | None = None
    speed_kmh: Speed | None = None
    groups: tuple[Annotated[int, Field(ge=1)], ...] | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.axle_kg is not None and abs(sum(self.axle_kg) - self.gross_kg) > SUM_AGREES * self.gross_kg:
            msg = (
                f"the axles of {self.vehicle} add up to {sum(self.axle_kg):.0f} kg, its gross weight is {self.gross_kg:.0f} kg; "
                f"allowed is {100 * SUM_AGREES:g} % between them; correct one"
            )
            raise ValueError(msg)
        lengths = {
            "axle_kg": self.axle_kg and len(self.axle_kg),
            "left_kg": self.left_kg and len(self.left_kg),
            "spacings_m": self.spacings_m and len(self.spacings_m) + 1,
            "groups": self.groups and sum(self.groups),
        }
        counts = {name: length for name, length in lengths.items() if length is not None}
        if len(set(counts.values())) > 1:
            told = ", ".join(f"{name} for {count}" for name, count in counts.items())
            msg = f"{self.vehicle} is given with different numbers of axles: {told}; correct one"
            raise ValueError(msg)
        return self

    @property
    def axles(self) -> int | None:
        """Number of axles, None where nothing tells it."""
        if self.axle_kg is not None:
            return len(self.axle_kg)
        if self.groups is not None:
            return sum(self.groups)
        return None if self.spacings_m is None else len(self.spacings_m) + 1


class Measured(_Data):
    """What the scale found in one run; `groups` is the number of the group of each axle, a side is None where it was not weighed alone."""

    gross_kg: Kilograms
    axle_kg: Annotated[tuple[Annotated[float, Field(le=400_000, allow_inf_nan=False)], ...], Field(min_length=1)]
    left_kg: tuple[float | None, ...] | None = None
    right_kg: tuple[float | None, ...] | None = None
    spacings_m: tuple[float, ...]
    speed_kmh: Speed
    groups: tuple[int, ...]
    flags: tuple[VehicleFlag, ...] = ()

    @property
    def layout(self) -> tuple[int, ...]:
        """Axles per group from the front."""
        return tuple(self.groups.count(number) for number in sorted(set(self.groups)))


class Run(_Data):
    """One run: its truth, what was found, and where in the lane it was driven as somebody saw it."""

    run: int
    reference: Reference
    measured: Measured
    lateral: Lateral = "unknown"

    @model_validator(mode="after")
    def _of_one_vehicle(self) -> Self:
        if self.reference.axles not in {None, len(self.measured.axle_kg)}:
            msg = f"run {self.run}: {self.reference.vehicle} has {self.reference.axles} axles, the scale found {len(self.measured.axle_kg)}"
            raise ValueError(msg)
        return self

    @property
    def layout(self) -> tuple[int, ...]:
        """Axles per group from the front: the reference's, else as found."""
        return self.reference.groups or self.measured.layout


@dataclass(frozen=True)
class Excluded:
    """A run that is not judged, and why."""

    run: int
    vehicle: str
    why: Said


@dataclass(frozen=True)
class Sample:
    """Runs to judge and those that are not."""

    runs: tuple[Run, ...]
    excluded: tuple[Excluded, ...]

    @property
    def vehicles(self) -> dict[str, list[Run]]:
        """Runs by vehicle, in order of appearance."""
        found: dict[str, list[Run]] = {}
        for run in self.runs:
            found.setdefault(run.reference.vehicle, []).append(run)
        return found


def sample_of(runs: Iterable[Run], excluded: Iterable[Excluded] = ()) -> Sample:
    """Sort runs into those to judge and those that the weighing itself has flagged, which a station would not enforce.

    Raises
    ------
    RejectError
        If a run stands twice, one vehicle has two truths, or a reference is off by a factor.
    """
    given = list(runs)
    numbers = [run.run for run in given]
    twice = next((number for number in numbers if numbers.count(number) > 1), None)
    if twice is not None:
        raise RejectError("run-twice", told("run %(twice)s", twice=twice), told("stands twice in the list; number each run once"))
    for vehicle, of_vehicle in Sample(tuple(given), ()).vehicles.items():
        _check_vehicle(vehicle, of_vehicle)
    flagged = [
        Excluded(run.run, run.reference.vehicle, say("flagged by the weighing: %(flags)s", flags=", ".join(run.measured.flags)))
        for run in given
        if run.measured.flags
    ]
    kept = tuple(run for run in given if not run.measured.flags)
    return Sample(kept, tuple(sorted((*excluded, *flagged), key=lambda one: one.run)))


def _check_vehicle(vehicle: str, runs: list[Run]) -> None:
    first = runs[0].reference.model_copy(update={"speed_kmh": None})
    for run in runs:
        if run.reference.model_copy(update={"speed_kmh": None}) != first:
            what = told(
                "has other static weights, spacings or groups than in its first run; give a vehicle that was loaded anew another name"
            )
            raise RejectError("vehicle-reference", told("vehicle %(vehicle)s, run %(run)s", vehicle=vehicle, run=run.run), what)
    ratio = statistics.median(run.measured.gross_kg for run in runs) / first.gross_kg
    if not 1.0 / FACTOR_MOST < ratio < FACTOR_MOST:
        what = told(
            "its gross weight is given as %(gross_kg)s kg, the scale finds %(found_kg)s kg, %(ratio)s times "
            "as much; look whether the reference is in kg (1 kg = 2.2046 lb) and whose it is",
            gross_kg=f"{first.gross_kg:.0f}",
            found_kg=f"{ratio * first.gross_kg:.0f}",
            ratio=f"{ratio:.2f}",
        )
        raise RejectError("reference-factor", told("vehicle %(vehicle)s", vehicle=vehicle), what)
