"""The arithmetic of a fine as it is shown: read from the page and computed anew, it gives the amount, for any schedule."""

import re
from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.limits import RulePack, proposed_fine
from contract.limits.fine import ProposedFine
from contract.limits.rows import FineSchedule, Rounding
from contract.rules import rule_pack

NUMBER = r"(\d{1,3}(?:,\d{3})*(?:\.\d+)?)"
OVER = st.one_of(st.integers(1, 1_000_000), st.sampled_from((999, 1_000, 1_001, 1_999, 2_000, 59_999, 60_000, 60_001)))
EDGES = {Rounding.FLOOR: floor, Rounding.CEILING: ceil}
UNITS = {"en": (" kg", " CNY", " / ", "the most allowed: ", ": "), "zh": ("千克", "元", " ÷ ", "", "：")}


def read(text: str) -> Fraction:
    return Fraction(text.replace(",", ""))


def schedules() -> st.SearchStrategy[FineSchedule]:
    """Give schedules that no pack has: steps that divide nothing, amounts that leave parts of a cent."""
    shipped = rule_pack("cn").fine
    assert shipped is not None
    changes = st.fixed_dictionaries(
        {
            "warning_up_to_kg": st.integers(0, 5_000),
            "step_kg": st.one_of(st.integers(1, 5_000), st.sampled_from((1, 3, 7, 900, 1_000))),
            "amount_per_step": st.integers(1, 5_000),
            "cap": st.integers(1, 100_000),
        }
    )
    return st.one_of(st.just(shipped), changes.map(lambda change: shipped.model_copy(update=change)))


def amount_shown(fine: ProposedFine, over_kg: int, language: str) -> Fraction:
    """Follow the steps as a reader with a pencil does, and give what they come to."""
    kg, money, over_sign, _, colon = UNITS[language]
    texts = [getattr(step, language) for step in fine.steps]
    first, *rest = texts
    over, bound = (read(found) for found in re.findall(NUMBER, first))
    assert over == over_kg
    if fine.is_warning:
        assert over <= bound
        assert not rest
        return Fraction(0)
    assert over > bound
    counting, multiplying, capping = rest
    counted = re.match(f"{NUMBER}{kg}{over_sign}{NUMBER}{kg} ([=≈]) {NUMBER}", counting)
    assert counted is not None, counting
    quotient, steps = read(counted[1]) / read(counted[2]), read(counted[4])
    if fine.rounding in EDGES:
        assert steps == EDGES[fine.rounding](quotient)
    elif counted[3] == "=":
        assert steps == quotient
    else:
        assert 0 < quotient - steps < Fraction(1, 10**6)
    multiplied = re.match(f"{NUMBER}(?:{over_sign}{NUMBER})? × {NUMBER}{money} = {NUMBER}{money}(.*)", multiplying)
    assert multiplied is not None, multiplying
    factor = read(multiplied[1]) / (read(multiplied[2]) if multiplied[2] else 1)
    assert factor == (steps if counted[3] == "=" else quotient)
    product, amount = factor * read(multiplied[3]), read(multiplied[4])
    assert amount == (Fraction(floor(product * 100), 100) if multiplied[5] else product)
    capped = re.match(f"{NUMBER}(?:{money})? ([≤>]) (?:上限)?{NUMBER}{money}.*{colon}{NUMBER}{money}$", capping)
    assert capped is not None, capping
    before, most, after = read(capped[1]), read(capped[3]), read(capped[4])
    assert before == amount
    assert (capped[2] == ">") == (before > most)
    assert after == min(before, most)
    return after


@pytest.mark.parametrize("language", UNITS)
@given(schedules(), OVER, st.sampled_from(Rounding))
def test_the_steps_as_they_are_shown_come_to_the_amount(language: str, schedule: FineSchedule, over_kg: int, rounding: Rounding):
    pack: RulePack = rule_pack("cn").model_copy(update={"fine": schedule})
    fine = proposed_fine(pack, over_kg, rounding)
    assert fine is not None
    assert amount_shown(fine, over_kg, language) == Fraction(fine.amount_cents, 100)
