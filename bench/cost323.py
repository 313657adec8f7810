"""Accuracy classes of COST 323 and the statistical test by which a sample of errors reaches one.

Source: European WIM Specification, COST 323 (version 3.0, 1999), section 10; full reproducibility (R2), α = 0.05.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, t

TOLERANCE_PERCENT: Final = {
    "gross": (5, 7, 10, 15, 20, 25),
    "group": (7, 10, 13, 18, 23, 28),
    "axle": (8, 11, 15, 20, 25, 30),
    "axle of a group": (10, 14, 20, 25, 30, 35),
    "speed": (2, 3, 4, 6, 8, 10),
    "spacing": (2, 3, 4, 6, 8, 10),
}
CLASSES: Final = ("A(5)", "B+(7)", "B(10)", "C(15)", "D+(20)", "D(25)")
SIZES: Final = (10, 20, 30, 60, 120, 1_000_000)
LEAST_SHARE: Final = (0.80, 0.874, 0.896, 0.918, 0.931, 0.953)
"""Share of results that must lie within the tolerance, by sample size, under full reproducibility."""
ALPHA: Final = 0.05


def share_within(errors: NDArray[np.float64], tolerance: float) -> float:
    """Give the lower bound of the share of relative errors within ± `tolerance`, at confidence 1 − α."""
    n, mean, sd = errors.size, float(errors.mean()), max(float(errors.std(ddof=1)), 1e-9)
    margin = float(t.ppf(1.0 - ALPHA / 2.0, n - 1)) / np.sqrt(n)
    return float(norm.cdf((tolerance - mean) / sd - margin) - norm.cdf((-tolerance - mean) / sd + margin))


def reached_class(errors: NDArray[np.float64], criterion: str) -> str:
    """Give the best class whose tolerance a sample of relative errors keeps, ``E`` for none, ``-`` for fewer than ten."""
    if errors.size < SIZES[0]:
        return "-"
    least = float(np.interp(np.log(errors.size), np.log(SIZES), LEAST_SHARE))
    for name, percent in zip(CLASSES, TOLERANCE_PERCENT[criterion], strict=True):
        if share_within(errors, percent / 100.0) >= least:
            return name
    return "E"
