"""A function of one place, learnt from noisy readings: Gaussian process regression, averaged over the amplitudes that the readings allow.

C. E. Rasmussen, C. K. I. Williams, Gaussian Processes for Machine Learning, 2006, chapters 2 and 5.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Part:
    """One source of covariance among the readings: `matrix` (n, n) times the square of one of `amplitudes`, all equally likely before."""

    amplitudes: Sequence[float]
    matrix: Matrix


@dataclass(frozen=True)
class Learnt:
    """The posterior: `mean` (places, columns), `u` (places,) standard deviation."""

    mean: Matrix
    u: NDArray[np.float64]


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
    evidence, means, variances = [], [], []
    for amplitude, *rest in product(wanted.amplitudes, *(part.amplitudes for part in others)):
        total = fixed + amplitude**2 * wanted.matrix
        for size, part in zip(rest, others, strict=True):
            total = total + size**2 * part.matrix
        root = cho_factor(total, lower=True)
        weight = cho_solve(root, values)
        reach = amplitude**2 * cross + fixed_cross
        evidence.append(-0.5 * float((values * weight).sum()) - values.shape[1] * float(np.log(root[0].diagonal()).sum()))
        means.append(reach @ weight)
        variances.append(amplitude**2 + fixed_cross.max(axis=1) - np.einsum("ij,ji->i", reach, cho_solve(root, reach.T)))
    share = np.exp(np.array(evidence) - max(evidence))
    share /= share.sum()
    mean = np.tensordot(share, means, 1)
    away = np.mean((np.array(means) - mean) ** 2, axis=2)
    variance = share @ (np.maximum(variances, 0.0) + away)
    return Learnt(mean, np.sqrt(variance))
