"""What a vehicle stands on across the lane: tyres, and the tracks that its axles keep to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

OTHERS_SHARES: Final = (0.25, 0.6, 0.15)
"""Single, dual and wide single tyres among axles behind the first; twin steering and lifting axles stand on singles."""

NARROW_AXLE_KG: Final = 1_800.0
"""Heaviest axle of a vehicle of up to 3.5 t."""
MOTORCYCLE_WHEELBASE_M: Final = 1.9
MOTORCYCLE_KG: Final = 600.0
NARROW_WHEELBASE_M: Final = 4.2


@dataclass(frozen=True, eq=False)
class Kind:
    """Vehicles alike across the lane.

    Attributes
    ----------
    tyres
        What they may stand on: (half of the track, m; width of a wheel, m).
    first
        (sets, tyres) of each set of tracks that one vehicle may have, with which tyre its first axle stands.
    others
        (sets, tyres) with which probability each further axle has which tyre.
    """

    tyres: tuple[tuple[float, float], ...]
    first: NDArray[np.float64]
    others: NDArray[np.float64]

    @property
    def has(self) -> NDArray[np.float64]:
        """(sets, tyres) 1 where a vehicle of the set may stand on the tyre."""
        return ((self.first > 0.0) | (self.others > 0.0)).astype(np.float64)


def _all_alike(tyres: tuple[tuple[float, float], ...]) -> Kind:
    alike = np.eye(len(tyres))
    return Kind(tyres, alike, alike)


def _mixed(singles: tuple[tuple[float, float], ...], duals: tuple[tuple[float, float], ...], super_single: tuple[float, float]) -> Kind:
    """Let a vehicle's single tyres have one track and its dual ones another; the first axle steers, on singles."""
    sets = [(single, len(singles) + dual) for single in range(len(singles)) for dual in range(len(duals))]
    first = np.zeros((len(sets), len(singles) + len(duals) + 1))
    others = np.zeros_like(first)
    for row, (single, dual) in enumerate(sets):
        first[row, single] = 1.0
        others[row, [single, dual, -1]] = OTHERS_SHARES
    return Kind((*singles, *duals, super_single), first, others)


WIDE: Final = _mixed(((0.92, 0.3), (0.96, 0.3), (1.0, 0.3), (1.04, 0.3)), ((0.90, 0.6), (0.93, 0.6), (0.96, 0.6)), (1.0, 0.42))
"""Trucks and buses of 2.55 m: single steering tyres outside, dual tyres 0.6 m from edge to edge, wide single tyres of trailers. The axles
of a vehicle keep to one track for each, so that what one axle tells of it holds for the others."""
NARROW: Final = _all_alike(((0.72, 0.2), (0.76, 0.25), (0.8, 0.25), (0.84, 0.25), (0.92, 0.3)))
"""Cars and vans: track 1.45 to 1.7 m."""
SINGLE_TRACK: Final = _all_alike(((0.0, 0.15),))
"""Motorcycles."""


def kinds_of(load_kg: NDArray[np.float64], spacings_m: list[float]) -> list[tuple[Kind, float]]:
    """Give what a vehicle may be across the lane, each with its probability before the shares are looked at."""
    heaviest, wheelbase_m = float(load_kg.max()), sum(spacings_m)
    if heaviest > NARROW_AXLE_KG or (spacings_m and spacings_m[0] > NARROW_WHEELBASE_M):
        return [(WIDE, 1.0)]
    if len(spacings_m) == 1 and wheelbase_m < MOTORCYCLE_WHEELBASE_M and float(load_kg.sum()) < MOTORCYCLE_KG:
        return [(SINGLE_TRACK, 0.8), (NARROW, 0.2)]
    return [(NARROW, 0.8), (WIDE, 0.2)]
