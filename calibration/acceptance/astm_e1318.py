"""The test of ASTM E1318: by type and criterion the share of results within tolerance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from calibration.acceptance.pairs import TITLES, Pair, pairs_of
from calibration.acceptance.report import ClassTest, Criterion, Overall, Report, Stage
from calibration.acceptance.said import N_, Said, say
from calibration.acceptance.sample import Sample
from calibration.acceptance.standards.astm_e1318 import AstmE1318, Tolerance
from calibration.acceptance.statistics import Spread
from contract.limits.rows import KG_PER_LB

KMH_PER_MPH: Final = 1.609_344
M_PER_FT: Final = 0.304_8
"""International mile and foot, exact by definition (1959 agreement)."""

ROUNDING: Final = 1e-9
"""Results on the very border keep it, in spite of binary fractions."""

Kept = Callable[[Pair, float], bool]
"""Whether a pair would keep a tolerance if so much (in % of its truth) were taken off its error."""


def judge_astm_e1318(standard: AstmE1318, sample: Sample, *, stage: Stage) -> Report:
    """Judge a sample; a type is reached when every criterion it has a tolerance for is covered and kept."""
    loads = tuple(_load(standard, name, pairs_of(name, sample.runs)) for name in ("wheel", "axle", "group", "gross"))
    speed = _common(standard, "speed", pairs_of("speed", sample.runs), (standard.speed.tolerance_mph, "mph", KMH_PER_MPH))
    spacing = _common(standard, "spacing", pairs_of("spacing", sample.runs), (standard.spacing.tolerance_ft, "ft", M_PER_FT))
    criteria = (*loads, speed, spacing)
    reached, why = _type_reached(standard, criteria)
    whole = Overall("type", say("type"), reached, why)
    return Report(standard, stage, None, len(sample.vehicles), len(sample.runs), (whole,), criteria, sample.excluded)


def _load(standard: AstmE1318, name: str, pairs: Sequence[Pair]) -> Criterion:
    rules = [(kind, rule) for kind in standard.types if (rule := standard.tolerance_of(kind, name)) is not None]
    tests: list[tuple[ClassTest, list[Pair], Kept]] = []
    for kind, rule in rules:
        judged = [pair for pair in pairs if rule.from_lb is None or pair.truth >= rule.from_lb * KG_PER_LB]
        if len(judged) >= standard.results_least:
            kept = _keeps(rule)
            tests.append((ClassTest(kind, _allows(rule), standard.share_percent, _share(judged, kept, 0.0)), judged, kept))
    return _criterion(standard, name, pairs, tests)


def _keeps(rule: Tolerance) -> Kept:
    def kept(pair: Pair, off_percent: float) -> bool:
        error_percent = abs(pair.percent - off_percent)
        if rule.percent is not None:
            return error_percent <= rule.percent + ROUNDING
        return error_percent / 100.0 * pair.truth <= (rule.lb or 0.0) * KG_PER_LB + ROUNDING

    return kept


def _allows(rule: Tolerance) -> str:
    return f"±{rule.percent:g} %" if rule.percent is not None else f"±{rule.lb:g} lb (≥ {rule.from_lb:g} lb)"


def _common(standard: AstmE1318, name: str, pairs: Sequence[Pair], rule: tuple[float, str, float]) -> Criterion:
    """Judge what every type asks alike; `rule` is the tolerance, its unit's name and that unit in the pairs'."""
    tolerance, unit_name, unit = rule

    def kept(pair: Pair, off_percent: float) -> bool:
        return abs(pair.error - off_percent / 100.0 * pair.truth) <= tolerance * unit + ROUNDING

    allows = f"±{tolerance:g} {unit_name}"
    enough = len(pairs) >= standard.results_least
    share = _share(pairs, kept, 0.0) if enough else 0.0
    tests = [(ClassTest(kind, allows, standard.share_percent, share), list(pairs), kept) for kind in standard.types] if enough else []
    return _criterion(standard, name, pairs, tests)


def _share(pairs: Sequence[Pair], kept: Kept, off_percent: float) -> float:
    return 100.0 * sum(kept(pair, off_percent) for pair in pairs) / len(pairs)


def _criterion(standard: AstmE1318, name: str, pairs: Sequence[Pair], tests: Sequence[tuple[ClassTest, list[Pair], Kept]]) -> Criterion:
    spread = Spread.of([pair.percent for pair in pairs])
    gaps: tuple[Said, ...] = ()
    if not tests:
        gaps = (say("%(n)d results with known truth, at least %(least)d are needed", n=spread.n, least=standard.results_least),)
    best = next((at for at, (test, _, _) in enumerate(tests) if test.passed), len(tests))
    why = _why_not(*tests[best - 1]) if best else ()
    tried = tuple(test for test, _, _ in tests)
    return Criterion(name, say(TITLES[name]), spread.n, spread.mean, spread.sd, "%", tried, gaps=gaps, why_not_next=why)


def _why_not(missed: ClassTest, judged: list[Pair], kept: Kept) -> tuple[Said, ...]:
    inside = sum(kept(pair, 0.0) for pair in judged)
    mean = Spread.of([pair.percent for pair in judged]).mean
    without = sum(kept(pair, mean) for pair in judged)
    enough = 100.0 * without / len(judged) >= missed.required_percent
    return (
        say(
            "for type %(name)s %(required)g %% would have to lie within %(allows)s, %(found).1f %% do (%(inside)d of %(n)d)",
            name=missed.name,
            required=missed.required_percent,
            allows=missed.allows,
            found=missed.found_percent,
            inside=inside,
            n=len(judged),
        ),
        say(
            N_("without their mean %(mean)+.2f %% it would be %(without)d of %(n)d, which is enough")
            if enough
            else N_("without their mean %(mean)+.2f %% it would be %(without)d of %(n)d, which is not enough"),
            mean=mean,
            without=without,
            n=len(judged),
        ),
    )


def _type_reached(standard: AstmE1318, criteria: Sequence[Criterion]) -> tuple[str | None, tuple[Said, ...]]:
    """Give the strictest type that is kept throughout, or why there is none: what its criteria lack."""
    lacking: list[Said] = []
    for kind in standard.types:
        wanted = [one for one in criteria if one.name in {"speed", "spacing"} or standard.tolerance_of(kind, one.name) is not None]
        missing = [one for one in wanted if not any(test.name == kind for test in one.tests)]
        failed = [one for one in wanted if any(test.name == kind and not test.passed for test in one.tests)]
        if not missing and not failed:
            return kind, tuple(lacking)
        lacking += [say("type %(type)s: %(criterion)s is not covered", type=kind, criterion=one.title) for one in missing]
        lacking += [say("type %(type)s: %(criterion)s is not kept", type=kind, criterion=one.title) for one in failed]
    return None, tuple(lacking)
