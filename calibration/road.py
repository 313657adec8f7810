"""The road of a site as its traffic has taught it, and what it makes of one vehicle's tyre forces.

The profile before and under the array is the same for all. What differs is how a vehicle answers to it, and that follows from its axles and
loads within bounds (`calibration.chassis`). So one learnt profile says for every vehicle at every speed how far each axle should deviate at
each row, and how sure that is: by the ways its chassis may be, by what is not known of the profile, and by what no chassis explains.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Final, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from calibration.chassis import DRAWS, supposed_chassis
from calibration.disturbance import LEAST_AXLE_KG, LIGHT_KG, REFERENCE_LOAD_KG
from calibration.ride import COEFFICIENTS, answers, at_places
from calibration.speed import SpeedFunction
from contract.units import KMH_PER_M_S

Array = NDArray[np.float64]

LOAD_EXPONENT: Final = 0.9
"""What no chassis explains goes with axle load to the power of minus this; see `calibration.disturbance`."""

LIGHT: Final = 0.8
"""The same of cars and vans, over that at the reference load."""

STANDING: Final = 0.004
"""Standard deviation of an axle's share that stays over all rows at the reference load: close axles are not alike."""


@dataclass(frozen=True)
class Deviations:
    """What the road makes of one vehicle at the rows, (axles · rows) in order of axles, as shares of the static loads.

    Attributes
    ----------
    mean
        (axles, rows) expected deviation.
    by_chassis
        (draws, axles · rows) about the mean: how each supposed chassis departs from it.
    by_profile
        (axles · rows, `COEFFICIENTS`) how the mean follows the profile.
    """

    mean: Array
    by_chassis: Array
    by_profile: Array


class Road(BaseModel):
    """A learnt profile.

    Parameters
    ----------
    rows_m
        Places of the rows, as the lane has them.
    profile
        Cosine and sine part of each wave (`calibration.ride`), in units of a very good road.
    profile_covariance
        Lower triangle of their covariance, row by row.
    row
        Relative error of each row that no speed and no load changes: what the gains still lack.
    rest
        Standard deviation, at the reference load, of one reading beyond what chassis explain.
    scatter
        Standard deviation of traffic about the profile over what chassis and rest make it.
    between
        How far axles err about their vehicle's gross weight over what all of this makes it, as the reference vehicles' known loads show.
    speed
        What the reference vehicles' readings still show over speed: mean of rows and each row about it, with uncertainty.
    slowest_kmh, fastest_kmh
        Speeds between which it may be used.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows_m: Annotated[tuple[float, ...], Field(min_length=2)]
    profile: Annotated[tuple[float, ...], Field(min_length=COEFFICIENTS, max_length=COEFFICIENTS)]
    profile_covariance: tuple[float, ...]
    row: tuple[float, ...]
    rest: Annotated[float, Field(gt=0, lt=0.2)]
    scatter: Annotated[float, Field(gt=0.2, lt=5.0)]
    between: Annotated[float, Field(gt=0.2, lt=5.0)] = 1.0
    speed: SpeedFunction
    slowest_kmh: Annotated[float, Field(gt=0)]
    fastest_kmh: Annotated[float, Field(gt=0)]

    @model_validator(mode="after")
    def _shapes(self) -> Self:
        if not len(self.row) == len(self.rows_m) == len(self.speed.rows):
            msg = f"row and speed need {len(self.rows_m)} values, one for each row"
            raise ValueError(msg)
        if len(self.profile_covariance) != COEFFICIENTS * (COEFFICIENTS + 1) // 2:
            msg = f"profile_covariance needs the lower triangle of {COEFFICIENTS} coefficients"
            raise ValueError(msg)
        return self

    @cached_property
    def _covariance(self) -> Array:
        full = np.zeros((COEFFICIENTS, COEFFICIENTS))
        full[np.tril_indices(COEFFICIENTS)] = self.profile_covariance
        return full + np.tril(full, -1).T

    def covers(self, speed_kmh: float) -> bool:
        """Tell whether a speed lies where the road was learnt."""
        return self.slowest_kmh <= speed_kmh <= self.fastest_kmh

    def expected(self, behind_m: Array, load_kg: Array, speed_kmh: float) -> tuple[Array, Array]:
        """Give what readings of one vehicle should show.

        Parameters
        ----------
        behind_m, load_kg
            (axles,) distance of each axle behind the first, and its load as known so far.
        speed_kmh
            Constant speed over the rows.

        Returns
        -------
        NDArray
            (axles, rows) reading over static load, less 1.
        NDArray
            (axles · rows, axles · rows) covariance of the readings about it, that of the mean of rows by reference vehicles left out:
            all axles share it (`speed.uncertainty`).
        """
        found = ridden(ways(np.array(self.rows_m), behind_m, load_kg, speed_kmh), np.array(self.profile))
        rows = len(self.rows_m)
        _, row_u = self.speed.uncertainty(speed_kmh)
        same_row = np.tile(np.eye(rows), (load_kg.size, load_kg.size))
        unknown = found.by_profile @ self._covariance @ found.by_profile.T + row_u**2 * same_row
        mean = (1.0 + found.mean + np.array(self.row)) * (1.0 + self.speed.errors(speed_kmh)) - 1.0
        return mean, self.scatter**2 * unexplained(found, load_kg, self.rest) + unknown


def ways(rows_m: Array, behind_m: Array, load_kg: Array, speed_kmh: float) -> Array:
    """Give how a vehicle deviates by the profile's coefficients in all supposed ways: (draws, axles, rows, `COEFFICIENTS`)."""
    return at_places(answers(supposed_chassis(behind_m, load_kg), speed_kmh / KMH_PER_M_S), rows_m)


def ridden(of_draws: Array, profile: Array) -> Deviations:
    """Give what a profile makes of a vehicle of these `ways`."""
    each = of_draws @ profile
    mean = each.mean(axis=0)
    return Deviations(mean, (each - mean).reshape(DRAWS, -1), of_draws.mean(axis=0).reshape(mean.size, COEFFICIENTS))


def unexplained(found: Deviations, load_kg: Array, rest: float) -> Array:
    """Give the covariance of readings that a known profile leaves: by chassis, by axle, and by each reading."""
    rows = found.mean.shape[1]
    size = np.repeat(amplitude(load_kg), rows)
    same_axle = np.kron(np.eye(load_kg.size), np.ones((rows, rows)))
    own = rest**2 * np.eye(size.size) + STANDING**2 * same_axle
    return np.asarray(found.by_chassis.T @ found.by_chassis / DRAWS + own * np.outer(size, size))


def amplitude(load_kg: Array) -> Array:
    """Give how large unexplained deviations of each axle are over those at the reference load."""
    if load_kg.sum() <= LIGHT_KG:
        return np.full(load_kg.size, LIGHT)
    return np.asarray((np.maximum(load_kg, LEAST_AXLE_KG) / REFERENCE_LOAD_KG) ** -LOAD_EXPONENT)
