"""Which stations and months an analysis is of."""

from dataclasses import dataclass
from typing import Final, Self

from central.evidence.aggregates.calendar import MONTHS_PER_YEAR, Moment, first_day
from contract.faults import RejectError

MONTHS_MAX: Final = 10 * MONTHS_PER_YEAR
"""Longest period: evidence older than ten years steers no patrol."""
YEAR_MIN: Final = 2_020
"""No station is older (`central.ingest.verify`)."""
YEAR_MAX: Final = 2_199


@dataclass(frozen=True, slots=True)
class Period:
    """Whole months, [first, end), each twelve times the year, plus 0 to 11."""

    first: int
    end: int

    @classmethod
    def last_year(cls, now_us: int) -> Self:
        """Give the twelve months up to and with the present one."""
        end = Moment.of(now_us).month + 1
        return cls(end - MONTHS_PER_YEAR, end)

    @classmethod
    def between(cls, first: int, last: int) -> Self:
        """Give the months from `first` to `last`, both within.

        Raises
        ------
        RejectError
            ``bad-period`` if they are in the wrong order or too many.
        """
        if not first <= last < first + MONTHS_MAX:
            what = f"is no period of 1 to {MONTHS_MAX} months; give a first month that is not after the last"
            raise RejectError("bad-period", f"period {month_text(first)} to {month_text(last)}", what)
        return cls(first, last + 1)

    @property
    def days(self) -> tuple[int, int]:
        """The days of the months, [first, end), counted from 1970-01-01."""
        return first_day(self.first), first_day(self.end)


@dataclass(frozen=True, slots=True)
class Selection:
    """Stations, by id, and the period; no station selects nothing.

    `whole` says that no enrolled station is left out, so that the sums of the whole network are theirs. It holds for the snapshot only in
    which the stations were read, and so must the sums be.
    """

    stations: tuple[str, ...]
    period: Period
    whole: bool = False


def parse_month(text: str) -> int:
    """Read a month as ``2026-03``.

    Raises
    ------
    RejectError
        ``bad-month`` if it is none.
    """
    year, _, month = text.partition("-")
    sound = len(year) == 4 and len(month) == 2 and text.isascii() and year.isdecimal() and month.isdecimal()
    if not sound or not (YEAR_MIN <= int(year) <= YEAR_MAX and 1 <= int(month) <= MONTHS_PER_YEAR):
        raise RejectError("bad-month", f"month {text[:20]!r}", f"is no month from {YEAR_MIN}-01 to {YEAR_MAX}-12; write it as 2026-03")
    return int(year) * MONTHS_PER_YEAR + int(month) - 1


def month_text(month: int) -> str:
    """Give a month as ``2026-03``."""
    year, index = divmod(month, MONTHS_PER_YEAR)
    return f"{year}-{index + 1:02d}"
