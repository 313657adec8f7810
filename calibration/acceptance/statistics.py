"""Figures of a sample of errors, and the share of results that a tolerance may be said to hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.stats import norm, t

SD_LEAST = 1e-9
"""A sample without spread is taken to have this, so that its share is 0 or 1."""


@dataclass(frozen=True)
class Spread:
    """Size, mean and standard deviation (n − 1) of a sample; sd is NaN for a single value, both are for none."""

    n: int
    mean: float
    sd: float

    @classmethod
    def of(cls, errors: Sequence[float]) -> Spread:
        """Give the figures of errors."""
        values = np.asarray(errors, dtype=np.float64)
        mean = float(values.mean()) if values.size else math.nan
        return cls(int(values.size), mean, float(values.std(ddof=1)) if values.size > 1 else math.nan)


def share_within(spread: Spread, tolerance: float, alpha: float) -> float:
    """Give the lower bound π of the share of results within ± `tolerance`, at confidence 1 − `alpha`.

    π = Φ(u₁) − Φ(u₂) with u₁ = (δ − m)/s − t/√n, u₂ = (−δ − m)/s + t/√n and Student's t of n − 1 degrees of freedom at 1 − α/2
    (COST 323, European WIM Specification, section 10). Never below zero; `tolerance` in the unit of the errors; n at least 2.
    """
    sd = max(spread.sd, SD_LEAST)
    margin = float(t.ppf(1.0 - alpha / 2.0, spread.n - 1)) / math.sqrt(spread.n)
    upper, lower = (tolerance - spread.mean) / sd - margin, (-tolerance - spread.mean) / sd + margin
    return max(0.0, float(norm.cdf(upper) - norm.cdf(lower)))


def share_required(n: int, sizes: Sequence[float], shares: Sequence[float]) -> float:
    """Give the share asked of a sample of n, between the sizes of a table linear in 1/n (so that infinity is a size like others).

    Raises
    ------
    ValueError
        If n is below the smallest size.
    """
    if n < sizes[0]:
        msg = f"{n} results, the table begins with {sizes[0]:g}"
        raise ValueError(msg)
    for (low, at_low), (high, at_high) in pairwise(zip(sizes, shares, strict=True)):
        if n <= high:
            return at_low + (at_high - at_low) * (1.0 / low - 1.0 / n) / (1.0 / low - 1.0 / high)
    return shares[-1]


def largest_sd(spread: Spread, tolerance: float, alpha: float, required: float) -> float | None:
    """Give the largest standard deviation with which the share would be reached at the sample's mean, None if none is small enough."""
    if share_within(Spread(spread.n, spread.mean, 0.0), tolerance, alpha) < required:
        return None
    low, high = 0.0, tolerance
    for _ in range(60):
        middle = 0.5 * (low + high)
        if share_within(Spread(spread.n, spread.mean, middle), tolerance, alpha) >= required:
            low = middle
        else:
            high = middle
    return low
