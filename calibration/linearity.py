"""Whether the scale reads light and heavy axles alike, as far as the reference vehicles tell, and up to which load that is known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

PER_KG: Final = 10_000.0
"""Slopes are given per this load: the spread of axle loads on a road."""

LEAST_AXLES: Final = 5
"""Fewest axles of reference vehicles that a slope is fitted to: three of them are what says how sure it is."""

LEAST_SPREAD: Final = 1.25
"""Heaviest over lightest axle load; less tells nothing of a slope."""

OPEN_MAX: Final = 0.025
"""What may be left open of the linearity at the range's end: half the permissible error in service of class 5 (OIML R 134-1, JJG 907)."""

BEYOND: Final = 1.1
"""Without a slope the range ends at this share of the heaviest reference axle, as that of speeds does."""


class Linearity(BaseModel):
    """Relative change of the reading per `PER_KG` of axle load; it is not corrected for, as it is not told apart from none.

    Parameters
    ----------
    slope, u
        The change and its standard uncertainty, from the scatter between axles of different vehicles and places.
    middle_kg
        Mean of the reference axles' loads, at which the gains hold.
    axles
        How many axles it rests on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    slope: Annotated[float, Field(gt=-0.5, lt=0.5)]
    u: Annotated[float, Field(ge=0, lt=1)]
    middle_kg: Annotated[float, Field(gt=0)]
    axles: Annotated[int, Field(ge=LEAST_AXLES)]

    def open_at(self, load_kg: float) -> float:
        """Give how much a reading may err by what is not corrected: slope plus expanded uncertainty (k = 2), as GUM F.2.4.5 says."""
        return (abs(self.slope) + 2 * self.u) * abs(load_kg - self.middle_kg) / PER_KG

    @property
    def heaviest_kg(self) -> float:
        """The axle load up to which what is left open stays within `OPEN_MAX`."""
        return self.middle_kg + PER_KG * OPEN_MAX / max(abs(self.slope) + 2 * self.u, 1e-4)


def fit_linearity(axle_kg: Sequence[float], errors: Sequence[float]) -> Linearity | None:
    """Fit the slope to the mean relative error of each reference axle; None where too few axles, or too alike ones, were driven.

    Repeats of one axle are no further axles: what its place in the vehicle and the road do to it comes again in each of them.
    """
    loads: NDArray[np.float64] = np.array(axle_kg)
    if loads.size < LEAST_AXLES or loads.max() < LEAST_SPREAD * loads.min():
        return None
    matrix = np.column_stack((np.ones(loads.size), (loads - loads.mean()) / PER_KG))
    solution = np.linalg.lstsq(matrix, np.array(errors), rcond=None)[0]
    residual = np.array(errors) - matrix @ solution
    variance = float(residual @ residual) / (loads.size - 2)
    covariance = variance * np.linalg.inv(matrix.T @ matrix)
    return Linearity(
        slope=round(float(solution[1]), 6),
        u=round(float(np.sqrt(covariance[1, 1])), 6),
        middle_kg=round(float(loads.mean()), 1),
        axles=loads.size,
    )
