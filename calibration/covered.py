"""What reference runs cover and how sure that is: ranges of temperature and load, the gains' covariance, weights that fit no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from calibration.linearity import BEYOND, fit_linearity
from calibration.model import GainCovariance, Validity
from contract.faults import RejectError

TEMPERATURE_REACH_K: Final = 30.0
"""How far from the runs' pavement the uncertainty per kelvin is taken to hold: makers state it over some 60 K. Own choice."""

REFERENCE_OFF: Final = 0.15
"""A vehicle whose runs all err by more has a weight in another unit, a swapped digit, or another cargo; no truck rides that roughly."""

FURTHEST: Final = 2.0
"""However straight the runs show the scale to be, nothing is known of it beyond so many times the heaviest reference axle. Own choice."""

LEAST_KINDS: Final = 3
"""Kinds of passage (vehicle at a speed) below which a covariance says nothing."""


def validity_of(axle_kg: Sequence[float], errors: Sequence[float], pavement_c: float | None) -> Validity:
    """Give the ranges within which a calibration holds.

    Parameters
    ----------
    axle_kg, errors
        Static load and mean relative error of each reference axle.
    pavement_c
        Of the runs, None if nobody measured it.
    """
    linearity = fit_linearity(axle_kg, errors)
    known = BEYOND * max(axle_kg) if linearity is None else max(linearity.heaviest_kg, *axle_kg)
    heaviest = min(known, FURTHEST * max(axle_kg))
    low, high = (None, None) if pavement_c is None else (pavement_c - TEMPERATURE_REACH_K, pavement_c + TEMPERATURE_REACH_K)
    return Validity(pavement_min_c=low, pavement_max_c=high, axle_max_kg=round(heaviest, 0), linearity=linearity)


def gain_covariance_of(means: Mapping[str, Mapping[tuple[str, int], float]]) -> GainCovariance | None:
    """Give the relative covariance of gains from the mean relative residual of each sensor in each kind of passage; None from too few."""
    names = tuple(sorted(means))
    kinds = sorted(set.intersection(*(set(means[name]) for name in names)))
    if len(kinds) < LEAST_KINDS:
        return None
    table = np.array([[means[name][kind] for kind in kinds] for name in names])
    covariance = np.atleast_2d(np.cov(table, ddof=1)) / len(kinds)
    return GainCovariance(sensors=names, relative=tuple(tuple(round(float(value), 9) for value in row) for row in covariance))


def check_references(errors: Mapping[str, Sequence[float]]) -> None:
    """Refuse a reference vehicle whose weight fits no other's.

    Parameters
    ----------
    errors
        Per vehicle, the mean relative error of each of its runs under the gains of all.

    Raises
    ------
    RejectError
        ``reference-off``, with what each vehicle reads.
    """
    middles = {vehicle: float(np.median(runs)) for vehicle, runs in errors.items() if runs}
    worst = max(middles, key=lambda vehicle: abs(middles[vehicle]), default="")
    if worst and abs(middles[worst]) > REFERENCE_OFF:
        told = ", ".join(f"{vehicle} reads {1 + middle:.2f} times its static weight" for vehicle, middle in middles.items())
        what = f"{told}: the vehicles do not agree on the gains; look for a weight in another unit, a swapped digit, another cargo"
        raise RejectError("reference-off", f"vehicle {worst}", what)
