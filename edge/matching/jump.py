"""Whether a camera's clock has jumped: do the reads and vehicles that are left over fit together, only somewhere else?"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

LOOK: Final = 24
"""Latest unmatched reads, and vehicles, among which a shift is looked for."""

SUPPORT: Final = 8
"""Pairs that one common shift must explain before it is believed."""

SHARE: Final = 0.6
"""Of the fewer of reads and vehicles that the shift must explain: evenly spaced or foreign traffic explains less."""

RANGE_US: Final = 3_600_000_000.0
"""Furthest shift looked for, 1 h: what the station file allows as an offset."""

DECADES: Final = 10.0
"""Natural logarithm of the range of shifts, from 0.1 s to 1 h: before looking, each size of shift is as likely as ten times that size."""

PRIOR: Final = 1e-2
"""Probability that the clock has jumped just now, before looking: far more than any camera does, for a jump found late harms."""

FIT_LOG_ODDS: Final = 5.0
"""How much a read at its vehicle's time speaks for a shift, natural logarithm: some 150 to 1, as in `likelihood` a fair fit."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A common shift in µs of all reads, how many pairs it explains, and how far these scatter about it (standard deviation)."""

    shift_us: float
    support: int
    scatter_us: float


def doubt(residuals_us: NDArray[np.float64], sigma_us: float) -> float:
    """Give the probability that the clock has jumped, from what is still unmatched.

    Parameters
    ----------
    residuals_us
        (vehicles, reads) float64: read minus expected time, on the camera's clock.
    sigma_us
        Standard deviation of a right pair's residual.

    Returns
    -------
    float
        0 where nothing is left over that fits better anywhere else.
    """
    if min(residuals_us.shape) < 2:
        return 0.0
    width_us = 3 * sigma_us
    fits = np.abs(residuals_us) <= width_us
    here = min(fits.any(axis=1).sum(), fits.any(axis=0).sum())
    values = np.sort(residuals_us[np.abs(residuals_us) <= RANGE_US])
    shifts = values[np.abs(values) > 2 * width_us]
    if not shifts.size:
        return 0.0
    there = np.searchsorted(values, shifts + width_us, side="right") - np.searchsorted(values, shifts - width_us, side="left")
    gain = np.exp(FIT_LOG_ODDS * np.minimum(there - here, 20.0)) / there * sigma_us / np.abs(shifts)
    weight = PRIOR * float(gain.sum()) / DECADES
    return weight / (1 + weight)


def proven(residuals_us: NDArray[np.float64], width_us: float, apart_us: float) -> Shift | None:
    """Find the one shift that brings unmatched reads and unmatched vehicles together; None where there is none, or more than one.

    It must explain most of the fewer of the two, and neither no shift nor one farther than `apart_us` from it half as many: evenly
    spaced traffic explains nothing. `residuals_us` as for `doubt`.
    """
    values = np.sort(residuals_us[np.abs(residuals_us) <= RANGE_US])
    start, count = _fullest(values, width_us)
    if count < max(SUPPORT, math.ceil(SHARE * min(residuals_us.shape, default=0))):
        return None
    inside = values[start : start + count]
    shift_us = float(np.median(inside))
    others = values[np.abs(values - shift_us) > apart_us]
    here = np.count_nonzero(np.abs(values) <= width_us) if abs(shift_us) > width_us else 0
    if 2 * max(_fullest(others, width_us)[1], here) > count:
        return None
    return Shift(shift_us, count, 1.4826 * float(np.median(np.abs(inside - shift_us))))


def _fullest(values: NDArray[np.float64], width_us: float) -> tuple[int, int]:
    """Give start and count of the window of `width_us` that holds most of the sorted values; the first among equals."""
    if not values.size:
        return 0, 0
    counts = np.searchsorted(values, values + width_us, side="right") - np.arange(values.size)
    start = int(np.argmax(counts))
    return start, int(counts[start])
