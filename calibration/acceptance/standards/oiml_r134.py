"""The tables of OIML R 134-1 and of JJG 907, which has the same classes."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from calibration.acceptance.standards.tables import Count, Head, Kilograms, Mark, Percent, Table, Text, must_be_distinct, must_rise


class MassClass(Table):
    """Maximum permissible error of the vehicle mass, %, and the largest scale interval d of a class."""

    name: Text
    initial_percent: Percent
    in_service_percent: Percent
    largest_interval_kg: Kilograms
    mark: Mark


class AxleClass(Table):
    """Axle loads: maximum permissible error (two-axle rigid vehicle) and deviation from the corrected mean (others), %."""

    name: Text
    mpe_initial_percent: Percent
    mpe_in_service_percent: Percent
    mpd_initial_percent: Percent
    mpd_in_service_percent: Percent
    mark: Mark


class Floor(Table):
    """An error up to this many scale intervals per axle is always permitted."""

    initial_intervals: Count
    in_service_intervals: Count
    mark: Mark


class ReferenceRule(Table):
    """How uncertain a reference may be, as a share of the error it judges."""

    u_share_most: Annotated[float, Field(gt=0, le=1)]
    mark: Mark


class Plan(Table):
    """Runs of each reference vehicle, beside one two-axle rigid vehicle and `other_types` more."""

    other_types: Count
    runs: Annotated[int, Field(ge=2)]
    centre: Count
    left: Count
    right: Count
    speeds: Annotated[int, Field(ge=1)]
    speed_ratio: Annotated[float, Field(gt=1, le=10)]
    mark: Mark


class OimlR134(Head):
    """Classes of vehicle mass and of axle loads, strictest first, with floor, reference and plan of the test."""

    id: Literal["oiml-r134", "jjg907"]
    floor: Floor
    reference: ReferenceRule
    plan: Plan
    mass_class: Annotated[tuple[MassClass, ...], Field(min_length=1, strict=False)]
    axle_class: Annotated[tuple[AxleClass, ...], Field(min_length=1, strict=False)]

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        must_be_distinct([*(row.name for row in self.mass_class), *(row.name for row in self.axle_class)], "class")
        for key in ("initial_percent", "in_service_percent", "largest_interval_kg"):
            must_rise(tuple(getattr(row, key) for row in self.mass_class), f"{key} of mass_class")
        for key in ("mpe_initial_percent", "mpe_in_service_percent", "mpd_initial_percent", "mpd_in_service_percent"):
            must_rise(tuple(getattr(row, key) for row in self.axle_class), f"{key} of axle_class")
        return self
