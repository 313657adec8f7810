"""What the rules propose, as a case and its papers show it: each step true, one after the other, down to the decision."""

import re
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from central.evidence.aggregates.calendar import CHINA_STANDARD_TIME
from central.office_settings import ReviewSettings
from central.review.exemptions import REGISTERED
from central.review.proposal import is_major, propose
from central.review.views import CaseExemptionItem, Proposal
from central.review.workflow import Decision
from central.web.documents.writer import writer_in
from central.web.law import article_in
from central.web.pages import make_pages
from central.web.translation import CODES
from contract.limits.rows import Rounding
from contract.records import VehicleRecord
from contract.rules import pack_of_digest
from contract.verdicts import Outcome
from tests.central.web.figures.drawn import records
from tests.central.web.figures.reading import NUMBER, figure
from tests.contract.test_fine_shown import amount_shown

PAGES = make_pages(CHINA_STANDARD_TIME)
OVERLOADS = records().filter(lambda record: record.verdict.outcome is Outcome.OVERLOAD)
OFTEN = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


@st.composite
def exemptions(draw: st.DrawFn, record: VehicleRecord) -> tuple[CaseExemptionItem, ...]:
    """Give up to two exemptions of the record's rules, found by a person."""
    pack = pack_of_digest(record.rules.sha256)
    assert pack is not None
    rules = draw(st.lists(st.sampled_from(pack.exemption), max_size=2)) if pack.exemption else []
    return tuple(
        CaseExemptionItem(
            number=number,
            rule=rule,
            exemption=rule.id,
            evidence="papers",
            permit_number=None,
            permit_from=None,
            permit_until=None,
            registered_kg=draw(st.integers(1_000, 60_000)) if rule.id in REGISTERED else None,
            found_by="rao",
            found_us=1,
            lifted_by=None,
            lifted_us=None,
            counts=draw(st.booleans()),
        )
        for number, rule in enumerate(rules, 1)
    )


def whole(text: str) -> int:
    value = figure(text).value
    assert value.denominator == 1
    return int(value)


def concluded(steps: list[str], language: str) -> tuple[int, int, bool]:
    """Read the steps before the fine: give the measured weight, the limit at their end, and whether nothing is over it."""
    kg = " kg" if language == "en" else "千克"
    held = re.match(f"(?:实测)?({NUMBER}){kg}(?: measured, |，限值)({NUMBER}){kg}", steps[0])
    assert held is not None, steps[0]
    measured, limit, free = whole(held[1]), whole(held[2]), False
    for step in steps[1:]:
        if changed := re.search(f"限值改为({NUMBER}){kg}" if language == "zh" else f": ({NUMBER}){kg} allowed instead$", step):
            limit = whole(changed[1])
        elif guarded := re.match(f"({NUMBER}){kg} − (?:判定保护带)?({NUMBER}){kg}(?: guard band)? ≤ ({NUMBER}){kg}", step):
            assert whole(guarded[1]) == measured
            assert whole(guarded[1]) - whole(guarded[2]) <= whole(guarded[3]) == limit
            free = True
        elif over := re.match(f"({NUMBER}){kg} − ({NUMBER}){kg} = (?:超限)?({NUMBER}){kg}", step):
            assert (whole(over[1]), whole(over[2])) == (measured, limit)
            assert whole(over[1]) - whole(over[2]) == whole(over[3]) > 0
        elif step in {"not over the limit: nothing to decide but no action", "不认定超限：不予处罚"}:
            free = True
    return measured, limit, free


@pytest.mark.parametrize("code", CODES)
@OFTEN
@given(st.data())
def test_the_steps_as_they_are_shown_lead_to_what_is_proposed(code: str, data: st.DataObject):
    record = data.draw(OVERLOADS)
    found = data.draw(exemptions(record))
    rules = ReviewSettings(fine_rounding=data.draw(st.sampled_from((None, *Rounding))))
    proposal = propose(record, found, rules)
    writer = writer_in(PAGES, code)
    steps = [article_in(step.zh if code == "zh" else step.en, writer.language) for step in proposal.steps]
    own = len(steps) - (0 if proposal.fine is None else len(proposal.fine.steps))
    measured, limit, free = concluded(steps[:own], code)
    deciding = record.verdict.deciding
    assert deciding is not None
    assert (measured, limit) == (deciding.measured_kg, proposal.limit_kg)
    assert free == (proposal.decision is Decision.NO_ACTION) == proposal.exempt
    if free:
        assert any(item.counts for item in found)
        return
    assert proposal.over_kg == measured - limit
    if proposal.fine is None:
        assert proposal.decision is None
        return
    assert amount_shown(proposal.fine, proposal.over_kg, code) == Fraction(proposal.amount_cents, 100)
    assert figure(writer.formats.amount(proposal.amount_cents)).value == Fraction(proposal.amount_cents, 100)
    assert (proposal.decision is Decision.WARNING) == (proposal.amount_cents == 0)


@OFTEN
@given(OVERLOADS, st.integers(1, 200))
def test_the_degree_as_shown_says_whether_a_case_is_major(record: VehicleRecord, percent: int):
    """The office sets whole per cents; what is shown is at or above them where the case is."""
    proposal: Proposal = propose(record, (), ReviewSettings())
    if not proposal.limit_kg:
        return
    shown = figure(writer_in(PAGES, "en").formats.degree(proposal.over_kg, proposal.limit_kg)).value
    rules = ReviewSettings(major_over_percent=percent, major_amount=1_000_000_000)
    assert is_major(proposal, 0, rules) == (shown >= percent)


@OFTEN
@given(OVERLOADS)
def test_without_an_exemption_an_overload_is_never_called_exempt(record: VehicleRecord):
    assert not propose(record, (), ReviewSettings()).exempt
