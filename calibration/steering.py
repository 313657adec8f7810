"""The steering axle of a semi-trailer's tractor: a reference weight that every road carries.

Engine and cab make most of its load, so that its reading, once the cargo's share is taken off, scatters by some 4 % about one value.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from calibration.history import Passage

STEERING_KG: Final = (3_500.0, 9_000.0)
FIRST_SPACING_M: Final = (2.8, 4.6)
SECOND_BODY_M: Final = 4.5
LADEN_KG: Final = 12_000.0
"""A tractor with its semi-trailer: the steering axle's load, the tractor's wheelbase, the distance from there to the trailer's axles at
least, and the gross weight from which it is not driving alone."""

LEAST_OF_KIND: Final = 30
"""Fewest vehicles of one pattern of axle groups that tell how the steering axle follows their gross weight."""

SPEED_CLASSES: Final = 40
"""Within one of these the road is taken to do the same to all steering axles."""

TEMPERATURE_U_PER_K: Final = 0.0003
"""Prior standard deviation of the sensors' common temperature coefficient."""


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


def common_temperature(traffic: Iterable[tuple[Passage, NDArray[np.float64]]]) -> float:
    """Give the sensors' common relative change per kelvin, as the steering axles of semi-trailers' tractors show it; 0 where none do.

    Parameters
    ----------
    traffic
        Vehicles with their calibrated loads, (axles, rows) in kg each.
    """
    kinds: dict[tuple[int, ...], list[tuple[float, float, float, float]]] = {}
    for passage, table in traffic:
        steering_kg, gross_kg = float(table[0].mean()), float(table.mean(axis=1).sum())
        kind = semi_trailer(passage.behind_m, steering_kg, gross_kg)
        if kind is not None and np.isfinite(passage.pavement_c):
            kinds.setdefault(kind, []).append((passage.speed_kmh, passage.pavement_c, steering_kg, gross_kg))
    follows, weight = 0.0, 1.0 / TEMPERATURE_U_PER_K**2
    for members in kinds.values():
        if len(members) < LEAST_OF_KIND:
            continue
        speed_kmh, pavement_c, steering, gross = np.array(members).T
        slope, residual = cargo_line(np.log(gross), np.log(steering))
        warm = (1.0 - slope) * pavement_c  # a gain that changes takes the gross weight along
        place = np.digitize(np.log(speed_kmh), np.linspace(np.log(speed_kmh.min()), np.log(speed_kmh.max()), SPEED_CLASSES))
        precision = 1.0 / float(residual.var())
        for number in np.unique(place):
            one = place == number
            away = warm[one] - warm[one].mean()
            follows += precision * float(away @ residual[one])
            weight += precision * float(away @ away)
    return follows / weight
