"""COST 323 against worked values: the normal density integrated by Simpson's rule, Student's quantile by bisection on its own integral."""

import math
import random
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from calibration.acceptance import judge, sample_of
from calibration.acceptance.cost323 import judge_errors
from calibration.acceptance.standards import cost323
from calibration.acceptance.statistics import Spread, largest_sd, share_required, share_within
from tests.calibration.acceptance.runs import TRUCKS, run_of

TABLE = cost323()
GROSS = TABLE.criterion[0]
ORDER = (*TABLE.classes, TABLE.beyond)
R2 = TABLE.environment[-1]


def simpson(density, low, high, parts=2_000):
    width = (high - low) / parts
    inner = sum((4 if at % 2 else 2) * density(low + at * width) for at in range(1, parts))
    return width / 3.0 * (density(low) + inner + density(high))


def normal(low, high):
    return simpson(lambda x: math.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi), low, high)


def student_quantile(upper_share, degrees):
    size = math.exp(math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)) / math.sqrt(degrees * math.pi)
    low, high = 0.0, 20.0
    for _ in range(45):
        middle = 0.5 * (low + high)
        below = 0.5 + simpson(lambda x: size * (1.0 + x * x / degrees) ** (-(degrees + 1) / 2), 0.0, middle, 400)
        low, high = (middle, high) if below < upper_share else (low, middle)
    return 0.5 * (low + high)


def test_the_quantile_of_the_test_is_the_one_of_the_tables():
    assert student_quantile(0.975, 9) == pytest.approx(2.2622, abs=1e-4)
    assert student_quantile(0.975, 29) == pytest.approx(2.0452, abs=1e-4)


@pytest.mark.parametrize("n", [10, 17, 45, 120])
@pytest.mark.parametrize(("mean", "sd"), [(0.0, 2.0), (1.2, 2.5), (-0.7, 1.1), (3.0, 4.0)])
@pytest.mark.parametrize("delta", [5.0, 8.0, 15.0])
def test_the_share_equals_one_integrated_by_hand(n, mean, sd, delta):
    margin = student_quantile(0.975, n - 1) / math.sqrt(n)
    worked = normal((-delta - mean) / sd + margin, (delta - mean) / sd - margin)
    assert share_within(Spread(n, mean, sd), delta, TABLE.alpha) == pytest.approx(worked, abs=1e-5)


def test_figures_of_a_sample_are_those_worked_by_hand():
    spread = Spread.of([1.0, 2.0, 4.0, 5.0])
    assert (spread.n, spread.mean) == (4, 3.0)
    assert spread.sd == pytest.approx(math.sqrt(10.0 / 3.0), abs=1e-12)
    assert math.isnan(Spread.of([]).mean)
    assert math.isnan(Spread.of([1.0]).sd)


@pytest.mark.parametrize("place", TABLE.environment, ids=lambda place: place.name)
def test_the_share_required_is_the_tables_at_its_sizes_and_rises_between(place):
    for size, share in zip(TABLE.sizes[:-1], place.share_percent[:-1], strict=True):
        assert share_required(int(size), TABLE.sizes, place.share_percent) == pytest.approx(share)
    assert share_required(10**9, TABLE.sizes, place.share_percent) == pytest.approx(place.share_percent[-1], abs=1e-5)
    shares = [share_required(n, TABLE.sizes, place.share_percent) for n in range(10, 400)]
    assert all(low < high for low, high in pairwise(shares))
    # Half-way in 1/n between 10 (0.1) and 20 (0.05) is 0.075, n = 13.33; at n = 15 two thirds of the way.
    first, second = place.share_percent[:2]
    assert share_required(15, TABLE.sizes, place.share_percent) == pytest.approx(first + 2.0 / 3.0 * (second - first))


def normal_scores(n, mean, sd):
    """Give a sample of exactly that mean and standard deviation."""
    raw = [math.sin(1.0 + 12.9898 * at) for at in range(n)]
    spread = Spread.of(raw)
    return [mean + sd * (value - spread.mean) / spread.sd for value in raw]


def judged(errors, stage="in-service", environment=R2):
    return judge_errors(TABLE, GROSS, errors, stage=stage, environment=environment)


def test_a_worked_example_misses_its_class_for_its_mean_and_says_so():
    # n = 30, m = 1.2, s = 2.6: margin 0.3734; u1 = 1.0882, u2 = -2.0112; π(5) = 83.96 % < 89.6 %; at m = 0: u = ±1.5497, π = 87.88 %.
    one = judged(normal_scores(30, 1.2, 2.6))
    assert one.tests[0].found_percent == pytest.approx(83.96, abs=0.02)
    assert one.reached == "B+(7)"
    first, mean, spread = (sentence.text("en") for sentence in one.why_not_next)
    assert first == "for A(5) 89.6 % would have to lie within ±5 %, by this test 84.0 % do"
    assert mean == "the mean +1.20 % costs 3.9 points; without it the class would still be B+(7)"
    most = largest_sd(Spread(30, 1.2, 2.6), 5.0, TABLE.alpha, 0.896)
    assert spread == f"the standard deviation is 2.60 %, at this mean {most:.2f} % would reach A(5)"
    assert share_within(Spread(30, 1.2, most), 5.0, TABLE.alpha) == pytest.approx(0.896, abs=1e-9)


def test_without_its_mean_it_would_reach_the_class_and_that_is_true():
    one = judged(normal_scores(30, 2.0, 2.3))
    assert one.reached == "B+(7)"
    assert "without it A(5) would be reached" in one.why_not_next[1].text("en")
    assert judged(normal_scores(30, 0.0, 2.3)).reached == "A(5)"


def test_a_mean_beyond_the_tolerance_cannot_be_mended_by_less_spread():
    one = judged(normal_scores(30, 6.0, 0.5))
    assert one.reached == "B+(7)"
    assert one.why_not_next[2].text("en") == "at this mean no standard deviation is small enough for A(5)"


def test_initial_verification_takes_four_fifths_of_the_tolerance():
    one = judged(normal_scores(30, 0.0, 2.2), stage="initial")
    assert [test.allows for test in one.tests[:2]] == ["±4 %", "±5.6 %"]
    assert one.tests[0].found_percent == pytest.approx(100.0 * share_within(Spread(30, 0.0, 2.2), 4.0, 0.05))
    assert (judged(normal_scores(30, 0.0, 2.2)).reached, one.reached) == ("A(5)", "B+(7)")


def test_nine_results_name_no_class():
    one = judged([0.0] * 9)
    assert (one.reached, one.keeps) == (None, None)
    assert one.gaps[0].text("en") == "9 results with known truth, at least 10 are needed"
    assert judged([0.0] * 10).reached == "A(5)"


def test_beyond_every_class_is_class_e():
    assert judged(normal_scores(20, 0.0, 30.0)).reached == "E"


errors = st.lists(st.floats(-40, 40, allow_nan=False), min_size=10, max_size=60)


@given(errors, st.floats(1.0, 5.0), st.sampled_from(["initial", "in-service"]))
def test_larger_errors_never_reach_a_better_class(values, factor, stage):
    before, after = judged(values, stage), judged([factor * value for value in values], stage)
    assert ORDER.index(after.reached) >= ORDER.index(before.reached)


@given(errors, st.floats(0, 30), st.floats(0, 30), st.sampled_from([-1, 1]))
def test_more_bias_never_reaches_a_better_class(values, bias, more, sign):
    assume(Spread.of(values).sd > 1e-6)
    centred = [value - Spread.of(values).mean for value in values]
    before = judged([value + sign * bias for value in centred])
    after = judged([value + sign * (bias + more) for value in centred])
    assert ORDER.index(after.reached) >= ORDER.index(before.reached)


@given(errors, st.randoms(use_true_random=False))
def test_the_order_of_results_does_not_matter(values, chance: random.Random):
    mixed = list(values)
    chance.shuffle(mixed)
    before, after = judged(values), judged(mixed)
    for one, other in zip(before.tests, after.tests, strict=True):
        assert one.found_percent == pytest.approx(other.found_percent, abs=1e-6)


@given(errors)
def test_stricter_conditions_never_reach_a_better_class(values):
    ranks = [ORDER.index(judged(values, environment=place).reached) for place in TABLE.environment]
    assert ranks == sorted(ranks, reverse=True)
    assert ORDER.index(judged(values, "initial").reached) >= ORDER.index(judged(values).reached)


def sample(vehicles, turns=4, speed=lambda turn: 50.0):
    runs = [
        run_of(1 + place * turns + turn, f"{truck}{place}", TRUCKS[truck], [0.001 * turn] * len(TRUCKS[truck]), found_kmh=speed(turn))
        for place, truck in enumerate(vehicles)
        for turn in range(turns)
    ]
    return sample_of(runs)


@pytest.mark.parametrize(
    ("given_sample", "environment"),
    [
        (sample("B", 12), "r1"),
        (sample("B", 12, lambda turn: 20.0 + 10.0 * turn), "r2"),
        (sample("ABC", 4, lambda turn: 20.0 + 10.0 * turn), "R1"),
        (sample("ABCABCABCAB"), "R2"),
    ],
)
def test_the_environment_follows_from_the_runs(given_sample, environment):
    (report,) = judge(given_sample, ["cost323"], stage="in-service")
    assert report.environment == environment
    assert report.criterion("gross").reached == "A(5)"


def test_an_environment_more_lenient_than_the_runs_names_no_class():
    (report,) = judge(sample("ABC"), ["cost323"], stage="in-service", environment="R2")
    assert report.overall[0].reached is None
    assert all(one.reached is None for one in report.criteria)
    assert report.criterion("gross").keeps == "A(5)"
    assert "is to be judged as R1" in report.gaps[0].text("en")
    (stricter,) = judge(sample("ABC"), ["cost323"], stage="in-service", environment="r1")
    assert (stricter.environment, stricter.gaps) == ("r1", ())


def test_the_class_of_the_whole_is_the_worst_and_wants_every_load():
    (report,) = judge(sample("ABC"), ["cost323"], stage="in-service")
    assert report.overall[0].reached == "A(5)"
    only_two_axled = sample("AAA")
    (report,) = judge(only_two_axled, ["cost323"], stage="in-service")
    assert report.overall[0].reached is None
    assert "axle group has no class" in [why.text("en") for why in report.overall[0].why]
