"""The test of OIML R 134-1 and JJG 907: every result within the error that a class permits.

Vehicle mass, and the axles of a two-axle rigid vehicle, are held against the static reference. Axles and groups of other vehicles have no
static reference that could be trusted; they are held against their corrected mean, the mean of the vehicle's runs scaled so that the
vehicle's mean mass is the reference's.
"""

from __future__ import annotations

from collections.abc import Sequence

from calibration.acceptance.pairs import TITLES, members
from calibration.acceptance.permitted import Limits, Result, axle_limits, mass_limits, rounded
from calibration.acceptance.plan import plan_gaps
from calibration.acceptance.report import ClassTest, Criterion, Overall, Report, Stage, worst_of
from calibration.acceptance.said import N_, Said, say
from calibration.acceptance.sample import Run, Sample
from calibration.acceptance.standards.oiml_r134 import OimlR134
from calibration.acceptance.statistics import Spread

TWO_AXLES = 2
ALL_RESULTS_PERCENT = 100.0

RIGID_AXLE = N_("single axle of the two-axle rigid vehicle")
OTHER_AXLE = N_("single axle of other vehicles, from the corrected mean")
OTHER_GROUP = N_("axle group of other vehicles, from the corrected mean")


def judge_oiml_r134(standard: OimlR134, sample: Sample, *, stage: Stage, interval_kg: float | None = None) -> Report:
    """Judge a sample; `interval_kg` is the scale interval d at which the instrument indicates, None if nobody stated it."""
    gaps = plan_gaps(standard.plan, sample)
    if interval_kg is None:
        gaps = (*gaps, say("the scale interval d is not stated: results are not rounded, no floor is given, and no class can be named"))
    rigid = [run for run in sample.runs if len(run.measured.axle_kg) == TWO_AXLES]
    others = [run for run in sample.runs if len(run.measured.axle_kg) != TWO_AXLES]
    mass = mass_limits(standard, stage, interval_kg)
    mpe, mpd = axle_limits(standard, stage, interval_kg, "mpe"), axle_limits(standard, stage, interval_kg, "mpd")
    criteria = (
        _judge("gross", Said(TITLES["gross"]), mass, _gross(sample.runs, interval_kg), gaps),
        _judge("rigid-axle", say(RIGID_AXLE), mpe, _rigid_axles(rigid, interval_kg), (*gaps, *_axle_gaps(rigid))),
        _judge("single-axle", say(OTHER_AXLE), mpd, corrected_means(others, interval_kg, grouped=False), gaps),
        _judge("group", say(OTHER_GROUP), mpd, corrected_means(others, interval_kg, grouped=True), gaps),
    )
    reached, why = worst_of(criteria[1:], tuple(row.name for row in standard.axle_class))
    overall = (
        Overall("vehicle-mass", say("class of the vehicle mass"), criteria[0].reached, worst_of(criteria[:1], _names(standard))[1]),
        Overall("axle-loads", say("class of the axle loads"), reached, why),
    )
    return Report(standard, stage, None, len(sample.vehicles), len(sample.runs), overall, criteria, sample.excluded, gaps)


def corrected_means(runs: Sequence[Run], interval_kg: float | None, *, grouped: bool) -> list[Result]:
    """Give each axle's (or group's) readings beside their corrected mean, for vehicles with two runs or more.

    Corrected mean = mean of the readings · (reference mass of the vehicle / mean of its measured masses).
    """
    results = []
    for of_vehicle in Sample(tuple(runs), ()).vehicles.values():
        first = of_vehicle[0]
        if len(of_vehicle) < 2 or any(run.layout != first.layout for run in of_vehicle):
            continue
        mean_kg = sum(rounded(run.measured.gross_kg, interval_kg) for run in of_vehicle) / len(of_vehicle)
        factor = first.reference.gross_kg / mean_kg
        for axles in members(first.layout):
            if (len(axles) > 1) is grouped:
                loads = [sum(rounded(run.measured.axle_kg[axle], interval_kg) for axle in axles) for run in of_vehicle]
                wanted = factor * sum(loads) / len(loads)
                results += [Result(run, wanted, load, len(axles), None) for run, load in zip(of_vehicle, loads, strict=True)]
    return results


def _gross(runs: Sequence[Run], interval_kg: float | None) -> list[Result]:
    return [
        Result(
            run,
            run.reference.gross_kg,
            rounded(run.measured.gross_kg, interval_kg),
            len(run.measured.axle_kg),
            run.reference.gross_u_kg,
        )
        for run in runs
    ]


def _rigid_axles(runs: Sequence[Run], interval_kg: float | None) -> list[Result]:
    return [
        Result(run, wanted, rounded(found, interval_kg), 1, run.reference.axle_u_kg)
        for run in runs
        for wanted, found in zip(run.reference.axle_kg or (), run.measured.axle_kg, strict=False)
    ]


def _axle_gaps(rigid: Sequence[Run]) -> tuple[Said, ...]:
    gaps = []
    if rigid and any(run.reference.axle_kg is None for run in rigid):
        gaps.append(say("the static axle loads of the two-axle rigid vehicle are not given"))
    elif rigid and any(run.reference.axle_u_kg is None for run in rigid):
        gaps.append(say("the uncertainty of the static axle loads is not stated"))
    return tuple(gaps)


def _names(standard: OimlR134) -> tuple[str, ...]:
    return tuple(row.name for row in standard.mass_class)


def _judge(name: str, title: Said, limits: Sequence[Limits], results: Sequence[Result], gaps: tuple[Said, ...]) -> Criterion:
    spread = Spread.of([100.0 * result.error_kg / result.wanted_kg for result in results])
    if not results:
        gaps = (*gaps, say("no result of this kind"))
        return Criterion(name, title, spread.n, spread.mean, spread.sd, "%", (), gaps=gaps)
    tests = tuple(_test(limit, results) for limit in limits)
    best = next((at for at, test in enumerate(tests) if test.passed), len(tests))
    why = _why_not(limits[best - 1], results, spread) if best else ()
    return Criterion(name, title, spread.n, spread.mean, spread.sd, "%", tests, gaps=gaps, why_not_next=why)


def _test(limit: Limits, results: Sequence[Result]) -> ClassTest:
    kept = sum(limit.interval_fits and limit.can_judge(result) and limit.keeps(result) for result in results)
    return ClassTest(limit.name, f"±{limit.percent:g} %", ALL_RESULTS_PERCENT, 100.0 * kept / len(results))


def _why_not(limit: Limits, results: Sequence[Result], spread: Spread) -> tuple[Said, ...]:
    """Say what keeps the class of `limit` from being reached: the interval, the reference, or the results and how much is their mean."""
    if not limit.interval_fits:
        most = limit.largest_interval_kg
        return (say("class %(name)s allows d up to %(most)g kg, d is %(given)g kg", name=limit.name, most=most, given=limit.interval_kg),)
    unsure = [result for result in results if not limit.can_judge(result)]
    if unsure:
        one = max(unsure, key=lambda result: (result.reference_u_kg or 0.0) / limit.permitted_kg(result))
        return (
            say(
                "for class %(name)s the reference of vehicle %(vehicle)s is not sure enough: ±%(u).0f kg, at most %(most).0f kg",
                name=limit.name,
                vehicle=one.run.reference.vehicle,
                u=one.reference_u_kg,
                most=limit.u_share_most * limit.permitted_kg(one),
            ),
        )
    outside = [result for result in results if not limit.keeps(result)]
    worst = max(outside, key=lambda result: abs(result.error_kg) / limit.permitted_kg(result))
    still = sum(not limit.keeps(result, spread.mean / 100.0 * result.wanted_kg) for result in results)
    return (
        say(
            "%(outside)d of %(n)d results lie outside ±%(percent)g %% of class %(name)s; the farthest is "
            "run %(run)d (vehicle %(vehicle)s): %(error)+.0f kg, permitted %(permitted).0f kg",
            outside=len(outside),
            n=len(results),
            percent=limit.percent,
            name=limit.name,
            run=worst.run.run,
            vehicle=worst.run.reference.vehicle,
            error=worst.error_kg,
            permitted=limit.permitted_kg(worst),
        ),
        say("without the mean %(mean)+.2f %% it would be %(still)d of %(n)d", mean=spread.mean, still=still, n=len(results)),
    )
