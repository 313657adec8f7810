"""The fine schedule: figures of article 43, and properties that hold for every overload and rounding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.limits import proposed_fine
from contract.limits.rows import Rounding
from contract.rules import rule_pack

PACK = rule_pack("cn")
CAP_CENTS = 30_000 * 100
ROUNDINGS = st.sampled_from(Rounding)


@pytest.mark.parametrize(
    ("over_kg", "floor", "exact", "ceiling"),
    [
        (1_001, 500, 500.5, 1_000),
        (1_999, 500, 999.5, 1_000),
        (2_000, 1_000, 1_000, 1_000),
        (12_345, 6_000, 6_172.5, 6_500),
        (60_000, 30_000, 30_000, 30_000),
        (60_001, 30_000, 30_000, 30_000),
        (98_765, 30_000, 30_000, 30_000),
    ],
)
def test_figures(over_kg, floor, exact, ceiling):
    amounts = [proposed_fine(PACK, over_kg, rounding).amount_cents / 100 for rounding in (Rounding.FLOOR, Rounding.EXACT, Rounding.CEILING)]
    assert amounts == [floor, exact, ceiling]


@pytest.mark.parametrize("over_kg", [1, 1_000])
def test_up_to_the_first_tonne_is_a_warning(over_kg):
    fine = proposed_fine(PACK, over_kg)
    assert fine.is_warning
    assert fine.amount_cents == 0
    assert len(fine.steps) == 1


def test_nothing_over_and_no_schedule_propose_nothing():
    assert proposed_fine(PACK, 0) is None
    assert proposed_fine(rule_pack("us"), 5_000) is None
    with pytest.raises(ValueError, match="over_kg"):
        proposed_fine(PACK, -1)


def test_the_steps_show_the_arithmetic_in_both_languages():
    steps = proposed_fine(PACK, 12_345, Rounding.EXACT).steps
    assert [step.en for step in steps] == [
        "12,345 kg over, more than 1,000 kg: a fine",
        "12,345 kg / 1,000 kg = 12.345 (a part counts in proportion)",
        "12.345 × 500 CNY = 6,172.50 CNY",
        "6,172.50 ≤ 30,000 CNY, the most allowed: 6,172.50 CNY",
    ]
    assert steps[-1].zh == "6,172.50元 ≤ 上限30,000元：6,172.50元"


def test_the_cap_is_shown_where_it_acts():
    assert proposed_fine(PACK, 70_000).steps[-1].en == "35,000 > 30,000 CNY, the most allowed: 30,000 CNY"


def test_the_pack_settles_the_rounding_unless_told_otherwise():
    assert proposed_fine(PACK, 1_500).rounding is PACK.fine.rounding is Rounding.FLOOR


@given(st.integers(1, 1_000_000), st.integers(0, 100_000), ROUNDINGS)
def test_more_overload_never_costs_less_and_never_more_than_the_cap(over_kg, more_kg, rounding):
    less, more = proposed_fine(PACK, over_kg, rounding), proposed_fine(PACK, over_kg + more_kg, rounding)
    assert 0 <= less.amount_cents <= more.amount_cents <= CAP_CENTS
    assert less.is_warning == (over_kg <= 1_000)


@given(st.integers(1, 1_000_000))
def test_the_roundings_are_in_order_and_less_than_a_step_apart(over_kg):
    floor, exact, ceiling = (proposed_fine(PACK, over_kg, rounding).amount_cents for rounding in Rounding)
    assert floor <= exact <= ceiling <= floor + 500 * 100


@given(st.integers(1, 60), ROUNDINGS)
def test_whole_tonnes_cost_the_same_however_parts_count(tonnes, rounding):
    amount = proposed_fine(PACK, tonnes * 1_000, rounding).amount_cents
    assert amount == (0 if tonnes == 1 else tonnes * 500 * 100)


@given(st.integers(1, 1_000_000), ROUNDINGS)
def test_every_step_is_said_in_both_languages_and_the_last_states_the_amount(over_kg, rounding):
    fine = proposed_fine(PACK, over_kg, rounding)
    assert all(step.en and step.zh and step.en != step.zh for step in fine.steps)
    if not fine.is_warning:
        shown = f"{fine.amount_cents / 100:,.2f}".removesuffix(".00")
        assert fine.steps[-1].en.endswith(f": {shown} CNY")
        assert fine.steps[-1].zh.endswith(f"：{shown}元")
