"""Learn a site's road: the profile that explains how rows differ in traffic, and what reference vehicles of known load read.

Of an unlabelled vehicle only the rows against one another count, for its load is unknown; of a reference vehicle every reading does. Both
are linear in the profile's coefficients, which are normal before with the spectrum of a road, so that the profile follows by least squares
(C. E. Rasmussen, C. K. I. Williams, 2006, chapter 2). How rough the road is and how much no chassis explains is decided by the likelihood
of all readings. What vehicles scatter by their chassis depends on the profile: found in `ROUNDS` rounds.

Bodies' frequencies are left as the literature has them: readings would have them moved, to explain what is wrong with chassis otherwise,
and loads would be the worse for it.

Chassis are not quite as supposed, and what is wrong with them is wrong with all alike. So traffic counts as no more than `COUNTS_AS`
vehicles, however long it was watched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from operator import add
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from calibration.chassis import DRAWS
from calibration.ride import COEFFICIENTS
from calibration.road import STANDING, Road, amplitude, ridden, ways
from calibration.speed import RunReading, SpeedFunction, fit_speed, readings_of
from calibration.static_load import estimate_on_road

Array = NDArray[np.float64]

COUNTS_AS: Final = 100.0
MOST_VEHICLES: Final = 400
"""What traffic counts as, in independent vehicles; and how many are looked at, evenly drawn: more tell nothing new."""

ROUGHNESS: Final = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)
"""Standard deviations of the profile tried, over that of a very good road."""

RESTS: Final = (0.009, 0.013, 0.018, 0.025, 0.034, 0.045)
"""Unexplained deviations of one reading tried."""

ROUNDS: Final = 3

PRIOR_KINDS: Final = 4.0
SPEED_CLASS_KMH: Final = 10.0
"""What chassis say of axles' errors counts as so many kinds of passage, one vehicle at speeds within a class of so many km/h."""

ROW_U: Final = 0.05
"""Prior standard deviation of what the gains lack of each row."""

SLOWER, FASTER = 0.7, 1.15
"""The road is used from this share of the slowest speed that taught it to this share of the fastest."""


@dataclass(frozen=True)
class Passed:
    """A vehicle that every row weighed at constant speed: (axles,) places behind the first, its speed, (axles, rows) readings in kg."""

    behind_m: Array
    speed_kmh: float
    reading_kg: Array


@dataclass(frozen=True)
class _Vehicle:
    """Passages of one vehicle with one chassis.

    Attributes
    ----------
    design
        (readings, `COEFFICIENTS` + rows) how readings follow the profile and the rows' own errors, averaged over chassis.
    of_draws
        (draws, readings, `COEFFICIENTS`) how they follow the profile by each chassis.
    own
        (readings, readings) covariance that no chassis explains, for a `rest` of one; `standing` what stays with each axle.
    error
        (readings,) relative.
    """

    design: Array
    of_draws: NDArray[np.float32]
    own: Array
    standing: Array
    error: Array

    def equations(self, profile: Array | None, rest: float) -> _Equations:
        """Give its normal equations, given the profile that its chassis rode so far."""
        root = np.linalg.cholesky(self._noise(profile, rest))
        white = np.linalg.solve(root, np.column_stack((self.design, self.error)))
        design, error = white[:, :-1], white[:, -1]
        log_noise = 2.0 * float(np.log(root.diagonal()).sum())
        return _Equations(design.T @ design, design.T @ error, float(error @ error), log_noise)

    def misfit(self, found: _Solution) -> float:
        """Give the squares of what a solution leaves, in units of their variance."""
        left = self.error - self.design @ found.values
        return float(left @ np.linalg.solve(self._noise(found.profile, found.rest), left))

    def _noise(self, profile: Array | None, rest: float) -> Array:
        noise = rest**2 * self.own + self.standing
        if profile is None:
            return noise
        away = self.of_draws @ profile
        away -= away.mean(axis=0)
        return np.asarray(noise + away.T @ away / DRAWS)


@dataclass(frozen=True)
class _Equations:
    """Normal equations of profile and rows: `normal` (n, n), `right` (n,), squares of the readings, log determinant of their noise."""

    normal: Array
    right: Array
    squares: float
    log_noise: float

    def __add__(self, other: _Equations) -> _Equations:
        return _Equations(
            self.normal + other.normal, self.right + other.right, self.squares + other.squares, self.log_noise + other.log_noise
        )

    def times(self, weight: float) -> _Equations:
        """Give them counted `weight` times."""
        return _Equations(weight * self.normal, weight * self.right, weight * self.squares, weight * self.log_noise)


@dataclass(frozen=True)
class _Solution:
    """Coefficients of profile and rows with their covariance, and what they rest on."""

    values: Array
    covariance: Array
    evidence: float
    rest: float

    @property
    def profile(self) -> Array:
        return self.values[:COEFFICIENTS]

    @property
    def row(self) -> Array:
        return self.values[COEFFICIENTS:]


def learn_road(rows_m: Array, runs: Sequence[RunReading], traffic: Sequence[Passed], progress: Callable[[int, int], None]) -> Road:
    """Learn the road.

    Parameters
    ----------
    rows_m
        (rows,) places of the rows.
    runs
        Runs of reference vehicles; those that every row saw whole count.
    traffic
        Unlabelled vehicles.
    progress
        Told after each solution how many are done of how many.
    """
    runs = [run for run in runs if run.whole]
    chosen = traffic[:: max(1, len(traffic) // MOST_VEHICLES)][:MOST_VEHICLES]
    sample = _Sample.of(rows_m, runs, chosen)
    solved = []
    for rest in RESTS:
        solved.append(sample.solve(rest))
        progress(len(solved), len(RESTS))
    best = max(solved, key=lambda one: one.evidence)
    speeds = [*(run.speed_kmh for run in runs), *np.quantile([one.speed_kmh for one in traffic], (0.01, 0.99))]
    lower = best.covariance[:COEFFICIENTS, :COEFFICIENTS][np.tril_indices(COEFFICIENTS)]
    road = Road(
        rows_m=tuple(float(place) for place in rows_m),
        profile=tuple(round(float(value), 5) for value in best.profile),
        profile_covariance=tuple(float(f"{value:.4g}") for value in lower),
        row=tuple(round(float(value), 6) for value in best.row),
        rest=best.rest,
        scatter=round(sample.scatter(best), 4),
        speed=_left(rows_m, runs, best),
        slowest_kmh=round(SLOWER * float(min(speeds)), 2),
        fastest_kmh=round(FASTER * float(max(speeds)), 2),
    )
    return road.model_copy(update={"between": round(_between(road, runs), 4)})


def _between(road: Road, runs: Sequence[RunReading]) -> float:
    """Give how far known axle loads err about their gross weight's error over what the road makes of it: root mean square.

    Readings say how they differ from row to row, which is more than loads do: what chassis do not explain changes faster than supposed, and
    so averages out over the rows. Passages of one vehicle at about one speed count once.
    """
    squares = [_squares_about_gross(road, run) for run in runs if len(run.axle_kg) > 1]
    kinds = len({(run.vehicle, round(run.speed_kmh / SPEED_CLASS_KMH)) for run in runs if len(run.axle_kg) > 1})
    return float(np.sqrt((PRIOR_KINDS + kinds * np.mean(squares or [1.0])) / (PRIOR_KINDS + kinds)))


def _squares_about_gross(road: Road, run: RunReading) -> float:
    """Give the mean square of a run's axle errors about its gross weight's error, in units of their variance."""
    true_kg, errors = np.array(run.axle_kg), np.array(run.axle_errors, np.float64)
    axle, row = (part.ravel() for part in np.indices(errors.shape))
    found = estimate_on_road(
        ((1.0 + errors) * true_kg[:, None]).ravel(),
        axle,
        row,
        lambda load_kg: road.expected(np.array(run.behind_m), load_kg, run.speed_kmh),
        np.zeros(axle.size),
    )
    contrasts = np.linalg.svd(np.eye(true_kg.size) - 1.0 / true_kg.size)[0][:, :-1].T / true_kg
    away = contrasts @ (found.load_kg - true_kg)
    return float(away @ np.linalg.solve(contrasts @ found.covariance @ contrasts.T, away) / away.size)


@dataclass(frozen=True)
class _Sample:
    """What teaches: reference vehicles, each with all its runs, and traffic."""

    known: tuple[_Vehicle, ...]
    traffic: tuple[_Vehicle, ...]

    @classmethod
    def of(cls, rows_m: Array, runs: Sequence[RunReading], traffic: Sequence[Passed]) -> _Sample:
        """Suppose all chassis."""
        trucks = groupby(sorted(runs, key=lambda run: run.vehicle), key=lambda run: run.vehicle)
        known = tuple(_reference(rows_m, list(of_truck)) for _, of_truck in trucks)
        return cls(known, tuple(_unlabelled(rows_m, one) for one in traffic))

    def solve(self, rest: float) -> _Solution:
        """Find the profile by rounds."""
        found, profile = None, None
        for _ in range(ROUNDS):
            equations = reduce(add, (one.equations(profile, rest) for one in self.known))
            if self.traffic:
                weight = min(1.0, COUNTS_AS / len(self.traffic))
                equations = equations + reduce(add, (one.equations(profile, rest) for one in self.traffic)).times(weight)
            found = max((self._by(equations, roughness, rest) for roughness in ROUGHNESS), key=lambda one: one.evidence)
            profile = found.profile
        assert found is not None  # noqa: S101 (there are rounds)
        return found

    def scatter(self, found: _Solution) -> float:
        """Give how far traffic departs from a solution, over what chassis and rest make it: root mean square."""
        squares = [one.misfit(found) for one in self.traffic]
        return float(np.sqrt(sum(squares) / sum(one.error.size for one in self.traffic))) if squares else 1.0

    def _by(self, equations: _Equations, roughness: float, rest: float) -> _Solution:
        """Solve for one roughness of the road."""
        rows = equations.right.size - COEFFICIENTS
        sd = np.concatenate((np.full(COEFFICIENTS, roughness), np.full(rows, ROW_U)))
        matrix = equations.normal * np.outer(sd, sd) + np.eye(sd.size)
        root = cho_factor(matrix, lower=True)
        scaled = cho_solve(root, sd * equations.right)
        covariance = cho_solve(root, np.diag(sd)) * sd[:, None]
        misfit = equations.squares - float(sd * equations.right @ scaled)
        evidence = -0.5 * (misfit + equations.log_noise) - float(np.log(root[0].diagonal()).sum())
        return _Solution(sd * scaled, covariance, evidence, rest)


def _reference(rows_m: Array, runs: Sequence[RunReading]) -> _Vehicle:
    """Give a reference vehicle with all its runs: what it deviates by its chassis and its axles comes again in each."""
    load_kg = np.array(runs[0].axle_kg)
    of_draws = [ways(rows_m, np.array(run.behind_m), load_kg, run.speed_kmh).reshape(DRAWS, -1, COEFFICIENTS) for run in runs]
    size = np.tile(np.repeat(amplitude(load_kg), rows_m.size), len(runs))
    axle = np.tile(np.repeat(np.arange(load_kg.size), rows_m.size), len(runs))
    standing = STANDING**2 * (axle[:, None] == axle[None, :]) * np.outer(size, size)
    error = np.concatenate([np.array(run.axle_errors, np.float64).ravel() for run in runs])
    return _vehicle(np.concatenate(of_draws, axis=1), rows_m.size, size, standing, error)


def _unlabelled(rows_m: Array, passed: Passed) -> _Vehicle:
    """Give a vehicle of unknown loads: its rows against their mean for each axle, in as many contrasts as are independent."""
    load_kg = passed.reading_kg.mean(axis=1)
    of_draws = ways(rows_m, passed.behind_m, load_kg, passed.speed_kmh).reshape(DRAWS, -1, COEFFICIENTS)
    size = np.repeat(amplitude(load_kg), rows_m.size)
    error = np.log(passed.reading_kg / load_kg[:, None]).ravel()
    whole = _vehicle(of_draws, rows_m.size, size, np.zeros((size.size, size.size)), error)
    contrasts = np.linalg.svd(np.eye(rows_m.size) - 1.0 / rows_m.size)[0][:, : rows_m.size - 1]
    to = np.kron(np.eye(load_kg.size), contrasts.T)
    return _Vehicle(
        to @ whole.design, np.asarray(to.astype(np.float32) @ whole.of_draws), to @ whole.own @ to.T, to @ whole.standing @ to.T, to @ error
    )


def _vehicle(of_draws: Array, rows: int, size: Array, standing: Array, error: Array) -> _Vehicle:
    row = np.tile(np.eye(rows), (size.size // rows, 1))
    design = np.concatenate((of_draws.mean(axis=0), row), axis=1)
    return _Vehicle(design, of_draws.astype(np.float32), np.diag(size**2), standing, error)


def _left(rows_m: Array, runs: Sequence[RunReading], found: _Solution) -> SpeedFunction:
    """Give what the runs still show over speed once the road is taken off."""
    return fit_speed(readings_of(list(_without_road(rows_m, runs, found))))


def _without_road(rows_m: Array, runs: Sequence[RunReading], found: _Solution) -> Iterator[RunReading]:
    for run in runs:
        load_kg = np.array(run.axle_kg)
        road = ridden(ways(rows_m, np.array(run.behind_m), load_kg, run.speed_kmh), found.profile)
        share = load_kg / load_kg.sum()
        errors = share @ ((1.0 + np.array(run.axle_errors, np.float64)) / (1.0 + road.mean + found.row)) - 1.0
        chassis = np.einsum("a,dar->dr", share, road.by_chassis.reshape(DRAWS, *road.mean.shape))
        rest2 = found.rest**2 * float((share * amplitude(load_kg)) @ (share * amplitude(load_kg)))
        of_mean = chassis.mean(axis=1)
        yield run.model_copy(
            update={
                "errors": tuple(float(error) for error in errors),
                "mean_sd": float(np.sqrt(of_mean.var() + rest2 / rows_m.size)),
                "row_sd": float(np.sqrt((chassis - of_mean[:, None]).var() + rest2)),
            }
        )
