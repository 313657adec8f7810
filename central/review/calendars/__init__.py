"""Calendars of public holidays, each a dated file, and the counting of working days by them."""

import tomllib
from datetime import date, timedelta
from functools import cache, cached_property
from importlib.resources import files
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from contract.faults import StopError

SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)


class Year(BaseModel):
    """The days of one year on which the week's rule does not hold; `off` are ranges, first and last day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    year: Annotated[int, Field(ge=1990, le=2200)]
    source: Annotated[str, Field(min_length=1)]
    off: tuple[tuple[date, date], ...]
    worked: tuple[date, ...]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        days = [*self.worked, *(day for span in self.off for day in span)]
        if any(day.year != self.year for day in days) or any(first > last for first, last in self.off):
            msg = f"the days of {self.year} lie in it, and a holiday's first day is not after its last"
            raise ValueError(msg)
        wrong = [day for day in self.worked if day.weekday() < SATURDAY or self.is_off(day)]
        if wrong:
            msg = f"{wrong[0]} is worked in place of a holiday: it must be a Saturday or Sunday outside of the holidays"
            raise ValueError(msg)
        return self

    def is_off(self, day: date) -> bool:
        """Whether a day lies in a holiday."""
        return any(first <= day <= last for first, last in self.off)


class Calendar(BaseModel):
    """The years that are known; of the others only the weekends."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    year: tuple[Year, ...] = ()

    @cached_property
    def years(self) -> dict[int, Year]:
        """Years by number."""
        return {row.year: row for row in self.year}

    def is_known(self, first: date, last: date) -> bool:
        """Whether the holidays of every year from one day to another are known."""
        return all(year in self.years for year in range(first.year, last.year + 1))

    def is_working_day(self, day: date) -> bool:
        """Whether a day is worked."""
        year = self.years.get(day.year)
        if year is not None and day in year.worked:
            return True
        return day.weekday() < SATURDAY and not (year is not None and year.is_off(day))

    def after(self, day: date, working_days: int) -> date:
        """Give the last day of a term of so many working days; the day on which it begins does not count (Civil Code, art. 201).

        Raises
        ------
        ValueError
            If the number is below 1.
        """
        if working_days < 1:
            msg = f"a term has at least 1 working day, not {working_days}"
            raise ValueError(msg)
        left = working_days
        while left:
            day += _DAY
            left -= self.is_working_day(day)
        return day

    def between(self, day: date, last: date) -> int:
        """Give how many working days lie after one day up to and with another; 0 where that is not later."""
        return sum(self.is_working_day(day + _DAY * number) for number in range(1, (last - day).days + 1))


@cache
def calendar(name: str) -> Calendar:
    """Give a calendar that ships with this version.

    Raises
    ------
    StopError
        ``calendar-unknown`` or ``calendar-invalid``.
    """
    shipped = {item.name.removesuffix(".toml"): item for item in files(__name__).iterdir() if item.name.endswith(".toml")}
    if name not in shipped:
        raise StopError("calendar-unknown", "review.calendar", f"{name!r} is not shipped; this version has {', '.join(sorted(shipped))}")
    try:
        return Calendar.model_validate(tomllib.loads(shipped[name].read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise StopError("calendar-invalid", f"{name}.toml", str(error)) from error
