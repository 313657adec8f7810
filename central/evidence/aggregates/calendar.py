"""Local days, months and hours as the sums are keyed by them: whole numbers, in the one zone in which the pages write times."""

from dataclasses import dataclass
from datetime import date, timedelta, timezone
from typing import Final, Self

from contract.units import US_PER_HOUR

CHINA_STANDARD_TIME: Final = timezone(timedelta(hours=8))
"""One zone, no summer time since 1991: needs no zone database."""
HOURS_PER_DAY: Final = 24
DAYS_PER_WEEK: Final = 7
MONTHS_PER_YEAR: Final = 12
_OFFSET_US: Final = 8 * US_PER_HOUR
_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()
_EPOCH_WEEKDAY: Final = 3
"""1970-01-01 was a Thursday; Monday is 0."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A local hour: `day` counts from 1970-01-01, `month` is twelve times the year, plus 0 to 11; `weekday` is 0 on Monday."""

    day: int
    month: int
    weekday: int
    hour: int

    @classmethod
    def of(cls, time_us: int) -> Self:
        """Give the local hour of a moment, UTC in µs."""
        hours = (time_us + _OFFSET_US) // US_PER_HOUR
        day, hour = divmod(hours, HOURS_PER_DAY)
        return cls(day, month_of(day), weekday_of(day), hour)


def date_of(day: int) -> date:
    """Give the date of a day."""
    return date.fromordinal(_EPOCH_ORDINAL + day)


def day_of(moment: date) -> int:
    """Give the day of a date."""
    return moment.toordinal() - _EPOCH_ORDINAL


def weekday_of(day: int) -> int:
    """Give the weekday of a day, 0 on Monday."""
    return (day + _EPOCH_WEEKDAY) % DAYS_PER_WEEK


def month_of(day: int) -> int:
    """Give the month of a day."""
    found = date_of(day)
    return found.year * MONTHS_PER_YEAR + found.month - 1


def first_day(month: int) -> int:
    """Give the first day of a month; that of the next month is the end of this one."""
    year, index = divmod(month, MONTHS_PER_YEAR)
    return day_of(date(year, index + 1, 1))


def start_us(day: int) -> int:
    """Give the moment at which a local day begins, UTC in µs."""
    return day * HOURS_PER_DAY * US_PER_HOUR - _OFFSET_US
