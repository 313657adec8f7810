"""How a lane's rows read at each speed: a function learnt from runs, with its uncertainty.

The profile of the road before and under the array is the same for every vehicle and the bodies that ride over it are alike. So each row
reads too much or too little by an amount that depends on speed. A Gaussian process over the logarithm of speed holds it: the road meets a
body at wavelength speed / frequency, so speeds that differ by a factor act alike at every speed.

Each reading is the sum of the function itself, of what the run's vehicle adds at that speed (it comes again in every run of this vehicle:
ten runs of one truck are no ten trucks), and of what is new in every run. How much a vehicle adds is what the deviations of vehicles
(`calibration.disturbance`) make of its own axles and speed, so that three trucks that happen to agree are not taken for all vehicles. The
amplitudes are averaged over what the runs allow, between bounds set by physics.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from calibration.process import Part, correlation, learn

LENGTH = 0.35
"""Scale of the logarithm of speed: a body at 2.6 Hz meets a wavelength a third shorter or longer, out of step within one row spacing."""

CONSTANT_U = 0.01
"""Prior standard deviation of what is left of the mean over all speeds once the gains are fitted."""

SITE_AMPLITUDES = (0.003, 0.006, 0.010, 0.015, 0.022, 0.032)
RUN_AMPLITUDES = (0.002, 0.004, 0.008, 0.016)
"""Relative standard deviations tried: of the site's function, and of one run."""

VEHICLE_FACTORS = (0.7, 1.0, 1.4)
"""How far vehicles may depart from what the deviations say of them."""

KNOTS = 24
BELOW, ABOVE = 0.5, 1.4
"""The function is written down from this share of the slowest run to this share of the fastest; what lies between runs and knots' ends
carries its growing uncertainty."""

SPEED_APART = 1.2
"""Runs whose speeds differ by less than this factor had one speed: the road is met at nearly the same waves (OIML R 134 asks for three
speeds, and the function bends within a factor of 1.4)."""


class SpeedFunction(BaseModel):
    """Relative reading error of each row over speed, to be interpolated over the logarithm of speed and held beyond its ends.

    Parameters
    ----------
    speed_kmh
        Knots, ascending.
    rows
        Per row in order of travel, per knot: reading over true load, minus one.
    mean_u
        Per knot: standard uncertainty of the mean over rows.
    row_u
        Per knot: standard uncertainty of one row about that mean.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    speed_kmh: Annotated[tuple[float, ...], Field(min_length=1)]
    rows: Annotated[tuple[tuple[float, ...], ...], Field(min_length=1)]
    mean_u: tuple[float, ...]
    row_u: tuple[float, ...]

    @model_validator(mode="after")
    def _shapes(self) -> Self:
        knots = len(self.speed_kmh)
        if any(len(values) != knots for values in (*self.rows, self.mean_u, self.row_u)):
            msg = f"every row, mean_u and row_u need {knots} values, one for each speed"
            raise ValueError(msg)
        if list(self.speed_kmh) != sorted(set(self.speed_kmh)) or self.speed_kmh[0] <= 0:
            msg = "speeds must ascend from above 0"
            raise ValueError(msg)
        if any(not -0.5 < value < 0.5 for row in self.rows for value in row):
            msg = "a row's error must lie within 50 %; more than that is a wrong gain"
            raise ValueError(msg)
        return self

    def errors(self, speed_kmh: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the relative error of each row, float64 (rows,) at a speed or (speeds, rows) at each of several."""
        place = np.log(np.maximum(speed_kmh, 1e-3))
        return np.stack([np.interp(place, self._places, row) for row in self._row_values], axis=-1)

    def uncertainty(self, speed_kmh: float) -> tuple[float, float]:
        """Give the standard uncertainties `mean_u` and `row_u` at a speed."""
        return self._at(self.mean_u, speed_kmh), self._at(self.row_u, speed_kmh)

    @cached_property
    def _row_values(self) -> NDArray[np.float64]:
        return np.array(self.rows)

    @cached_property
    def _places(self) -> NDArray[np.float64]:
        return np.log(self.speed_kmh)

    def _at(self, values: Sequence[float] | NDArray[np.float64], speed_kmh: float) -> float:
        return float(np.interp(log(max(speed_kmh, 1e-3)), self._places, values))


class RunReading(BaseModel):
    """What one run says.

    Parameters
    ----------
    run, vehicle, speed_kmh
        Its number, whose it was, and how fast.
    errors
        Per row the reading over the static gross weight minus one, None where the row failed.
    mean_sd, row_sd
        Relative standard deviation that a vehicle such as this one has by its deviations: of the mean over rows, and of one row about it.
    behind_m, axle_kg
        Distance of each axle behind the first, and its static load.
    axle_errors
        Per axle, per row the reading over the axle's static load minus one, None where the row failed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    run: int
    vehicle: str
    speed_kmh: Annotated[float, Field(gt=0)]
    errors: tuple[float | None, ...]
    mean_sd: Annotated[float, Field(ge=0)] = 0.007
    row_sd: Annotated[float, Field(ge=0)] = 0.02
    behind_m: tuple[float, ...] = ()
    axle_kg: tuple[float, ...] = ()
    axle_errors: tuple[tuple[float | None, ...], ...] = ()

    @property
    def whole(self) -> bool:
        """Whether every row saw every axle and the axles are known."""
        return bool(self.axle_errors) and all(None not in axle for axle in self.axle_errors)


@dataclass(frozen=True)
class Readings:
    """The runs that every row saw whole: (n,) logarithm of speed, (n,) vehicle, (n, rows) errors, (n,) what its vehicle may add."""

    place: NDArray[np.float64]
    vehicle: NDArray[np.str_]
    errors: NDArray[np.float64]
    mean_sd: NDArray[np.float64]
    row_sd: NDArray[np.float64]


def readings_of(runs: Sequence[RunReading]) -> Readings:
    """Give the runs that every row saw whole as arrays."""
    whole = [run for run in runs if None not in run.errors]
    return Readings(
        np.log([run.speed_kmh for run in whole]),
        np.array([run.vehicle for run in whole]),
        np.array([run.errors for run in whole], np.float64),
        np.array([run.mean_sd for run in whole]),
        np.array([run.row_sd for run in whole]),
    )


def speed_classes(speeds_kmh: Sequence[float]) -> list[list[float]]:
    """Give the speeds in classes, ascending; a class ends `SPEED_APART` above its slowest."""
    classes: list[list[float]] = []
    for speed in sorted(speeds_kmh):
        if classes and speed <= SPEED_APART * classes[-1][0]:
            classes[-1].append(speed)
        else:
            classes.append([speed])
    return classes


def knots_kmh(readings: Readings) -> NDArray[np.float64]:
    """Give the speeds at which a function learnt from these runs is written down."""
    return np.asarray(np.geomspace(BELOW * np.exp(readings.place.min()), ABOVE * np.exp(readings.place.max()), KNOTS))


def fit_speed(readings: Readings) -> SpeedFunction:
    """Fit the function to the runs alone."""
    knots = knots_kmh(readings)
    mean = readings.errors.mean(axis=1)
    common, mean_u = _of_runs(readings, mean[:, None], readings.mean_sd, np.log(knots))
    about, row_u = _of_runs(readings, readings.errors - mean[:, None], readings.row_sd, np.log(knots))
    return written(knots, common[:, 0], mean_u, about, row_u)


def written(
    knots: NDArray[np.float64],
    common: NDArray[np.float64],
    mean_u: NDArray[np.float64],
    about: NDArray[np.float64],
    row_u: NDArray[np.float64],
) -> SpeedFunction:
    """Write a function down: (knots,) mean over rows, and (knots, rows) of the rows about it, which is centred here."""
    rows = common[:, None] + about - about.mean(axis=1, keepdims=True)
    return SpeedFunction(
        speed_kmh=tuple(round(float(knot), 3) for knot in knots),
        rows=tuple(tuple(round(float(value), 6) for value in row) for row in rows.T),
        mean_u=tuple(round(float(value), 6) for value in mean_u),
        row_u=tuple(round(float(value), 6) for value in row_u),
    )


def vehicle_part(place: NDArray[np.float64], vehicle: NDArray[np.str_], sd: NDArray[np.float64]) -> Part:
    """Give the covariance of what each run's vehicle adds: its own at each speed, alike at speeds nearby; ``sd`` 0 adds nothing."""
    same = (vehicle[:, None] == vehicle[None, :]) * correlation(place, place, LENGTH)
    return Part(VEHICLE_FACTORS, same * np.outer(sd, sd))


def _of_runs(
    readings: Readings, values: NDArray[np.float64], vehicle_sd: NDArray[np.float64], at: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the posterior mean (knots, columns) and standard deviation (knots,) of what runs say."""
    place = readings.place
    near = correlation(place, place, LENGTH)
    found = learn(
        values,
        wanted=Part(SITE_AMPLITUDES, near),
        cross=correlation(at, place, LENGTH),
        others=(vehicle_part(place, readings.vehicle, vehicle_sd), Part(RUN_AMPLITUDES, np.eye(place.size))),
        fixed=np.full_like(near, CONSTANT_U**2),
        fixed_cross=np.full((at.size, place.size), CONSTANT_U**2),
    )
    return found.mean, found.u
