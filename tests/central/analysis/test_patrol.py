"""Patrol hours: few counts are drawn to the mean, many stand for themselves, and nothing is said where there is nothing to say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import gamma

from central.analysis.patrol import INTERVAL, OVERLOADS_MIN, SHIFTS_H, Silence, fit_prior, suggest
from central.analysis.report import Hours


def week(overloads: np.ndarray, days: int = 50) -> Hours:
    return Hours(overloads * 20, overloads, np.full(7, days))


def test_the_hours_with_most_overloads_come_first_and_stand_out():
    overloads = np.full((7, 24), 5)
    overloads[1, 2:4] = (90, 80)
    best = suggest(week(overloads), 2).suggestions[0]
    assert (best.weekday, best.hour, best.hours, best.overloads, best.observed, best.stands_out) == (1, 2, 2, 170, 50, True)
    assert best.low < best.rate < best.high
    assert best.rate == pytest.approx(1.7, rel=0.1)


def test_a_shifts_posterior_is_the_gamma_distribution_of_its_summed_counts():
    rng = np.random.default_rng(3)
    overloads = rng.poisson(rng.gamma(2.0, 0.2, (7, 24)) * 50)
    found = week(overloads)
    prior = fit_prior(overloads, found.observed_h.astype(float))
    assert prior is not None
    best = suggest(found, 3).suggestions[0]
    own = gamma(3 * prior.shape + best.overloads, scale=1 / (3 * (prior.hours + 50)))
    assert (best.rate, best.low, best.high) == pytest.approx((own.mean(), *own.interval(INTERVAL)))


def test_the_interval_holds_the_true_rate_as_often_as_it_says():
    rng = np.random.default_rng(11)
    held = total = 0
    for _ in range(60):
        true = rng.gamma(3.0, 0.1, (7, 24))
        counts = rng.poisson(true * 20)
        for one in suggest(week(counts, 20), 1).suggestions:
            total += 1
            held += one.low <= true[one.weekday, one.hour] <= one.high
    # The best of 168 are chosen, which flatters each: the prior's pull is what keeps that from breaking the interval.
    assert held / total == pytest.approx(INTERVAL, abs=0.06)


def test_an_hour_seen_rarely_is_drawn_to_the_mean():
    overloads = np.full((7, 24), 8)
    overloads[3, 5] = 40
    days = np.full(7, 100)
    few = Hours(overloads, np.where(np.arange(7)[:, None] == 6, 1, overloads), np.array([*days[:6], 2]))
    rates = {(one.weekday, one.hour): one.rate for one in suggest(few, 1).suggestions}
    assert rates[3, 5] == max(rates.values())
    assert all(rate < 0.5 for place, rate in rates.items() if place[0] == 6)


def test_too_few_overloads_and_hours_that_are_alike_suggest_nothing():
    few = np.zeros((7, 24), int)
    few[0, 0] = OVERLOADS_MIN - 1
    assert suggest(week(few), 1).silence is Silence.FEW
    alike = suggest(week(np.full((7, 24), 5)), 2)
    assert (alike.silence, alike.suggestions) == (Silence.ALIKE, ())
    assert suggest(Hours(few * 0, few * 0, np.zeros(7, int)), 1).mean == 0


@given(st.integers(0, 2**32 - 1), st.sampled_from(SHIFTS_H))
def test_shifts_lie_within_a_day_never_overlap_and_are_in_order(seed, shift_h):
    rng = np.random.default_rng(seed)
    found = suggest(week(rng.poisson(rng.gamma(1.0, 3.0, (7, 24)))), shift_h).suggestions
    assert all(0 <= one.hour and one.hour + one.hours <= 24 for one in found)
    hours = [(one.weekday, one.hour + offset) for one in found for offset in range(one.hours)]
    assert len(hours) == len(set(hours))
    assert [one.rate for one in found] == sorted((one.rate for one in found), reverse=True)
