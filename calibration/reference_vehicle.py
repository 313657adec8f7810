"""The reference vehicles of a calibration: static axle loads and how sure those are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

Kilograms = Annotated[float, Field(gt=0, le=200_000)]


class ReferenceVehicle(BaseModel):
    """One vehicle in one state of loading; uncertainties are expanded (k = 2), None where nobody stated them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    vehicle: str
    axle_kg: Annotated[tuple[Kilograms, ...], Field(min_length=1)]
    axle_u_kg: Kilograms | None = None
    gross_u_kg: Kilograms | None = None

    @property
    def gross_kg(self) -> float:
        """The sum of its axles."""
        return sum(self.axle_kg)

    @property
    def relative_u(self) -> float | None:
        """Relative standard uncertainty of its gross weight; axles weighed one by one on one scale share its error, so theirs add up."""
        if self.gross_u_kg is not None:
            return self.gross_u_kg / 2 / self.gross_kg
        return None if self.axle_u_kg is None else len(self.axle_kg) * self.axle_u_kg / 2 / self.gross_kg


def common_u(vehicles: Sequence[ReferenceVehicle]) -> float | None:
    """Give the relative standard uncertainty that the reference weights lend to the calibration, None unless every vehicle states its own.

    They were weighed on one scale, so its error is common to them and does not shrink with their number.
    """
    stated = [vehicle.relative_u for vehicle in vehicles]
    known = [u for u in stated if u is not None]
    return float(np.mean(known)) if known and len(known) == len(stated) else None
