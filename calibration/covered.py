"""What reference runs cover and how sure that is: ranges of temperature and load, the gains' covariance, weights that fit no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

import numpy as np

from calibration.linearity import BEYOND, fit_linearity
from calibration.model import GainCovariance, Validity
from calibration.scales.reference_weights import mistake_of
from calibration.told import Told, told
from contract.faults import RejectError

TEMPERATURE_REACH_K: Final = 30.0
"""How far from the runs' pavement the uncertainty per kelvin is taken to hold: makers state it over some 60 K. Own choice."""

AGREE: Final = 0.12
"""Vehicles' readings over their static weights differ by less than this: one scale weighed them all, some per cent is dynamics."""

NOMINAL: Final = 1.6
"""Nominal constants are good for this factor either way; a single reference vehicle further off has a wrong weight or unit."""

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


def check_references(ratios: Mapping[str, float]) -> None:
    """Refuse a reference vehicle whose static weight stands off what the scale reads of it, against the other vehicles.

    Parameters
    ----------
    ratios
        Per vehicle, what sensors with nominal constants read over its static load; NaN where none weighed it.

    Raises
    ------
    RejectError
        ``reference-factor``, with what the figure probably is.
    """
    known = {vehicle: ratio for vehicle, ratio in ratios.items() if np.isfinite(ratio)}
    if not known:
        return
    usual = float(np.median(list(known.values())))
    if len(known) < 3:
        usual = min(known.values(), key=lambda ratio: abs(np.log(ratio)))  # of two, the one nearer to the nominal constants
        if not 1.0 / NOMINAL <= usual <= NOMINAL:
            _refuse(min(known, key=lambda vehicle: abs(np.log(known[vehicle]))), usual, told("the nominal constants"))
    worst = max(known, key=lambda vehicle: abs(np.log(known[vehicle] / usual)))
    if abs(np.log(known[worst] / usual)) > AGREE:
        _refuse(worst, known[worst] / usual, told("the other vehicles"))


def _refuse(vehicle: str, ratio: float, against: Told) -> None:
    guess = mistake_of(Decimal(1.0 / ratio))
    what = told(
        "the static weight is %(times)s times what the scale reads of it against %(against)s%(probably)s; "
        "check the figures, their unit, and whether it was loaded the same",
        times=f"{1.0 / ratio:.3g}",
        against=against,
        probably=told(": probably %(guess)s", guess=guess) if guess else "",
    )
    raise RejectError("reference-factor", told("vehicle %(name)s", name=vehicle), what)
