"""Since when, how fast, how sure: the change points that days of sums allow, with what speed, temperature and cargo explain taken off.

The readings of comparison j on day d are  z·θ + h·δ·g(d) + u + ε:  what they depend on without any change, a change of size δ along the
direction h of its subject, what is new in the day (the mixture of vehicles, the weather), and scatter. The course g is a step or a ramp
that begins at the start of some day. θ, δ and u are normal, so that the evidence for each subject, course and onset against no change has a
closed form (Bayes factor of a normal mean); summed over all of them with their prior it is the odds that something changes. This is
Bayesian change-point detection with every onset kept (P. Fearnhead, Statistics and Computing 16, 2006), and the sequential probability
ratio test of A. Wald over mixtures: the share of false alarms is bounded by the prior and the threshold, as far as the model holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.special import logsumexp

from calibration.drift.sums import Sums

Array = NDArray[np.float64]

STEP, RAMP = 0, 1
"""Courses of a change, as the first index of `Evidence`."""

PRIOR_DAYS: Final = 10.0
"""How many days' worth the prior of the day's own part has."""

OUTLIER: Final = 8.0
"""Squared differences of successive days beyond this multiple of their median are taken as this: a step is no unrest."""

STEP_SD, RAMP_SD_PER_DAY = 0.02, 0.01 / 7.0
"""Prior size of a change: 2 % at once, 1 % a week (relative, normal, standard deviation)."""

CHANGES_PER_DAY: Final = 1.0 / 180.0
"""Prior: something in a lane begins to change twice a year."""


@dataclass(frozen=True)
class Evidence:
    """How far each comparison moved along each course from each onset.

    Attributes
    ----------
    score, information
        (2, onsets, comparisons): maximum-likelihood size of the change times its information, and the information.
    axes
        (comparisons, c): the independent combinations of the readings they are given for.
    days
        (onsets,) first days of a change; also the days there are.
    residual, precision
        (D, comparisons): mean of each day with what explains it taken off, and its precision, the day's own part included.
    """

    score: Array
    information: Array
    axes: Array
    days: NDArray[np.int64]
    residual: Array
    precision: Array


def evidence(days: NDArray[np.int64], sums: Sequence[Sums], prior_sd: Array, day_sd: float) -> Evidence:
    """Take off what explains the readings without a change, and give what the days say for one.

    Parameters
    ----------
    days
        (D,) numbers of the days, ascending.
    sums
        Of each day.
    prior_sd
        (p,) of the regressors' coefficients.
    day_sd
        Prior standard deviation of a day's own part.
    """
    w = np.array([day.w for day in sums])
    wz, wy = np.array([day.wz for day in sums]), np.array([day.wy for day in sums])
    wzz, wzy, wyy = (sum(getattr(day, part) for day in sums) for part in ("wzz", "wzy", "wyy"))
    number = sum(day.number for day in sums)
    prior = np.diag(1.0 / prior_sd**2)
    variance, axes = _scatter(wzz, wzy, wyy, number, prior)
    scores, informations, residuals, precisions = [], [], [], []
    for own, axis in zip(variance, axes, strict=True):
        y, zy = wy @ axis / own, wzy @ axis / own
        plain = _Days(w / own, wz / own, y)
        day2 = _day_variance(plain, wzz / own + prior, zy, day_sd)
        shared = day2 / (1.0 + day2 * plain.w)  # what the day's own part takes from each sum
        z = plain.wz
        normal = wzz / own + prior - (z * shared[:, None]).T @ z
        solved = cho_factor(normal, lower=True)
        keep = 1.0 / (1.0 + day2 * plain.w)
        left = _Days(plain.w * keep, z * keep[:, None], y * keep)
        coefficient = cho_solve(solved, zy - (z * shared[:, None]).T @ y)
        score, information = _along(days, left, solved, coefficient)
        scores.append(score)
        informations.append(information)
        residuals.append((left.wy - left.wz @ coefficient) / np.maximum(left.w, 1e-300))
        precisions.append(left.w)
    return Evidence(
        score=np.stack(scores, axis=2),
        information=np.stack(informations, axis=2),
        axes=axes,
        days=days,
        residual=np.stack(residuals, axis=1),
        precision=np.stack(precisions, axis=1),
    )


@dataclass(frozen=True)
class _Days:
    """(D,) weights, (D, p) and (D,) weighted sums of one independent combination."""

    w: Array
    wz: Array
    wy: Array


def _scatter(wzz: Array, wzy: Array, wyy: Array, number: float, prior: Array) -> tuple[Array, Array]:
    """Give the variance of a reading of weight one along its independent combinations, and these, (c, c) in rows."""
    fitted = np.linalg.solve(wzz + prior * 1e-6, wzy)
    residual = (wyy - wzy.T @ fitted) / max(number - wzz.shape[0], 1.0)
    variance, axes = np.linalg.eigh((residual + residual.T) / 2.0)
    return np.maximum(variance, 1e-10), axes.T


def _day_variance(days: _Days, normal: Array, zy: Array, usual_sd: float) -> float:
    """Give the variance of what is new in each day, from differences of successive days: a slow drift does not count, nor one step."""
    seen = np.flatnonzero(days.w > 0)
    if seen.size < 3:
        return usual_sd**2
    mean = (days.wy[seen] - days.wz[seen] @ np.linalg.solve(normal, zy)) / days.w[seen]
    square = np.diff(mean) ** 2
    expected = 1.0 / days.w[seen][1:] + 1.0 / days.w[seen][:-1]
    square = np.minimum(square, OUTLIER * np.median(square / expected) * expected)
    own = float(((square - expected) / 2.0).sum())
    return max((PRIOR_DAYS * usual_sd**2 + own) / (PRIOR_DAYS + square.size), (0.3 * usual_sd) ** 2)


def _along(days: NDArray[np.int64], left: _Days, solved: tuple[Array, bool], coefficient: Array) -> tuple[Array, Array]:
    """Give score and information (2, onsets) of steps and ramps from each day on."""
    place = (days - days[0]).astype(np.float64)
    start = place - 0.5  # a ramp that begins at the start of a day has reached half a day's growth in its mean

    def ahead(values: Array) -> tuple[Array, Array]:
        """Give the sums over the days from each onset on of step · values and ramp · values."""
        flat = values.reshape(len(values), -1)
        step = flat[::-1].cumsum(axis=0)[::-1]
        ramp = (flat * place[:, None])[::-1].cumsum(axis=0)[::-1] - start[:, None] * step
        return step, ramp

    w = ahead(left.w)
    squares = (left.w * place**2)[::-1].cumsum()[::-1]
    moment = (left.w * place)[::-1].cumsum()[::-1]
    own = (w[0][:, 0], squares - 2.0 * start * moment + start**2 * w[0][:, 0])
    score, information = [], []
    for g_y, g_z, g_g in zip(ahead(left.wy), ahead(left.wz), own, strict=True):
        score.append(g_y[:, 0] - g_z @ coefficient)
        information.append(g_g - (g_z * cho_solve(solved, g_z.T).T).sum(axis=1))
    return np.array(score), np.maximum(np.array(information), 0.0)


@dataclass(frozen=True)
class Change:
    """What the days say of one subject.

    Attributes
    ----------
    sure
        Probability that this subject changes.
    since, since_span
        Day of onset: half of the probability lies before its end; and the days between which it lies with 90 %.
    course, onset
        `STEP` or `RAMP`, the more probable one, and the index of its most probable first day.
    size, size_u
        Of that change (ramp: per day), and its standard uncertainty.
    now, now_u
        What the change has come to by the end of the last day, averaged over onsets and courses, with its standard uncertainty.
    """

    sure: float
    since: int
    since_span: tuple[int, int]
    course: int
    onset: int
    size: float
    size_u: float
    now: float
    now_u: float

    def shift(self, days: NDArray[np.int64]) -> Array:
        """Give the change at the middle of each day, (D,)."""
        passed = days - days[self.onset]
        growth = passed + 0.5 if self.course == RAMP else np.ones(days.size)
        return np.asarray(np.where(passed >= 0, growth * self.size, 0.0))


def weigh_subjects(found: Sequence[tuple[Evidence, Array]], scale: float = 1.0) -> list[Change]:
    """Weigh subjects, courses and onsets against one another and against no change; give the subjects in their order.

    Parameters
    ----------
    found
        Evidence with the subjects' directions in its readings, (subjects, c); all of the same days.
    scale
        Of the prior sizes, 1 for relative changes.
    """
    days = found[0][0].days
    score = np.zeros((2, days.size, len(found[0][1])))
    information = np.zeros_like(score)
    for one, directions in found:
        along = one.axes @ directions.T
        score = score + one.score @ along
        information = information + one.information @ along**2
    prior2 = (scale * np.array([STEP_SD, RAMP_SD_PER_DAY])[:, None, None]) ** 2
    precision = information + 1.0 / prior2
    chance = np.log(CHANGES_PER_DAY / (2 * score.shape[2]) * np.diff(days, prepend=days[0] - 1))
    odds = 0.5 * score**2 / precision - 0.5 * np.log1p(prior2 * information) + chance[None, :, None]
    odds[STEP, 0] = -np.inf  # what was so from the first day on is no change
    everything = np.logaddexp(0.0, logsumexp(odds))
    size, size_u = score / precision, 1.0 / np.sqrt(precision)
    return [_change(days, odds[:, :, k], size[:, :, k], size_u[:, :, k], float(everything)) for k in range(score.shape[2])]


def _change(days: NDArray[np.int64], odds: Array, size: Array, size_u: Array, everything: float) -> Change:
    """Give one subject's change; `odds`, `size` and its doubt are (2, onsets)."""
    whole = float(logsumexp(odds))
    chosen = np.exp(odds - whole)
    reach = np.stack((np.ones(days.size), days[-1] - days + 1.0))
    now = float((chosen * size * reach).sum())
    now_u = float(np.sqrt((chosen * ((size_u * reach) ** 2 + (size * reach - now) ** 2)).sum()))
    course = int(chosen.sum(axis=1).argmax())
    onset = int(chosen[course].argmax())
    so_far = chosen.sum(axis=0).cumsum()
    low, middle, high = (int(days[min(int(np.searchsorted(so_far, level)), days.size - 1)]) for level in (0.05, 0.5, 0.95))
    return Change(
        sure=float(np.exp(whole - everything)),
        since=middle,
        since_span=(low, high),
        course=course,
        onset=onset,
        size=float(size[course, onset]),
        size_u=float(size_u[course, onset]),
        now=now,
        now_u=now_u,
    )
