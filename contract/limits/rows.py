"""The kinds of limits that a rule pack may hold: each a row of its file with its article and its text in both languages."""

import math
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contract.recordable import AXLES_MAX
from contract.vehicles import Body
from contract.verdicts import Standing

KG_PER_LB: Final = 0.453_592_37
"""International avoirdupois pound, exact by definition (1959 agreement)."""

AxleCount = Annotated[int, Field(ge=1, le=AXLES_MAX)]
Load = Annotated[int, Field(gt=0, le=1_000_000)]
Distance = Annotated[int, Field(ge=0, le=100_000)]
Pattern = Annotated[str, Field(pattern=r"^[1-9][0-9]?(\+[1-9][0-9]?)*$")]


class Table(BaseModel):
    """A table of a rule pack: immutable, without keys that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(Table):
    """A rule with the article it stands in and its text."""

    article: Annotated[str, Field(min_length=1)]
    text_en: Annotated[str, Field(min_length=1)]
    text_zh: Annotated[str, Field(min_length=1)]


class Role(StrEnum):
    """What an axle group does; which one is driven is known where the configuration tells it."""

    STEERING = "steering"
    DRIVE = "drive"
    OTHER = "other"


class LoadLimit(Rule):
    """A rule that states a load, in kilograms or, where the law does, in pounds.

    `air_suspension_adds_kg` is what the law adds for air suspension and dual tyres on the driven axle; neither is seen, so it is always
    added, and the verdict says so.
    """

    limit_kg: Load | None = None
    limit_lb: Load | None = None
    air_suspension_adds_kg: Annotated[int, Field(ge=0, le=10_000)] = 0
    standing: Standing = Standing.ADVISORY

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        if (self.limit_kg is None) == (self.limit_lb is None):
            msg = "a limit is stated once: either limit_kg or limit_lb"
            raise ValueError(msg)
        return self

    @property
    def load_kg(self) -> int:
        """The load in whole kilograms; pounds are rounded up, so that no vehicle loses by the change of unit."""
        own_kg = self.limit_kg if self.limit_kg is not None else math.ceil((self.limit_lb or 0) * KG_PER_LB)
        return own_kg + self.air_suspension_adds_kg


class GrossLimit(LoadLimit):
    """The gross limit of one axle count, and of a body or of axle patterns where the law tells them apart."""

    axles: AxleCount
    and_more: bool = False
    body: Literal[Body.RIGID, Body.COMBINATION] | None = None
    patterns: Annotated[tuple[Pattern, ...], Field(min_length=1)] | None = None
    single_drive_axle_lowers: bool = False
    standing: Standing = Standing.ENFORCED

    def fits(self, axles: int, body: Body, pattern: str) -> bool:
        """Whether the limit applies; a body that is not known fits every row, so that the caller can take the highest."""
        counted = axles == self.axles or (self.and_more and axles > self.axles)
        return counted and (self.body is None or body in {self.body, Body.UNKNOWN}) and (self.patterns is None or pattern in self.patterns)


class GroupLimit(LoadLimit):
    """The limit of an axle group by its size, its role and the widest spacing within it."""

    axles: AxleCount
    and_more: bool = False
    role: Role | None = None
    spacing_below_mm: Annotated[int, Field(gt=0)] | None = None

    def fits(self, axles: int, role: Role, spacing_mm: int) -> bool:
        """Whether the limit applies to a group."""
        counted = axles == self.axles or (self.and_more and axles > self.axles)
        return counted and self.role in {None, role} and (self.spacing_below_mm is None or spacing_mm < self.spacing_below_mm)


class WindowLimit(LoadLimit):
    """The limit of any run of consecutive axles whose outermost centres lie over `extent_over_mm` and up to `extent_up_to_mm` apart."""

    axles: AxleCount = 1
    extent_over_mm: Distance | None = None
    extent_up_to_mm: Distance

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.extent_over_mm is not None and self.extent_over_mm >= self.extent_up_to_mm:
            msg = f"extent_over_mm {self.extent_over_mm} must be below extent_up_to_mm {self.extent_up_to_mm}"
            raise ValueError(msg)
        return self

    def fits(self, axles: int, extent_mm: int) -> bool:
        """Whether the limit applies to a run of axles."""
        return (
            axles >= self.axles and extent_mm <= self.extent_up_to_mm and (self.extent_over_mm is None or extent_mm > self.extent_over_mm)
        )


class TandemPair(Table):
    """Two consecutive tandems that may carry `each_lb` each, whatever the formula gives, if their outermost axles lie far enough apart."""

    each_lb: Load
    extent_least_mm: Distance
    tandem_over_mm: Distance
    tandem_up_to_mm: Distance


class FormulaLimit(Rule):
    """A limit computed by a named formula over every run of consecutive axles; its roundings are data."""

    name: Literal["bridge-formula-b"]
    distance_step_ft: Annotated[int, Field(ge=1, le=10)]
    weight_step_lb: Annotated[int, Field(ge=1, le=10_000)]
    tandem_pair: TandemPair | None = None
    standing: Standing


class AxleSum(Rule):
    """The gross weight may not exceed the sum of the limits of its axle groups."""

    standing: Standing = Standing.ADVISORY


class DriveShare(Rule):
    """The driven axles carry at least a share of the gross weight.

    Always advice: a load on the driven axle makes the share better, so a verdict that rested on it could get milder as the weight grows.
    """

    least_ppm: Annotated[int, Field(gt=0, le=1_000_000)]


class Exemption(Rule):
    """A reason, to be recorded by a reviewer with what shows it, for which the limit does not hold or is higher by `adds_kg`."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{2,60}$")]
    adds_kg: Annotated[int, Field(gt=0, le=100_000)] | None = None


class Rounding(StrEnum):
    """How a part of a step counts in a fine."""

    FLOOR = "floor"
    EXACT = "exact"
    CEILING = "ceiling"


class FineSchedule(Rule):
    """A fine by steps of overload, from nothing but a warning up to a cap."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    warning_up_to_kg: Annotated[int, Field(ge=0, le=100_000)]
    step_kg: Annotated[int, Field(gt=0, le=100_000)]
    amount_per_step: Annotated[int, Field(gt=0, le=1_000_000)]
    cap: Annotated[int, Field(gt=0, le=100_000_000)]
    rounding: Rounding
