"""Axle configurations by the spacings between axles: tables of the patterns that trucks, buses and combinations have."""

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from contract.vehicles import Body
from edge.vehicles.classes.fit import Interval

Range = tuple[float, float]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Gaps(_Table):
    """The spacings in m that axles may have, by what lies between them."""

    within_group: Range
    twin_steer: Range
    wheelbase: Range
    coupling: Range
    trailer: Range


class Configuration(_Table):
    """One pattern of axle groups from the front; the first `power_axles` axles carry the power unit, the last group of which is driven.

    `and_more` lets the last group have more axles. `drive_axles` is how many are driven, absent where the pattern does not tell.
    `wheelbase_m` narrows the power unit's wheelbase; `gross_most_kg` keeps the row for light vehicles.
    """

    name: str
    groups: Annotated[tuple[int, ...], Field(min_length=1)]
    power_axles: Annotated[int, Field(ge=2)]
    body: Literal[Body.RIGID, Body.COMBINATION]
    and_more: bool = False
    drive_axles: Annotated[int, Field(ge=1)] | None = None
    wheelbase_m: Range | None = None
    gross_most_kg: Annotated[float, Field(gt=0)] | None = None

    @property
    def drive_group(self) -> int:
        """Number of the group that holds the driven axles: the power unit's last one."""
        return next(number for number in range(1, len(self.groups) + 1) if sum(self.groups[:number]) >= self.power_axles)

    def intervals(self, axles: int, gaps: Gaps) -> tuple[Interval, ...] | None:
        """Give the interval of each spacing for a vehicle of `axles` axles, None where the pattern has another count."""
        more = axles - sum(self.groups)
        if more < 0 or (more > 0 and not self.and_more):
            return None
        sizes = (*self.groups[:-1], self.groups[-1] + more)
        group_of = [number for number, size in enumerate(sizes) for _ in range(size)]
        return tuple(self._interval(group_of, behind, gaps) for behind in range(1, axles))

    def _interval(self, group_of: list[int], behind: int, gaps: Gaps) -> Interval:
        if group_of[behind] == group_of[behind - 1]:
            return Interval(*(gaps.twin_steer if group_of[behind] == 0 else gaps.within_group))
        if behind < self.power_axles:
            return Interval(*(self.wheelbase_m or gaps.wheelbase))
        return Interval(*(gaps.coupling if behind == self.power_axles else gaps.trailer))


class ConfigurationTable(_Table):
    """A table of configurations, as read from its file."""

    gap: Gaps
    configuration: tuple[Configuration, ...]

    def of_axles(self, axles: int) -> tuple[tuple[Configuration, tuple[Interval, ...]], ...]:
        """Give the rows for vehicles of `axles` axles, each with the interval of every spacing."""
        if axles not in self._by_axles:
            rows = ((row, row.intervals(axles, self.gap)) for row in self.configuration)
            self._by_axles[axles] = tuple((row, intervals) for row, intervals in rows if intervals is not None)
        return self._by_axles[axles]

    @cached_property
    def _by_axles(self) -> dict[int, tuple[tuple[Configuration, tuple[Interval, ...]], ...]]:
        return {}


@dataclass(frozen=True, slots=True)
class Scored:
    """A row with the probability that the vehicle is of it."""

    row: Configuration
    probability: float


@cache
def configuration_table(name: Literal["cn", "eu"]) -> ConfigurationTable:
    """Give the Chinese or the European table."""
    text = files("edge.vehicles.classes").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return ConfigurationTable.model_validate(tomllib.loads(text))


def score(table: ConfigurationTable, spacings_m: Sequence[float], spacing_sd_m: float, gross_kg: float | None) -> list[Scored]:
    """Give the probability of each row that has as many axles; a row for light vehicles needs the gross weight.

    The errors of the spacings count as independent and normal.
    """
    found = []
    for row, intervals in table.of_axles(len(spacings_m) + 1):
        if row.gross_most_kg is not None and (gross_kg is None or gross_kg > row.gross_most_kg):
            continue
        inside = [interval.probability(spacing, spacing_sd_m) for interval, spacing in zip(intervals, spacings_m, strict=True)]
        found.append(Scored(row, math.prod(inside)))
    return found
