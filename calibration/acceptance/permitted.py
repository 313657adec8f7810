"""Errors that OIML R 134-1 permits, and the results that are held against them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from calibration.acceptance.report import Stage
from calibration.acceptance.sample import Run
from calibration.acceptance.standards.oiml_r134 import OimlR134

ROUNDING_KG: Final = 1e-6
"""Results on the very border keep it, in spite of binary fractions."""


@dataclass(frozen=True)
class Result:
    """One result: of which run, what it should be, what it is, over how many axles, and how uncertain its reference is (kg, k = 2)."""

    run: Run
    wanted_kg: float
    found_kg: float
    axles: int
    reference_u_kg: float | None

    @property
    def error_kg(self) -> float:
        """Found minus wanted."""
        return self.found_kg - self.wanted_kg


@dataclass(frozen=True)
class Limits:
    """One class: its name, percentage, floor in intervals per axle, interval and share of the reference's uncertainty."""

    name: str
    percent: float
    floor_intervals: int
    interval_kg: float | None
    largest_interval_kg: float | None
    u_share_most: float

    def permitted_kg(self, result: Result) -> float:
        """Give the error permitted: the percentage rounded to the interval, or the floor where that is more."""
        permitted = self.percent / 100.0 * result.wanted_kg
        if self.interval_kg is None:
            return permitted
        return max(rounded(permitted, self.interval_kg), self.floor_intervals * self.interval_kg * result.axles)

    def keeps(self, result: Result, off_kg: float = 0.0) -> bool:
        """Whether a result lies within, after `off_kg` was taken off."""
        return abs(result.error_kg - off_kg) <= self.permitted_kg(result) + ROUNDING_KG

    def can_judge(self, result: Result) -> bool:
        """Whether the reference is sure enough; what nobody stated is a gap of its own."""
        return result.reference_u_kg is None or result.reference_u_kg <= self.u_share_most * self.permitted_kg(result) + ROUNDING_KG

    @property
    def interval_fits(self) -> bool:
        """Whether the class allows the scale interval."""
        return self.interval_kg is None or self.largest_interval_kg is None or self.interval_kg <= self.largest_interval_kg


def rounded(value_kg: float, interval_kg: float | None) -> float:
    """Give the nearest whole number of intervals (halves up), as a scale indicates; unchanged where no interval is stated."""
    return value_kg if interval_kg is None else math.floor(value_kg / interval_kg + 0.5) * interval_kg


def _floor(standard: OimlR134, stage: Stage) -> int:
    return standard.floor.initial_intervals if stage == "initial" else standard.floor.in_service_intervals


def mass_limits(standard: OimlR134, stage: Stage, interval_kg: float | None) -> list[Limits]:
    """Give the limits of the vehicle mass, class by class."""
    floor, u_share = _floor(standard, stage), standard.reference.u_share_most
    return [
        Limits(
            row.name,
            row.initial_percent if stage == "initial" else row.in_service_percent,
            floor,
            interval_kg,
            row.largest_interval_kg,
            u_share,
        )
        for row in standard.mass_class
    ]


def axle_limits(standard: OimlR134, stage: Stage, interval_kg: float | None, what: Literal["mpe", "mpd"]) -> list[Limits]:
    """Give the limits of axle loads, class by class: permissible error (mpe) or deviation from the corrected mean (mpd)."""
    floor, u_share = _floor(standard, stage), standard.reference.u_share_most
    key = f"{what}_{'initial' if stage == 'initial' else 'in_service'}_percent"
    return [Limits(row.name, getattr(row, key), floor, interval_kg, None, u_share) for row in standard.axle_class]
