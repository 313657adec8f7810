"""The Chinese rule pack and its evaluation: figures of the regulation, and properties that hold for every vehicle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.faults import StopError
from contract.limits import PPM, Weighed, WeighedAxle, evaluate, exceedance_ppm, parse_rule_pack
from contract.rules import rule_pack
from contract.vehicles import Body
from contract.verdicts import Bar, DecisionRule, Gate, Outcome, Standing

PACK = rule_pack("cn")
SEVERITY = {Outcome.WITHIN_LIMITS: 0, Outcome.INSIDE_GUARD_BAND: 1, Outcome.OVERLOAD: 2}
RULES = st.sampled_from(DecisionRule)


def vehicle(loads, body=Body.COMBINATION, *, gross_u=0, groups=None, spacing=3_000, dual=None, drive_axles=None):
    groups = groups or range(1, len(loads) + 1)
    axles = tuple(
        WeighedAxle(load, 0, group, None if place == 0 else spacing, None if place == 0 else dual)
        for place, (load, group) in enumerate(zip(loads, groups, strict=True))
    )
    return Weighed(axles, body, sum(loads), gross_u, drive_axles)


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
    verdict = evaluate(PACK, vehicle([10_000, 9_001], Body.RIGID), DecisionRule.MAXIMUM_PERMISSIBLE_ERROR, mpe_share=0.05)
    assert verdict.gross.guard_kg == 951


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_an_impossible_share_is_refused(share):
    with pytest.raises(ValueError, match="mpe_share"):
        evaluate(PACK, vehicle([9_000, 9_000]), DecisionRule.NONE, mpe_share=share)


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
        ((1, 2, 2, 2), 1_299, "group 2", 21_000),
        ((1, 2, 2, 2), 1_300, "group 2", 24_000),
    ],
)
def test_axle_groups_are_held_against_the_standard_as_advice(groups, spacing, subject, limit_kg):
    verdict = evaluate(PACK, vehicle([5_000] * len(groups), groups=groups, spacing=spacing), DecisionRule.NONE)
    (finding,) = [finding for finding in verdict.findings if finding.subject == subject]
    assert finding.limit_kg == limit_kg
    assert finding.standing is Standing.ADVISORY


def test_a_group_without_a_limit_is_not_judged():
    verdict = evaluate(PACK, vehicle([5_000] * 6, groups=(1, 2, 2, 2, 2, 2)), DecisionRule.NONE)
    assert [finding.subject for finding in verdict.findings] == ["gross", "group 1"]


loads = st.lists(st.integers(0, 30_000), min_size=2, max_size=8)


@given(loads, st.sampled_from(Body), RULES, st.integers(0, 5_000), st.data())
def test_more_weight_never_gives_a_milder_outcome(loads_kg, body, rule, u_kg, data):
    share = data.draw(st.floats(0, 0.5))
    place = data.draw(st.integers(0, len(loads_kg) - 1))
    heavier = list(loads_kg)
    heavier[place] += data.draw(st.integers(1, 20_000))
    before = evaluate(PACK, vehicle(loads_kg, body, gross_u=u_kg), rule, share)
    after = evaluate(PACK, vehicle(heavier, body, gross_u=u_kg), rule, share)
    if before.outcome is Outcome.NOT_ASSESSABLE:
        assert after.outcome is Outcome.NOT_ASSESSABLE
        return
    assert SEVERITY[after.outcome] >= SEVERITY[before.outcome]
    assert after.overload_probability_ppm >= before.overload_probability_ppm
    exceeded = {finding.subject for finding in before.findings if finding.exceeded}
    assert exceeded <= {finding.subject for finding in after.findings if finding.exceeded}


@given(loads, RULES, st.integers(0, 3_000), st.integers(1, 3_000))
def test_more_uncertainty_never_gives_a_harsher_outcome(loads_kg, rule, u_kg, more_kg):
    before = evaluate(PACK, vehicle(loads_kg, Body.UNKNOWN, gross_u=u_kg), rule)
    after = evaluate(PACK, vehicle(loads_kg, Body.UNKNOWN, gross_u=u_kg + more_kg), rule)
    if before.outcome is not Outcome.NOT_ASSESSABLE:
        assert SEVERITY[after.outcome] <= SEVERITY[before.outcome]


@given(st.integers(0, 100_000), st.integers(0, 20_000), st.integers(1, 60_000))
def test_the_probability_of_overload_lies_on_the_side_of_the_load(measured_kg, u_kg, limit_kg):
    ppm = exceedance_ppm(measured_kg, u_kg, limit_kg)
    assert 0 <= ppm <= PPM
    assert (ppm >= PPM // 2) == (measured_kg > limit_kg or (measured_kg == limit_kg and u_kg > 0))


def test_one_expanded_uncertainty_above_is_two_standard_deviations():
    assert exceedance_ppm(11_000, 1_000, 10_000) == 977_250


def test_the_shipped_pack_is_named_by_its_bytes():
    assert PACK.id == "cn-62-2016"
    assert rule_pack("cn").sha256 == PACK.sha256


def test_an_unknown_pack_names_those_that_ship():
    with pytest.raises(StopError, match="this version has: cn"):
        rule_pack("xx")


@pytest.mark.parametrize("data", [b"", b"id = ", b"\xff", b'id = "x-1"\nunknown = 1'])
def test_a_pack_that_is_none_is_refused(data):
    with pytest.raises(StopError, match=r"xx\.toml"):
        parse_rule_pack(data, "xx.toml")
