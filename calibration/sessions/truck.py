"""A reference truck: its axles as a static scale weighed them, and the distances between them by which it is recognised."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from calibration.acceptance.sample import Reference
from calibration.scales.reference_weights import ReferenceWeights, reference_weights
from calibration.scales.stable_load import StableLoad
from calibration.told import told

AXLES_MOST = 12
"""No reference truck has more; a low loader with twelve is a transport under permit."""

TruckName = Annotated[str, Field(pattern=r"^[\w.\-]{1,20}$")]
"""A letter, a number, a plate; Chinese characters are letters too."""

Spacing = Annotated[float, Field(ge=0.5, le=30.0)]


class Truck(BaseModel):
    """One truck in one state of loading; loaded anew it is another truck.

    Attributes
    ----------
    name
        How everybody calls it.
    axles
        Static load of each axle from the front.
    gross
        The whole on one platform, None where only axles were weighed.
    spacings_m
        Distances between neighbouring axles by tape, None where nobody measured them: its first accepted pass then tells them.
    groups
        Axles per group from the front; None leaves them to the weighing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: TruckName
    axles: Annotated[tuple[StableLoad, ...], Field(min_length=1, max_length=AXLES_MOST)]
    gross: StableLoad | None = None
    spacings_m: tuple[Spacing, ...] | None = None
    groups: tuple[Annotated[int, Field(ge=1, le=AXLES_MOST)], ...] | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.spacings_m is not None and len(self.spacings_m) != len(self.axles) - 1:
            msg = told(
                "%(axles)s axles have %(distances)s distances between them, %(given)s are given",
                axles=len(self.axles),
                distances=len(self.axles) - 1,
                given=len(self.spacings_m),
            )
            raise ValueError(msg)
        if self.groups is not None and sum(self.groups) != len(self.axles):
            msg = told(
                "groups %(groups)s make %(made)s axles, %(axles)s were weighed",
                groups="+".join(map(str, self.groups)),
                made=sum(self.groups),
                axles=len(self.axles),
            )
            raise ValueError(msg)
        return self

    def weights(self, expected_gross_kg: Decimal | None = None) -> ReferenceWeights:
        """Give its weights, found possible.

        Raises
        ------
        RejectError
            ``reference-factor`` or ``reference-sum``: a unit or a digit is wrong.
        """
        return reference_weights(self.axles, self.gross, where=told("truck %(name)s", name=self.name), expected_gross_kg=expected_gross_kg)

    @property
    def axle_kg(self) -> tuple[float, ...]:
        """Static load of each axle."""
        return tuple(float(axle.load_kg) for axle in self.axles)

    @property
    def gross_kg(self) -> float:
        """Static gross weight: as weighed whole, else the sum of axles."""
        return float(self.gross.load_kg) if self.gross is not None else sum(self.axle_kg)

    @property
    def gross_u_kg(self) -> float:
        """Its expanded uncertainty (k = 2)."""
        return 2.0 * ReferenceWeights(self.axles, self.gross).gross_u_kg

    @property
    def certified(self) -> bool:
        """Whether every figure is a certified scale's."""
        return all(load.certificate is not None for load in (*self.axles, *((self.gross,) if self.gross else ())))

    def reference(self) -> Reference:
        """Give the truth that acceptance judges by."""
        return Reference(
            vehicle=self.name,
            gross_kg=self.gross_kg,
            gross_u_kg=self.gross_u_kg if self.certified else None,
            axle_kg=self.axle_kg,
            axle_u_kg=max(2.0 * axle.standard_u_kg for axle in self.axles) if self.certified else None,
            spacings_m=self.spacings_m,
            groups=self.groups,
        )
