"""Rule packs and their evaluation: figures of the laws, and properties that hold for every vehicle under every pack."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.limits import PPM, Weighed, WeighedAxle, evaluate, exceedance_ppm
from contract.rules import rule_pack, shipped_packs
from contract.vehicles import Body
from contract.verdicts import Bar, DecisionRule, Gate, Outcome, Standing

PACK = rule_pack("cn")
SEVERITY = {Outcome.WITHIN_LIMITS: 0, Outcome.INSIDE_GUARD_BAND: 1, Outcome.OVERLOAD: 2}
RULES = st.sampled_from(DecisionRule)
PACKS = st.sampled_from(list(shipped_packs().values()))
NEVER_MONOTONE = {"drive share"}


def share_for(rule, ppm=50_000):
    return ppm if rule is DecisionRule.MAXIMUM_PERMISSIBLE_ERROR else None


def vehicle(loads, body=Body.COMBINATION, *, gross_u=0, groups=None, spacing=3_000, dual=None, drive_axles=None, drive_group=None):
    groups = groups or range(1, len(loads) + 1)
    axles = tuple(
        WeighedAxle(load, 0, group, None if place == 0 else spacing, None if place == 0 else dual)
        for place, (load, group) in enumerate(zip(loads, groups, strict=True))
    )
    return Weighed(axles, body, sum(loads), gross_u, drive_axles, drive_group)


def gross_limit(*arguments, **keywords):
    gross = evaluate(PACK, vehicle(*arguments, **keywords), DecisionRule.NONE).gross
    return None if gross is None else gross.limit_kg


@pytest.mark.parametrize(
    ("axles", "body", "limit_kg"),
    [
        (2, Body.RIGID, 18_000),
        (3, Body.RIGID, 25_000),
        (3, Body.COMBINATION, 27_000),
        (4, Body.RIGID, 31_000),
        (4, Body.COMBINATION, 36_000),
        (5, Body.COMBINATION, 43_000),
        (6, Body.COMBINATION, 49_000),
        (9, Body.COMBINATION, 49_000),
        (3, Body.UNKNOWN, 27_000),
        (4, Body.UNKNOWN, 36_000),
        (1, Body.RIGID, None),
        (2, Body.COMBINATION, None),
        (5, Body.RIGID, None),
    ],
)
def test_gross_limits_of_the_regulation(axles, body, limit_kg):
    assert gross_limit([5_000] * axles, body) == limit_kg


def test_a_single_drive_axle_lowers_the_six_axle_limit_where_it_is_seen():
    assert gross_limit([7_000] * 6, drive_axles=1) == 46_000
    assert gross_limit([7_000] * 6, drive_axles=2) == 49_000


def test_single_tyres_lower_the_limit_axle_by_axle_where_they_are_seen():
    assert gross_limit([6_000] * 4, Body.RIGID, dual=False) == 31_000 - 3 * 3_000
    assert gross_limit([6_000] * 4, Body.RIGID, dual=True) == 31_000


def test_what_is_not_seen_is_said():
    verdict = evaluate(PACK, vehicle([7_000] * 6, Body.UNKNOWN), DecisionRule.NONE)
    assert [text.split(":")[0] for text in verdict.assumptions] == ["body not known", "drive axles not seen", "tyres not seen"]


def test_the_guard_band_decides_and_is_not_taken_off():
    loads = [9_000, 9_600]
    none = evaluate(PACK, vehicle(loads, Body.RIGID, gross_u=700), DecisionRule.NONE)
    guarded = evaluate(PACK, vehicle(loads, Body.RIGID, gross_u=700), DecisionRule.EXPANDED_UNCERTAINTY)
    assert none.outcome is Outcome.OVERLOAD
    assert guarded.outcome is Outcome.INSIDE_GUARD_BAND
    assert guarded.gross.over_kg == none.gross.over_kg == 600
    assert guarded.gross.guard_kg == 700
    assert not guarded.enforceable


def test_exactly_the_limit_is_within_it():
    assert evaluate(PACK, vehicle([9_000, 9_000], Body.RIGID), DecisionRule.NONE).outcome is Outcome.WITHIN_LIMITS
    assert evaluate(PACK, vehicle([9_000, 9_001], Body.RIGID), DecisionRule.NONE).outcome is Outcome.OVERLOAD


def test_the_legal_error_is_a_share_of_the_load():
    verdict = evaluate(PACK, vehicle([10_000, 9_001], Body.RIGID), DecisionRule.MAXIMUM_PERMISSIBLE_ERROR, mpe_share_ppm=50_000)
    assert verdict.gross.guard_kg == 951


@pytest.mark.parametrize("ppm", [-1, PPM])
def test_an_impossible_share_is_refused(ppm):
    with pytest.raises(ValueError, match="mpe_share_ppm"):
        evaluate(PACK, vehicle([9_000, 9_000]), DecisionRule.MAXIMUM_PERMISSIBLE_ERROR, mpe_share_ppm=ppm)


@pytest.mark.parametrize(("rule", "ppm"), [(DecisionRule.NONE, 0), (DecisionRule.MAXIMUM_PERMISSIBLE_ERROR, None)])
def test_the_share_belongs_to_its_rule_and_to_no_other(rule, ppm):
    with pytest.raises(ValueError, match="needs one, no other rule takes one"):
        evaluate(PACK, vehicle([9_000, 9_000]), rule, mpe_share_ppm=ppm)


def test_the_verdict_carries_the_share_that_its_arithmetic_used():
    verdict = evaluate(PACK, vehicle([10_000, 9_001], Body.RIGID), DecisionRule.MAXIMUM_PERMISSIBLE_ERROR, mpe_share_ppm=0)
    assert verdict.mpe_share_ppm == 0
    assert verdict.outcome is Outcome.OVERLOAD


def test_bars_do_not_change_the_outcome_but_bar_it():
    gate = Gate(bar=Bar.NO_PLATE, detail="no plate")
    verdict = evaluate(PACK, vehicle([12_000, 12_000], Body.RIGID), DecisionRule.NONE, barred_by=(gate,))
    assert verdict.outcome is Outcome.OVERLOAD
    assert not verdict.enforceable
    assert evaluate(PACK, vehicle([12_000, 12_000], Body.RIGID), DecisionRule.NONE).enforceable


@pytest.mark.parametrize(
    ("groups", "spacing", "subject", "limit_kg"),
    [
        ((1, 2), 3_000, "group 1", 7_000),
        ((1, 2), 3_000, "group 2", 11_500),
        ((1, 2, 2), 999, "group 2", 11_500),
        ((1, 2, 2), 1_000, "group 2", 16_000),
        ((1, 2, 2), 1_300, "group 2", 19_000),
        ((1, 1, 2), 1_900, "group 1", 14_000),
        ((1, 2, 2, 2), 1_299, "group 2", 21_000),
        ((1, 2, 2, 2), 1_300, "group 2", 24_000),
    ],
)
def test_axle_groups_are_held_against_the_standard_as_advice(groups, spacing, subject, limit_kg):
    verdict = evaluate(PACK, vehicle([5_000] * len(groups), groups=groups, spacing=spacing), DecisionRule.NONE)
    (finding,) = [finding for finding in verdict.findings if finding.subject == subject]
    assert finding.limit_kg == limit_kg
    assert finding.standing is Standing.ADVISORY


@pytest.mark.parametrize(("spacing", "limit_kg"), [(999, 11_000), (1_299, 16_000), (1_300, 18_000)])
def test_a_group_that_is_known_not_to_drive_has_its_own_limit(spacing, limit_kg):
    one = vehicle([5_000] * 4, groups=(1, 2, 3, 3), spacing=spacing, drive_group=2)
    assert evaluate(PACK, one, DecisionRule.NONE).findings[3].limit_kg == limit_kg


def test_a_group_that_the_law_does_not_limit_is_not_judged_and_that_is_said():
    verdict = evaluate(PACK, vehicle([5_000] * 6, groups=(1, 2, 2, 2, 2, 2)), DecisionRule.NONE)
    assert [finding.subject for finding in verdict.findings] == ["gross", "group 1"]
    assert "group 2 of 5 axles: the rule pack states no limit" in verdict.assumptions


def test_the_gross_weight_is_held_against_the_sum_of_the_axles_limits_as_advice():
    one = vehicle([7_000, 8_500, 8_500], Body.RIGID, groups=(1, 2, 2), spacing=1_200)
    verdict = evaluate(PACK, one, DecisionRule.NONE)
    (found,) = [finding for finding in verdict.findings if finding.subject == "axle limits"]
    assert (found.limit_kg, found.exceeded, found.standing) == (7_000 + 16_000, True, Standing.ADVISORY)
    assert verdict.outcome is Outcome.WITHIN_LIMITS


def test_single_tyres_of_steered_and_driven_axles_lower_nothing():
    twin_steered = vehicle([6_000] * 4, Body.RIGID, groups=(1, 1, 2, 2), dual=False)
    assert evaluate(PACK, twin_steered, DecisionRule.NONE).gross.limit_kg == 31_000 - 2 * 3_000
    driven = vehicle([6_000] * 4, Body.RIGID, groups=(1, 1, 2, 2), dual=False, drive_group=2)
    assert evaluate(PACK, driven, DecisionRule.NONE).gross.limit_kg == 31_000


loads = st.lists(st.integers(0, 30_000), min_size=2, max_size=8)


@st.composite
def vehicles(draw):
    """Give vehicles of any pattern and spacing; what they weigh is drawn last, so that a heavier twin can be made."""
    loads_kg = draw(loads)
    steps = [1, *(draw(st.sampled_from([0, 1])) for _ in loads_kg[1:])]
    groups = [sum(steps[: place + 1]) for place in range(len(steps))]
    spacings = [None, *(draw(st.sampled_from([600, 1_100, 1_350, 1_900, 3_400, 9_000])) for _ in loads_kg[1:])]
    axles = tuple(WeighedAxle(load, load // 20, group, gap) for load, group, gap in zip(loads_kg, groups, spacings, strict=True))
    drive_group = draw(st.none() | st.sampled_from(groups))
    drive_axles = draw(st.none() | st.integers(1, 2))
    return Weighed(axles, draw(st.sampled_from(Body)), sum(loads_kg), draw(st.integers(0, 5_000)), drive_axles, drive_group)


def heavier_by(one, place, more_kg):
    axles = tuple(replace(axle, load_kg=axle.load_kg + more_kg) if at == place else axle for at, axle in enumerate(one.axles))
    return replace(one, axles=axles, gross_kg=one.gross_kg + more_kg)


@given(PACKS, vehicles(), RULES, st.data())
def test_more_weight_never_gives_a_milder_outcome(pack, one, rule, data):
    share = share_for(rule, data.draw(st.integers(0, 500_000)))
    place = data.draw(st.integers(0, len(one.axles) - 1))
    heavier = heavier_by(one, place, data.draw(st.integers(1, 20_000)))
    before = evaluate(pack, one, rule, share)
    after = evaluate(pack, heavier, rule, share)
    if before.outcome is Outcome.NOT_ASSESSABLE:
        assert after.outcome is Outcome.NOT_ASSESSABLE
        return
    assert SEVERITY[after.outcome] >= SEVERITY[before.outcome]
    assert after.overload_probability_ppm >= before.overload_probability_ppm
    exceeded = {(finding.subject, finding.article) for finding in before.findings if finding.exceeded} - {
        (finding.subject, finding.article) for finding in before.findings if finding.subject in NEVER_MONOTONE
    }
    assert exceeded <= {(finding.subject, finding.article) for finding in after.findings if finding.exceeded}


@given(PACKS, vehicles(), RULES, st.integers(1, 3_000))
def test_more_uncertainty_never_gives_a_harsher_outcome(pack, one, rule, more_kg):
    wider = replace(one, gross_u_kg=one.gross_u_kg + more_kg, axles=tuple(replace(axle, u_kg=axle.u_kg + more_kg) for axle in one.axles))
    before, after = (evaluate(pack, each, rule, share_for(rule)) for each in (one, wider))
    if before.outcome is not Outcome.NOT_ASSESSABLE:
        assert SEVERITY[after.outcome] <= SEVERITY[before.outcome]


@given(PACKS, vehicles(), RULES)
def test_the_deciding_finding_bears_the_outcome(pack, one, rule):
    verdict = evaluate(pack, one, rule, share_for(rule))
    deciding = verdict.deciding
    if verdict.outcome is Outcome.OVERLOAD:
        assert deciding.exceeded
        assert deciding.standing is Standing.ENFORCED
    elif verdict.outcome is Outcome.INSIDE_GUARD_BAND:
        assert deciding.over_kg > 0
        assert not deciding.exceeded
    else:
        assert deciding == verdict.gross


@given(st.integers(0, 100_000), st.integers(0, 20_000), st.integers(1, 60_000))
def test_the_probability_of_overload_lies_on_the_side_of_the_load(measured_kg, u_kg, limit_kg):
    ppm = exceedance_ppm(measured_kg, u_kg, limit_kg)
    assert 0 <= ppm <= PPM
    assert (ppm >= PPM // 2) == (measured_kg > limit_kg or (measured_kg == limit_kg and u_kg > 0))


def test_one_expanded_uncertainty_above_is_two_standard_deviations():
    assert exceedance_ppm(11_000, 1_000, 10_000) == 977_250
