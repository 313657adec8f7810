"""When a patrol is likely to meet most overloads: the rate of each hour of the week, with what few counts leave open.

Overloads of an hour are taken as Poisson with a rate of its own; the rates of the week's hours as drawn from one gamma distribution, which
is fitted to them by moments (empirical Bayes: Clayton & Kaldor, Biometrics 43, 1987, section 3.1). Each hour's posterior is then a gamma
distribution between its own count and the week's mean: an hour seen twice stays near the mean, one seen a hundred times stands for itself.
Neighbouring hours of one weekday have been observed equally long, so that the sum of their posteriors is again a gamma distribution.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from central.analysis.report import Hours
from central.evidence.aggregates.calendar import DAYS_PER_WEEK, HOURS_PER_DAY

INTERVAL: Final = 0.9
"""Probability that the interval holds the rate, were the model true."""
SHIFTS_H: Final = (1, 2, 3, 4, 6, 8)
"""Lengths of a patrol that may be asked for."""
SHIFT_H: Final = 2
"""The one that is meant where none is."""
SUGGESTIONS_MAX: Final = 10
OVERLOADS_MIN: Final = 20
"""Fewer overloads over the whole week say nothing of its hours."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Some hours of one weekday; rates are overloads an hour at one station.

    Attributes
    ----------
    weekday, hour, hours
        Monday is 0; the first hour and how many.
    overloads, observed
        What was counted, and on how many days of a station.
    rate, low, high
        Posterior mean and the interval's ends.
    stands_out
        The interval's low end is above the week's mean rate.
    """

    weekday: int
    hour: int
    hours: int
    overloads: int
    observed: int
    rate: float
    low: float
    high: float
    stands_out: bool


class Silence(StrEnum):
    """Why nothing is suggested."""

    FEW = "few"
    """Too few overloads."""
    ALIKE = "alike"
    """The hours differ no more than chance alone explains."""


@dataclass(frozen=True, slots=True)
class Patrols:
    """The week's mean rate, how many overloads stand behind it, and the suggestions, the best first, or why there are none."""

    mean: float
    overloads: int
    suggestions: tuple[Suggestion, ...] = ()
    silence: Silence | None = None


@dataclass(frozen=True, slots=True)
class Prior:
    """A gamma distribution of rates: `shape` overloads in `hours`."""

    shape: float
    hours: float

    @property
    def mean(self) -> float:
        """The mean rate, that of the whole week."""
        return self.shape / self.hours


def suggest(week: Hours, shift_h: int) -> Patrols:
    """Give the best shifts of a length, none overlapping another.

    Parameters
    ----------
    week
        The counts.
    shift_h
        Length, one of `SHIFTS_H`.
    """
    observed_h = week.observed_h.astype(float)
    total, total_h = int(week.overloads.sum()), float(observed_h.sum())
    mean = total / total_h if total_h else 0.0
    if total < OVERLOADS_MIN:
        return Patrols(mean, total, silence=Silence.FEW)
    prior = fit_prior(week.overloads, observed_h)
    if prior is None:
        return Patrols(mean, total, silence=Silence.ALIKE)
    candidates = [_candidate(week, prior, weekday, hour, shift_h) for weekday, hour in _starts(week, shift_h)]
    chosen: list[_Candidate] = []
    for one in sorted(candidates, key=lambda one: (-one.rate, one.weekday, one.hour)):
        if all(one.weekday != other.weekday or abs(one.hour - other.hour) >= shift_h for other in chosen):
            chosen.append(one)
        if len(chosen) == SUGGESTIONS_MAX:
            break
    return Patrols(mean, total, tuple(_suggestion(one, prior, shift_h) for one in chosen))


def fit_prior(overloads: NDArray[np.int64], observed_h: NDArray[np.float64]) -> Prior | None:
    """Fit the distribution from which the hours' rates are drawn.

    Parameters
    ----------
    overloads, observed_h
        Counts and hours of observation, any one shape; cells that were not observed are left out.

    Returns
    -------
    Prior | None
        None where the rates spread no more than chance alone explains.
    """
    seen = observed_h > 0
    counts, hours = overloads[seen].astype(float), observed_h[seen]
    mean = counts.sum() / hours.sum()
    spread = float(np.sum(hours * (counts / hours - mean) ** 2) / hours.sum())
    by_chance = mean * seen.sum() / hours.sum()
    variance = spread - by_chance
    return Prior(mean**2 / variance, mean / variance) if variance > 0 else None


def _starts(week: Hours, shift_h: int) -> list[tuple[int, int]]:
    return [(weekday, hour) for weekday in range(DAYS_PER_WEEK) if week.days[weekday] for hour in range(HOURS_PER_DAY - shift_h + 1)]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A shift, and the posterior of its rate: a gamma distribution of `shape` overloads in `hours`."""

    weekday: int
    hour: int
    overloads: int
    observed: int
    shape: float
    hours: float

    @property
    def rate(self) -> float:
        """The posterior's mean."""
        return self.shape / self.hours


def _candidate(week: Hours, prior: Prior, weekday: int, hour: int, shift_h: int) -> _Candidate:
    overloads, observed = int(week.overloads[weekday, hour : hour + shift_h].sum()), int(week.days[weekday])
    return _Candidate(weekday, hour, overloads, observed, shift_h * prior.shape + overloads, (prior.hours + observed) * shift_h)


def _suggestion(one: _Candidate, prior: Prior, shift_h: int) -> Suggestion:
    """Give a chosen shift with its interval, which only the chosen ones need: a quantile of the gamma distribution is dear."""
    outside = (1 - INTERVAL) / 2
    low, high = (float(gammaincinv(one.shape, share)) / one.hours for share in (outside, 1 - outside))
    return Suggestion(
        weekday=one.weekday,
        hour=one.hour,
        hours=shift_h,
        overloads=one.overloads,
        observed=one.observed,
        rate=one.rate,
        low=low,
        high=high,
        stands_out=low > prior.mean,
    )
