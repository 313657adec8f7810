"""The federal bridge formula as a pack: the published table's figures, and which runs of axles it is held against."""

import pytest

from contract.limits import Weighed, WeighedAxle, evaluate
from contract.limits.formulas import bridge_formula_b_lb
from contract.rules import rule_pack
from contract.vehicles import Body
from contract.verdicts import DecisionRule, Outcome

PACK = rule_pack("us")
MM_PER_FT = 304.8
KG_PER_LB = 0.45359237


def judged(loads_lb, spacings_ft):
    loads = [round(load * KG_PER_LB) for load in loads_lb]
    spacings = [None, *(round(spacing * MM_PER_FT) for spacing in spacings_ft)]
    axles = tuple(WeighedAxle(load, 0, place + 1, spacing) for place, (load, spacing) in enumerate(zip(loads, spacings, strict=True)))
    return evaluate(PACK, Weighed(axles, Body.UNKNOWN, sum(loads), 0), DecisionRule.NONE)


def exceeded(verdict):
    return [finding.subject for finding in verdict.findings if finding.exceeded]


@pytest.mark.parametrize(
    ("distance_ft", "axles", "limit_lb"),
    [
        (9, 2, 39_000),
        (10, 2, 40_000),
        (9, 3, 42_500),
        (20, 3, 51_000),
        (32, 3, 60_000),
        (36, 4, 66_000),
        (51, 5, 80_000),
        (60, 5, 85_500),
        (60, 6, 90_000),
    ],
)
def test_figures_of_the_published_table(distance_ft, axles, limit_lb):
    assert bridge_formula_b_lb(round(distance_ft * MM_PER_FT), axles, distance_step_ft=1, weight_step_lb=500) == limit_lb


def test_a_legal_five_axle_tractor_semitrailer():
    verdict = judged([12_000, 17_000, 17_000, 17_000, 17_000], [13, 4.2, 30, 4.1])
    assert verdict.outcome is Outcome.WITHIN_LIMITS
    assert verdict.gross.limit_kg == 36_288


def test_a_short_one_of_the_same_weight_is_over_the_formula_alone():
    verdict = judged([12_000, 17_000, 17_000, 17_000, 17_000], [10, 4.2, 18, 4.1])
    assert "gross" not in exceeded(verdict)
    assert exceeded(verdict) == ["axles 1-5", "axles 2-5"]
    assert verdict.outcome is Outcome.OVERLOAD
    assert verdict.deciding.subject == "axles 2-5"


def test_two_tandems_far_enough_apart_may_carry_their_own_limit():
    assert exceeded(judged([10_000, 17_000, 17_000, 17_000, 17_000], [20, 4.2, 28, 4.1])) == []
    assert exceeded(judged([10_000, 17_000, 17_000, 17_000, 17_000], [20, 4.2, 27, 4.1])) == ["axles 2-5"]


@pytest.mark.parametrize(
    ("loads_lb", "spacings_ft", "subjects"),
    [
        ([12_000, 20_000], [14], []),
        ([12_000, 20_100], [14], ["axle 2"]),
        ([10_000, 10_100], [3.2], ["axles 1-2"]),
        ([12_000, 17_500, 17_000], [14, 4.2], ["axles 2-3", "axles 2-3"]),
        ([12_000, 17_500, 17_000], [14, 8.1], []),
    ],
)
def test_single_and_tandem_limits(loads_lb, spacings_ft, subjects):
    assert exceeded(judged(loads_lb, spacings_ft)) == subjects


def test_where_nothing_is_over_the_nearest_run_of_each_rule_is_shown():
    verdict = judged([10_000, 15_000, 14_000], [14, 4.2])
    assert [finding.subject for finding in verdict.findings] == ["gross", "axle 2", "axles 2-3", "axles 2-3"]
