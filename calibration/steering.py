"""The steering axle of a semi-trailer's tractor: a reference weight that every road carries.

Engine and cab make most of its load, so that its reading, once the cargo's share is taken off, scatters by some 4 % about one value.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

STEERING_KG: Final = (3_500.0, 9_000.0)
FIRST_SPACING_M: Final = (2.8, 4.6)
SECOND_BODY_M: Final = 4.5
LADEN_KG: Final = 12_000.0
"""A tractor with its semi-trailer: the steering axle's load, the tractor's wheelbase, the distance from there to the trailer's axles at
least, and the gross weight from which it is not driving alone."""


def semi_trailer(behind_m: NDArray[np.float64], steering_kg: float, gross_kg: float) -> tuple[int, ...] | None:
    """Give the pattern of axle groups of a laden semi-trailer with its tractor, None for anything else."""
    spacings = np.diff(behind_m)
    if spacings.size < 2 or gross_kg < LADEN_KG or not STEERING_KG[0] <= steering_kg <= STEERING_KG[1]:
        return None
    wide = np.flatnonzero(spacings >= 1.8)
    if wide.size != 2 or wide[0] != 0 or not FIRST_SPACING_M[0] <= spacings[0] <= FIRST_SPACING_M[1] or spacings[wide[1]] < SECOND_BODY_M:
        return None
    return (1, int(wide[1]), int(spacings.size - wide[1]))


def cargo_line(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Fit a line without its outliers; give its slope and all residuals, outliers clipped."""
    design = np.column_stack((np.ones_like(x), x - x.mean()))
    keep = np.ones(x.size, np.bool_)
    for _ in range(3):
        solution = np.linalg.lstsq(design[keep], y[keep], rcond=None)[0]
        residual = y - design @ solution
        scale = 1.4826 * float(np.median(np.abs(residual)))
        keep = np.abs(residual) < 4.0 * scale
    return float(solution[1]), np.clip(residual, -4.0 * scale, 4.0 * scale)
