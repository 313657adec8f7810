"""The 13 vehicle classes of the Federal Highway Administration by the LTPP rule: spacings, gross weight and steering axle."""

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from contract.vehicles import Body
from edge.vehicles.classes.fit import Fit, Interval, best_of

M_PER_FT = 0.3048
KG_PER_KIP = 453.592_37


@dataclass(frozen=True, slots=True)
class Measured:
    """What the rule asks of a vehicle, with standard uncertainties: spacings front to rear, gross weight, load of the first axle."""

    spacings_m: Sequence[float]
    spacing_sd_m: float
    gross_kg: float
    gross_sd_kg: float
    steer_kg: float
    steer_sd_kg: float


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Row(_Table):
    """One row of the rule, in its own units; `tail_ft` holds for every spacing beyond those listed, so the row fits more axles too.

    `body` is what the class is by its definition, so that a twin-steered truck whose spacings fit a tractor with a semi-trailer is not one.
    """

    number: Annotated[int, Field(ge=1, le=13)]
    name: str
    body: Literal[Body.RIGID, Body.COMBINATION]
    spacings_ft: Annotated[tuple[tuple[float, float], ...], Field(min_length=1)]
    tail_ft: tuple[float, float] | None = None
    gross_kip: tuple[float, float] | None = None
    gross_over_kip: float | None = None
    steer_least_kip: float | None = None

    @property
    def gross_kg(self) -> Interval:
        """The gross weights that fit."""
        least, most = self.gross_kip or (self.gross_over_kip or 0.0, math.inf)
        return Interval(least * KG_PER_KIP, most * KG_PER_KIP)

    def intervals_m(self, spacings: int) -> tuple[Interval, ...] | None:
        """Give the interval of each spacing, None where the row is for another axle count."""
        more = spacings - len(self.spacings_ft)
        if more < 0 or (more > 0 and self.tail_ft is None):
            return None
        ranges = [*self.spacings_ft, *[self.tail_ft or (0.0, 0.0)] * more]
        return tuple(Interval(least * M_PER_FT, most * M_PER_FT) for least, most in ranges)

    def probability(self, one: Measured, intervals: tuple[Interval, ...]) -> float:
        """Give the probability that the true values fit these intervals of the spacings; their errors count as independent and normal."""
        shares = [interval.probability(value, one.spacing_sd_m) for interval, value in zip(intervals, one.spacings_m, strict=True)]
        shares.append(self.gross_kg.probability(one.gross_kg, one.gross_sd_kg))
        if self.steer_least_kip is not None:
            shares.append(Interval(self.steer_least_kip * KG_PER_KIP, math.inf).probability(one.steer_kg, one.steer_sd_kg))
        return math.prod(shares)


class RuleTable(_Table):
    """The whole rule, as read from its file."""

    row: tuple[Row, ...]

    def of_spacings(self, spacings: int) -> tuple[tuple[Row, tuple[Interval, ...]], ...]:
        """Give the rows for vehicles with so many spacings, each with the interval of every spacing."""
        if spacings not in self._by_spacings:
            rows = ((row, row.intervals_m(spacings)) for row in self.row)
            self._by_spacings[spacings] = tuple((row, intervals) for row, intervals in rows if intervals is not None)
        return self._by_spacings[spacings]

    @cached_property
    def _by_spacings(self) -> dict[int, tuple[tuple[Row, tuple[Interval, ...]], ...]]:
        return {}


@cache
def rule_table() -> RuleTable:
    """Give the LTPP rule."""
    return RuleTable.model_validate(tomllib.loads(files("edge.vehicles.classes").joinpath("fhwa.toml").read_text(encoding="utf-8")))


def fhwa_class(one: Measured, body: Body) -> Fit:
    """Give the class by the LTPP rule, unstated where two fit, none does, or the one that fits contradicts a known body."""
    scored = [(row, row.probability(one, intervals)) for row, intervals in rule_table().of_spacings(len(one.spacings_m))]
    fit = best_of((str(row.number), probability) for row, probability in scored)
    bodies = {row.body for row, probability in scored if probability > 0.0 and str(row.number) == fit.name}
    if fit.name is not None and body is not Body.UNKNOWN and body not in bodies:
        return Fit(None, fit.probability, fit.candidates)
    return fit
