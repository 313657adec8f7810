"""A rule pack: one legal order's limits, valid from a date, as read from one TOML file."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from contract.limits.rows import (
    AxleSum,
    DriveShare,
    Exemption,
    FineSchedule,
    FormulaLimit,
    GrossLimit,
    GroupLimit,
    Load,
    Table,
    WindowLimit,
)
from contract.media import Sha256
from contract.units import US_PER_S
from contract.vehicles import VehicleFlag
from contract.verdicts import Bar

NEVER_CLEARED: Final = frozenset({VehicleFlag.INCOMPLETE, VehicleFlag.UNCALIBRATED})
"""Flags that no pack may clear: what was not weighed whole has no weight, and what no certificate covers grounds no penalty."""

FIGURE_MILLI: Final = 1_000
"""Records carry a flag's figure in thousandths of its unit."""


class FlagBar(Table):
    """The bar that a flag raises; with `above`, only where the size of its figure is more than that."""

    bar: Bar
    above: Annotated[float, Field(ge=0, le=1_000_000)] | None = None


class RulePack(Table):
    """One legal order's limits; `sha256` is the digest of the file's bytes.

    Dates are days at `utc_offset_h`; `effective_until` is the last day in force, None for a pack that holds until it is replaced.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{2,40}$")]
    family: Annotated[str, Field(pattern=r"^[a-z0-9-]{2,40}$")]
    version: Annotated[int, Field(ge=1)]
    sha256: Sha256
    effective_from: date
    effective_until: date | None = None
    utc_offset_h: Annotated[int, Field(ge=-12, le=14)]
    authority_en: str
    authority_zh: str
    title_en: str
    title_zh: str
    sources: Annotated[tuple[str, ...], Field(min_length=1)]
    single_tyre_reduction_kg: Annotated[int, Field(ge=0, le=100_000)] = 0
    single_drive_axle_reduction_kg: Annotated[int, Field(ge=0, le=100_000)] = 0
    gross: Annotated[tuple[GrossLimit, ...], Field(min_length=1)]
    group: tuple[GroupLimit, ...] = ()
    window: tuple[WindowLimit, ...] = ()
    formula: tuple[FormulaLimit, ...] = ()
    axle_sum: AxleSum | None = None
    drive_share: DriveShare | None = None
    exemption: tuple[Exemption, ...] = ()
    fine: FineSchedule | None = None
    bars: dict[VehicleFlag, Bar | Literal["none"] | FlagBar]

    @model_validator(mode="after")
    def _dates(self) -> Self:
        if self.effective_until is not None and self.effective_until < self.effective_from:
            msg = f"effective_until {self.effective_until} is before effective_from {self.effective_from}"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        keyed: dict[str, list[object]] = {
            "gross": [(row.axles, row.body, pattern) for row in self.gross for pattern in row.patterns or (None,)],
            "group": [(row.axles, row.role, row.spacing_below_mm) for row in self.group],
            "exemption": [row.id for row in self.exemption],
        }
        for what, keys in keyed.items():
            twice = next((key for key in keys if keys.count(key) > 1), None)
            if twice is not None:
                msg = f"two [[{what}]] rows are for the same {twice}; state each once"
                raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _lowered_by_less_than_it_is(self) -> Self:
        lowest: Load = min(row.load_kg for row in self.gross)
        if max(self.single_tyre_reduction_kg, self.single_drive_axle_reduction_kg) >= lowest:
            msg = f"a reduction of the limit must be below the lowest gross limit, {lowest} kg"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _keeps_what_no_pack_may_clear(self) -> Self:
        cleared = sorted(flag for flag in NEVER_CLEARED if self.bars.get(flag) == "none" or isinstance(self.bars.get(flag), FlagBar))
        if cleared:
            msg = f"bars.{cleared[0]} may not be cleared nor given a threshold; name its bar, or leave it out"
            raise ValueError(msg)
        return self

    def in_force(self, time_us: int) -> bool:
        """Whether the pack is in force at a moment of UTC, in microseconds since 1970."""
        day = local_day(time_us, self.utc_offset_h)
        return self.effective_from <= day and (self.effective_until is None or day <= self.effective_until)

    def barred_by(self, flag: VehicleFlag, figure_milli: int) -> FlagBar | None:
        """Give the bar that a flag raises with its figure in thousandths, None where the pack clears it; a flag it does not name bars."""
        said = self.bars.get(flag, Bar.FLAGGED)
        if said == "none":
            return None
        if not isinstance(said, FlagBar):
            return FlagBar(bar=said)
        return said if said.above is None or abs(figure_milli) > said.above * FIGURE_MILLI else None


def local_day(time_us: int, utc_offset_h: int) -> date:
    """Give the day of a moment at an offset from UTC."""
    moment = datetime.fromtimestamp(time_us // US_PER_S, UTC)
    return moment.astimezone(timezone(timedelta(hours=utc_offset_h))).date()
