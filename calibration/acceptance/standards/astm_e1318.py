"""The tables of ASTM E1318."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from calibration.acceptance.standards.tables import Head, Mark, Percent, Table, Text, must_be_distinct

AstmName = Literal["wheel", "axle", "group", "gross"]


class Tolerance(Table):
    """Tolerance of one criterion of one type: relative, or in pounds for loads from `from_lb` on."""

    type: Text
    criterion: AstmName
    percent: Percent | None = None
    lb: Annotated[float, Field(gt=0, le=100_000)] | None = None
    from_lb: Annotated[float, Field(gt=0, le=1_000_000)] | None = None
    mark: Mark

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        if (self.percent is None) == (self.lb is None) or (self.lb is None) != (self.from_lb is None):
            msg = "a tolerance is either percent, or lb together with from_lb"
            raise ValueError(msg)
        return self

    @property
    def at_most_percent(self) -> float:
        """Give the largest relative error it can allow."""
        if self.percent is not None:
            return self.percent
        return 100.0 * (self.lb or 0.0) / (self.from_lb or 1.0)


class SpeedTolerance(Table):
    """Of every type."""

    tolerance_mph: Annotated[float, Field(gt=0, le=20)]
    mark: Mark


class SpacingTolerance(Table):
    """Of every type."""

    tolerance_ft: Annotated[float, Field(gt=0, le=5)]
    mark: Mark


class AstmE1318(Head):
    """Types, strictest first, and the share of results that must keep each tolerance."""

    id: Literal["astm-e1318"]
    types: Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]
    share_percent: Percent
    share_mark: Mark
    results_least: Annotated[int, Field(ge=1)]
    speed: SpeedTolerance
    spacing: SpacingTolerance
    tolerance: Annotated[tuple[Tolerance, ...], Field(min_length=1, strict=False)]

    def tolerance_of(self, type_name: str, criterion: str) -> Tolerance | None:
        """Give a type's tolerance for a criterion, None where the type has none."""
        return next((row for row in self.tolerance if (row.type, row.criterion) == (type_name, criterion)), None)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        must_be_distinct(self.types, "type")
        must_be_distinct(tuple(f"{row.type} {row.criterion}" for row in self.tolerance), "tolerance")
        unknown = next((row.type for row in self.tolerance if row.type not in self.types), None)
        if unknown is not None:
            msg = f"tolerance of type {unknown!r}, but types are {', '.join(self.types)}"
            raise ValueError(msg)
        return self
