"""The test of COST 323: by criterion the share of results that a class's tolerance holds, against the share its environment asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from calibration.acceptance.pairs import TITLES, pairs_of
from calibration.acceptance.report import ClassTest, Criterion, Overall, Report, Stage, worst_of
from calibration.acceptance.said import N_, Said, say
from calibration.acceptance.sample import Sample
from calibration.acceptance.standards.cost323 import Cost323, CostCriterion, Environment
from calibration.acceptance.statistics import Spread, largest_sd, share_required, share_within


def judge_cost323(standard: Cost323, sample: Sample, *, stage: Stage, environment: str | None = None) -> Report:
    """Judge a sample.

    Parameters
    ----------
    environment
        Name of the environment the runs were driven for; by default the most lenient whose conditions the sample holds. One more
        lenient than that leaves everything without a class.
    """
    held = environment_of(standard, sample)
    chosen = next((row for row in standard.environment if row.name == environment), held)
    gaps: tuple[Said, ...] = ()
    if standard.environment.index(chosen) > standard.environment.index(held):
        gaps = (
            say(
                "environment %(chosen)s is for at least %(least)d vehicles whose fastest run is %(ratio).1f times the slowest; "
                "this sample of %(vehicles)d vehicles is to be judged as %(held)s",
                chosen=chosen.name,
                least=chosen.vehicles_least,
                ratio=chosen.speed_ratio_least,
                vehicles=len(sample.vehicles),
                held=held.name,
            ),
        )
    criteria = tuple(
        judge_errors(standard, row, [pair.percent for pair in pairs_of(row.name, sample.runs)], stage=stage, environment=chosen, gaps=gaps)
        for row in standard.criterion
    )
    counting = tuple(one for one, row in zip(criteria, standard.criterion, strict=True) if row.counts)
    reached, why = worst_of(counting, (*standard.classes, standard.beyond))
    whole = Overall("class", say("class of the loads"), reached, why)
    return Report(standard, stage, chosen.name, len(sample.vehicles), len(sample.runs), (whole,), criteria, sample.excluded, gaps)


def environment_of(standard: Cost323, sample: Sample) -> Environment:
    """Give the most lenient environment whose conditions a sample holds; the strictest where it holds none."""
    speeds = [run.measured.speed_kmh for run in sample.runs]
    ratio = max(speeds) / min(speeds) if speeds and min(speeds) > 0 else 1.0
    vehicles = len(sample.vehicles)
    held = [row for row in standard.environment if vehicles >= row.vehicles_least and ratio >= row.speed_ratio_least]
    return held[-1] if held else standard.environment[0]


def judge_errors(
    standard: Cost323,
    row: CostCriterion,
    errors_percent: Sequence[float],
    *,
    stage: Stage,
    environment: Environment,
    gaps: tuple[Said, ...] = (),
) -> Criterion:
    """Judge the relative errors (%) of one criterion."""
    spread = Spread.of(errors_percent)
    if spread.n < standard.results_least:
        few = say("%(n)d results with known truth, at least %(least)d are needed", n=spread.n, least=standard.results_least)
        return Criterion(row.name, say(TITLES[row.name]), spread.n, spread.mean, spread.sd, "%", (), gaps=(*gaps, few))
    deltas = _deltas(standard, row, stage)
    tests = _tests(standard, spread, deltas, environment)
    without = _tests(standard, replace(spread, mean=0.0), deltas, environment)
    best = next((at for at, test in enumerate(tests) if test.passed), len(tests))
    return Criterion(
        name=row.name,
        title=say(TITLES[row.name]),
        n=spread.n,
        mean=spread.mean,
        sd=spread.sd,
        unit="%",
        tests=tests,
        beyond=standard.beyond,
        gaps=gaps,
        why_not_next=_why_not(standard, spread, deltas[best - 1], tests[best - 1], without) if best else (),
    )


def _deltas(standard: Cost323, row: CostCriterion, stage: Stage) -> list[float]:
    factor = standard.initial_factor if stage == "initial" else 1.0
    return [factor * percent for percent in row.tolerance_percent]


def _tests(standard: Cost323, spread: Spread, deltas: Sequence[float], environment: Environment) -> tuple[ClassTest, ...]:
    required = share_required(spread.n, standard.sizes, environment.share_percent)
    return tuple(
        ClassTest(name, f"±{delta:g} %", required, 100.0 * share_within(spread, delta, standard.alpha))
        for name, delta in zip(standard.classes, deltas, strict=True)
    )


def _why_not(standard: Cost323, spread: Spread, delta: float, missed: ClassTest, without: tuple[ClassTest, ...]) -> tuple[Said, ...]:
    """Say what the class missed asks for, what the mean costs (`without` are the tests without it), and which spread would do."""
    at = standard.classes.index(missed.name)
    reached = next((one.name for one in without if one.passed), standard.beyond)
    mean = say(
        N_("the mean %(mean)+.2f %% costs %(points).1f points; without it %(name)s would be reached")
        if reached in standard.classes[: at + 1]
        else N_("the mean %(mean)+.2f %% costs %(points).1f points; without it the class would still be %(name)s"),
        mean=spread.mean,
        points=without[at].found_percent - missed.found_percent,
        name=reached,
    )
    sd = largest_sd(spread, delta, standard.alpha, missed.required_percent / 100.0)
    spread_said = (
        say("at this mean no standard deviation is small enough for %(name)s", name=missed.name)
        if sd is None
        else say(
            "the standard deviation is %(sd).2f %%, at this mean %(most).2f %% would reach %(name)s",
            sd=spread.sd,
            most=sd,
            name=missed.name,
        )
    )
    first = say(
        "for %(name)s %(required).1f %% would have to lie within %(allows)s, by this test %(found).1f %% do",
        name=missed.name,
        required=missed.required_percent,
        allows=missed.allows,
        found=missed.found_percent,
    )
    return first, mean, spread_said
