"""When the next step of a case is due: terms in working days, as moments."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from central.office_settings import ReviewSettings
from central.review.calendars import calendar
from central.review.workflow import WORKFLOW, Decision, State
from contract.limits.pack import local_day
from contract.units import US_PER_S


@dataclass(frozen=True, slots=True)
class Term:
    """A term of working days: it ends with the day `last`, before `until_us`; `certain` where the holidays of all its years are known."""

    last: date
    until_us: int
    certain: bool


def term(begins_us: int, working_days: int, settings: ReviewSettings) -> Term:
    """Give the term of so many working days that begins at a moment."""
    counted = calendar(settings.calendar)
    begins = local_day(begins_us, settings.utc_offset_h)
    last = counted.after(begins, working_days)
    return Term(last, day_start_us(last + timedelta(days=1), settings), counted.is_known(begins, last))


def day_start_us(day: date, settings: ReviewSettings) -> int:
    """Give the moment at which a day begins."""
    return round(datetime(day.year, day.month, day.day, tzinfo=settings.zone).timestamp()) * US_PER_S


def decide_until_us(filed_us: int, settings: ReviewSettings) -> int:
    """Give the moment before which a case is decided that a person took up at another (Administrative Penalty Law, art. 60).

    Every day counts, not only working days; the day on which it was taken up does not.
    """
    return day_start_us(local_day(filed_us, settings.utc_offset_h) + timedelta(days=settings.decide_within_days + 1), settings)


def year_span_us(year: int, settings: ReviewSettings) -> tuple[int, int]:
    """Give the moments [from, until) of a year."""
    return day_start_us(date(year, 1, 1), settings), day_start_us(date(year + 1, 1, 1), settings)


def working_days_of(state: State, settings: ReviewSettings) -> int | None:
    """Give how many working days a case may stay in a state, None where there is no term; the office's own terms come first."""
    own = {State(name): days for name, days in settings.working_days.items()}
    return own.get(state, WORKFLOW.states[state].due_working_days)


def due_us(state: State, outcome: Decision | None, entered_us: int, settings: ReviewSettings) -> int | None:
    """Give the moment before which the next step is due, None where the state has no term."""
    days = working_days_of(state, settings)
    if days is None or (outcome is not None and outcome not in WORKFLOW.states[state].outcomes):
        return None
    return term(entered_us, days, settings).until_us


def is_due_certain(state: State, entered_us: int, settings: ReviewSettings) -> bool:
    """Whether a state's term was counted with the holidays of all its years, or only by weekends."""
    days = working_days_of(state, settings)
    return days is None or term(entered_us, days, settings).certain
