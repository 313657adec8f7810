"""Which reference truck a pass was: by number of axles, by distances between them, and by loads where that leaves more than one.

Nothing is decided silently: where two fit, or none fits wholly, the offer names no truck and says why, and a person chooses.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

from calibration.sessions.seen import Pass
from calibration.sessions.truck import Truck

SPACING_M: Final = 0.10
SPACING_SHARE: Final = 0.03
"""A distance fits within the larger of both: a tape is read to some centimetres, and a speed is known to a per cent."""

GROSS_UNKNOWN: Final = 1.8
"""Loads fit within this factor as long as nobody knows what the scale makes of a kilogram: nominal constants may be far off."""

GROSS_KNOWN: Final = 1.15
"""And within this one where a calibration is in force or runs were accepted: speed and drift move a truck's weight by less."""

CLEAR: Final = 0.5
"""Loads decide between two trucks if the better misfit is less than this share of the other, and the other is beyond `LOAD_MISFIT`."""

LOAD_MISFIT: Final = 0.10
"""Relative misfit of axle loads, r.m.s., that a scale before its calibration may well show."""


class Why(StrEnum):
    """What an offer rests on."""

    PATTERN = "pattern"
    LOADS = "loads"
    TWO_FIT = "two-fit"
    NONE_FITS = "none-fits"
    NO_SUCH_AXLES = "no-such-axles"


class Fit(BaseModel):
    """How one truck with the right number of axles fits a pass.

    `spacing_m` is the largest difference of a distance, None where the truck's are not known; `load_misfit` the r.m.s. of relative
    differences of axle loads.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    truck: str
    spacing_m: float | None
    load_misfit: float
    fits: bool


class Offer(BaseModel):
    """The truck a pass is offered to, None where a person must choose, and how every truck with as many axles fits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    truck: str | None
    why: Why
    fits: tuple[Fit, ...] = ()

    @property
    def likely(self) -> bool:
        """Whether any truck fits."""
        return any(fit.fits for fit in self.fits)


def recognise(trucks: Sequence[Truck], spacings: Mapping[str, tuple[float, ...]], seen: Pass, usual: float | None = None) -> Offer:
    """Offer a pass to a truck.

    Parameters
    ----------
    trucks
        Those of the session.
    spacings
        By truck, its distances between axles where they are known: by tape, or by an accepted pass.
    usual
        What the scale shows of a kilogram now, None where nobody knows.
    """
    fits = tuple(_fit(truck, spacings.get(truck.name), seen, usual) for truck in trucks if len(truck.axles) == seen.axles)
    good = sorted((fit for fit in fits if fit.fits), key=lambda fit: fit.load_misfit)
    if not fits:
        return Offer(truck=None, why=Why.NO_SUCH_AXLES)
    if not good:
        return Offer(truck=None, why=Why.NONE_FITS, fits=fits)
    if len(good) == 1:
        return Offer(truck=good[0].truck, why=Why.PATTERN, fits=fits)
    best, other = good[0], good[1]
    clear = best.load_misfit <= CLEAR * other.load_misfit and other.load_misfit > LOAD_MISFIT
    return Offer(truck=best.truck if clear else None, why=Why.LOADS if clear else Why.TWO_FIT, fits=fits)


def _fit(truck: Truck, spacings_m: tuple[float, ...] | None, seen: Pass, usual: float | None) -> Fit:
    worst = None
    within = True
    if spacings_m is not None:
        apart = [abs(found - known) for found, known in zip(seen.spacings_m, spacings_m, strict=False)]
        worst = max(apart, default=0.0)
        within = all(gap <= max(SPACING_M, SPACING_SHARE * known) for gap, known in zip(apart, spacings_m, strict=False))
    ratios = [found / static - 1.0 for found, static in zip(seen.axle_kg, truck.axle_kg, strict=True)]
    ratio = seen.gross_kg / truck.gross_kg / (usual or 1.0)
    most = GROSS_UNKNOWN if usual is None else GROSS_KNOWN
    return Fit(
        truck=truck.name,
        spacing_m=None if worst is None else round(worst, 3),
        load_misfit=round(math.sqrt(sum(error**2 for error in ratios) / len(ratios)), 4),
        fits=within and 1.0 / most < ratio < most,
    )
