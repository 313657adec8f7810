"""The tables of COST 323."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from calibration.acceptance.standards.tables import Count, Head, Mark, Percent, Table, Text, must_be_distinct, must_rise

CostName = Literal["gross", "group", "single-axle", "axle-of-group", "speed", "spacing"]


class CostCriterion(Table):
    """Tolerance δ per class, %; `counts` tells whether the class of the whole rests on it."""

    name: CostName
    counts: bool
    tolerance_percent: Annotated[tuple[Percent, ...], Field(strict=False)]
    mark: Mark


class Environment(Table):
    """A condition of repeatability or reproducibility, what a sample must hold for it, and the share π0 it asks for by sample size."""

    name: Text
    title_en: Text
    title_zh: Text
    vehicles_least: Annotated[int, Field(ge=1)]
    speed_ratio_least: Annotated[float, Field(ge=1, le=10)]
    share_percent: Annotated[tuple[Percent, ...], Field(strict=False)]
    mark: Mark


class Cost323(Head):
    """Classes, tolerances, environments; `alpha` of Student's t, `initial_factor` on δ at initial verification."""

    id: Literal["cost323"]
    classes: Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]
    beyond: Text
    alpha: Annotated[float, Field(gt=0, lt=0.5)]
    initial_factor: Annotated[float, Field(gt=0, le=1)]
    factors_mark: Mark
    sizes: Annotated[tuple[Annotated[float, Field(ge=2)], ...], Field(min_length=2, strict=False)]
    criterion: Annotated[tuple[CostCriterion, ...], Field(min_length=1, strict=False)]
    environment: Annotated[tuple[Environment, ...], Field(min_length=1, strict=False)]

    @property
    def results_least(self) -> Count:
        """Fewest results that may be judged."""
        return int(self.sizes[0])

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        must_be_distinct((*self.classes, self.beyond), "class")
        must_be_distinct(tuple(row.name for row in self.criterion), "criterion")
        must_be_distinct(tuple(row.name for row in self.environment), "environment")
        must_rise(self.sizes, "sizes")
        for row in self.criterion:
            _of_length(row.tolerance_percent, self.classes, f"tolerance_percent of {row.name}", "classes")
            must_rise(row.tolerance_percent, f"tolerance_percent of {row.name}")
        for place in self.environment:
            _of_length(place.share_percent, self.sizes, f"share_percent of {place.name}", "sizes")
            must_rise(place.share_percent, f"share_percent of {place.name}")
        for at, size in enumerate(self.sizes):
            must_rise(tuple(place.share_percent[at] for place in self.environment), f"share_percent at n = {size:g}", falling=True)
        return self


def _of_length(values: tuple[float, ...], others: tuple[object, ...], what: str, like: str) -> None:
    if len(values) != len(others):
        msg = f"{what} has {len(values)} values, {like} has {len(others)}; give one for each"
        raise ValueError(msg)
