"""Directive 96/53/EC as a pack: its weights, row by row."""

import pytest

from contract.limits import Weighed, WeighedAxle, evaluate
from contract.rules import rule_pack
from contract.vehicles import Body
from contract.verdicts import DecisionRule, Outcome, Standing

PACK = rule_pack("eu")


def judged(groups, loads_kg=None, body=Body.COMBINATION, spacing_mm=1_350, drive_group=None):
    loads = loads_kg or [5_000] * len(groups)
    axles = tuple(
        WeighedAxle(load, 0, group, None if place == 0 else spacing_mm)
        for place, (load, group) in enumerate(zip(loads, groups, strict=True))
    )
    return evaluate(PACK, Weighed(axles, body, sum(loads), 0, drive_group=drive_group), DecisionRule.NONE)


@pytest.mark.parametrize(
    ("groups", "body", "limit_kg"),
    [
        ((1, 2), Body.RIGID, 18_000),
        ((1, 2, 2), Body.RIGID, 26_000),
        ((1, 1, 2, 2), Body.RIGID, 32_000),
        ((1, 2, 2, 2), Body.RIGID, None),
        ((1, 2, 3, 3), Body.COMBINATION, 38_000),
        ((1, 2, 3, 4), Body.COMBINATION, 38_000),
        ((1, 2, 2, 3), Body.COMBINATION, None),
        ((1, 2, 3, 3, 3), Body.COMBINATION, 40_000),
        ((1, 2, 2, 3, 3, 3), Body.COMBINATION, 40_000),
        ((1, 2, 3), Body.COMBINATION, None),
        ((1, 2, 2, 3, 3, 3, 3), Body.COMBINATION, None),
    ],
)
def test_gross_limits(groups, body, limit_kg):
    gross = judged(groups, body=body).gross
    assert (None if gross is None else gross.limit_kg) == limit_kg


@pytest.mark.parametrize(
    ("groups", "spacing_mm", "drive_group", "at", "limit_kg"),
    [
        ((1, 2), 4_000, 2, 1, 10_000),
        ((1, 2), 4_000, 2, 2, 11_500),
        ((1, 2, 3), 4_000, 2, 3, 10_000),
        ((1, 1, 2), 1_900, 2, 1, 20_000),
        ((1, 2, 2), 999, 2, 2, 11_500),
        ((1, 2, 2), 1_299, 2, 2, 16_000),
        ((1, 2, 2), 1_300, 2, 2, 19_000),
        ((1, 2, 3, 3), 999, 2, 3, 11_000),
        ((1, 2, 3, 3), 1_299, 2, 3, 16_000),
        ((1, 2, 3, 3), 1_799, 2, 3, 18_000),
        ((1, 2, 3, 3), 1_800, 2, 3, 20_000),
        ((1, 2, 3, 3), 1_799, None, 3, 19_000),
        ((1, 2, 3, 3, 3), 1_300, 2, 3, 21_000),
        ((1, 2, 3, 3, 3), 1_301, 2, 3, 24_000),
    ],
)
def test_axle_and_group_limits(groups, spacing_mm, drive_group, at, limit_kg):
    verdict = judged(groups, spacing_mm=spacing_mm, drive_group=drive_group)
    (found,) = [finding for finding in verdict.findings if finding.subject == f"group {at}"]
    assert found.limit_kg == limit_kg
    assert found.standing is Standing.ADVISORY


@pytest.mark.parametrize(("drive_kg", "exceeded"), [(10_000, False), (9_999, True)])
def test_the_driven_axles_carry_a_quarter_as_advice(drive_kg, exceeded):
    rest = 40_000 - 6_000 - drive_kg
    loads = [6_000, drive_kg, *[rest // 3] * 2, rest - 2 * (rest // 3)]
    verdict = judged((1, 2, 3, 3, 3), loads, drive_group=2)
    assert verdict.findings[-1].subject == "drive share"
    assert verdict.findings[-1].exceeded is exceeded
    assert verdict.outcome is Outcome.WITHIN_LIMITS


def test_what_is_not_seen_is_said():
    assumptions = judged((1, 2, 2), body=Body.RIGID).assumptions
    assert assumptions == (
        "suspension not seen: taken as air with dual tyres on the driven axles, the higher limit",
        "driven axles not known: their share of the gross weight is not judged",
    )
