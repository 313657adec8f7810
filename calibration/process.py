"""A function of one place, learnt from noisy readings: Gaussian process regression with amplitudes from the readings' own likelihood.

C. E. Rasmussen, C. K. I. Williams, Gaussian Processes for Machine Learning, 2006, chapters 2 and 5.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Part:
    """One source of covariance among the readings: `matrix` (n, n) times the square of the best of `amplitudes`."""

    amplitudes: Sequence[float]
    matrix: Matrix


@dataclass(frozen=True)
class Learnt:
    """The posterior: `mean` (places, columns), `u` (places,) standard deviation, `weights` (n, columns) = covariance⁻¹ · readings."""

    mean: Matrix
    u: NDArray[np.float64]
    weights: Matrix


def correlation(here: NDArray[np.float64], there: NDArray[np.float64], length: float) -> Matrix:
    """Give the squared-exponential correlation between places, (n, m)."""
    return np.asarray(np.exp(-0.5 * ((here[:, None] - there[None, :]) / length) ** 2))


def learn(values: Matrix, wanted: Part, cross: Matrix, *, others: Sequence[Part], fixed: Matrix, fixed_cross: Matrix) -> Learnt:
    """Learn a function from readings.

    Parameters
    ----------
    values
        (n, columns) readings; columns are functions of their own with common amplitudes.
    wanted
        Covariance of the function among the readings.
    cross
        (places, n) of the function at the places wanted with the readings, for amplitude one; its own variance is one.
    others
        What else the readings hold, not wanted.
    fixed
        (n, n) covariance that is known, noise included.
    fixed_cross
        (places, n) share of `fixed` that belongs to the function (a constant); equal along a place's own variance.
    """
    best: tuple[float, Matrix, float] = (-np.inf, fixed, 0.0)
    for amplitude, *rest in product(wanted.amplitudes, *(part.amplitudes for part in others)):
        total = fixed + amplitude**2 * wanted.matrix
        for size, part in zip(rest, others, strict=True):
            total = total + size**2 * part.matrix
        root = np.linalg.cholesky(total)
        white = np.linalg.solve(root, values)
        likelihood = -0.5 * float((white**2).sum()) - values.shape[1] * float(np.log(root.diagonal()).sum())
        if likelihood > best[0]:
            best = (likelihood, total, amplitude)
    _, total, amplitude = best
    reach = amplitude**2 * cross + fixed_cross
    weights = np.asarray(np.linalg.solve(total, values), np.float64)
    variance = amplitude**2 + fixed_cross.max(axis=1) - np.einsum("ij,ji->i", reach, np.linalg.solve(total, reach.T))
    return Learnt(np.asarray(reach @ weights), np.sqrt(np.maximum(variance, 0.0)), weights)
