"""Central's own evaluation of a record: what it recomputes, and what a verdict may not leave out."""

import pytest

from central.evidence.verdict_check import mark_of
from contract.limits import evaluate, weighed_of
from contract.records import CertificateEntry, FlagEntry, Identity, VerificationEntry
from contract.rules import rule_pack
from contract.vehicles import VehicleFlag
from contract.verdicts import Bar, DecisionRule, Gate, Outcome
from tests.signing_station import SigningStation

OVERLOADED_KG = (8_000, 11_000, 11_000, 11_000, 11_000)
BEFORE_THE_RULES_US = 1_450_000_000_000_000
"""December 2015: before the regulation that the pack holds came into force."""


def judged(record, rule=DecisionRule.NONE, mpe_share_ppm=None, pack=None, barred_by=()):
    verdict = evaluate(pack or rule_pack("cn"), weighed_of(record), rule, mpe_share_ppm, barred_by)
    return record.model_copy(update={"verdict": verdict})


def overload(**changes):
    return SigningStation().vehicle(loads_kg=OVERLOADED_KG, **changes)


@pytest.mark.parametrize(
    ("rule", "ppm"),
    [
        (DecisionRule.NONE, None),
        (DecisionRule.EXPANDED_UNCERTAINTY, None),
        *[(DecisionRule.MAXIMUM_PERMISSIBLE_ERROR, ppm) for ppm in (0, 50_000, 100_000)],
    ],
)
def test_every_decision_rule_is_recomputed(rule, ppm):
    record = judged(overload(), rule, ppm)
    assert record.verdict.outcome is Outcome.OVERLOAD
    assert mark_of(record) is None


def test_another_share_than_the_arithmetic_used_is_found():
    record = judged(overload(), DecisionRule.MAXIMUM_PERMISSIBLE_ERROR, 50_000)
    forged = record.verdict.model_copy(update={"mpe_share_ppm": 40_000})
    assert mark_of(record.model_copy(update={"verdict": forged})).startswith("verdict-differs: ")


def test_a_share_that_is_missing_or_out_of_place_leaves_it_unchecked():
    with_share = judged(overload(), DecisionRule.MAXIMUM_PERMISSIBLE_ERROR, 50_000)
    without = judged(overload())
    for record, share in ((with_share, None), (without, 50_000)):
        odd = record.verdict.model_copy(update={"mpe_share_ppm": share})
        assert mark_of(record.model_copy(update={"verdict": odd})).startswith("verdict-unchecked: ")


def test_driven_axles_are_part_of_the_facts():
    pack = rule_pack("cn")
    record = SigningStation().vehicle(loads_kg=(7_500, *[8_000] * 5), drive_axles=1, drive_group=2)
    assert mark_of(judged(record)) is None
    assert evaluate(pack, weighed_of(record), DecisionRule.NONE).gross.limit_kg == 46_000
    forged = judged(record).model_copy(update={"drive_axles": None})
    assert mark_of(forged).startswith("verdict-differs: ")


def test_a_flag_that_the_rules_say_bars_must_be_among_the_bars():
    flags = (FlagEntry(flag=VehicleFlag.ROWS_DISAGREE, figure_milli=300), FlagEntry(flag=VehicleFlag.BRAKING, figure_milli=-900))
    record = judged(overload(flags=flags))
    assert mark_of(record) == "gate-missing: the record's own facts demand rows-disagree, which its verdict does not name"
    assert mark_of(judged(record, barred_by=(Gate(bar=Bar.ROWS, detail="0.300"),))) is None


def test_rules_that_were_not_in_force_bar():
    record = judged(overload(time_us=BEFORE_THE_RULES_US))
    assert mark_of(record) == "gate-missing: the record's own facts demand rules-not-in-force, which its verdict does not name"
    assert mark_of(judged(record, barred_by=(Gate(bar=Bar.RULES, detail="before its date"),))) is None


def test_rules_that_are_not_held_are_said():
    assert mark_of(overload(rules=Identity(id="cn-62-2016", sha256="f" * 64))).startswith("rules-unknown: ")
    assert mark_of(overload(rules=Identity(id="cn-other", sha256=rule_pack("cn").sha256))).startswith("rules-unknown: ")


@pytest.mark.parametrize("family", ["eu", "us"])
def test_other_countries_verdicts_are_recomputed_by_their_own_rules(family):
    pack = rule_pack(family)
    record = overload(rules=Identity(id=pack.id, sha256=pack.sha256))
    assert mark_of(judged(record, pack=pack)) is None
    assert mark_of(record).startswith("verdict-differs: ")


def test_an_overload_outside_of_the_scales_verification_is_barred():
    passed_us = overload().time_us
    held = VerificationEntry(number="JJG-7", institute="Institute", from_us=passed_us, until_us=passed_us + 1)
    over = held.model_copy(update={"from_us": 1, "until_us": passed_us})
    certificate = CertificateEntry(number=3, sha256="5" * 64, counter=7, verification=held)
    assert mark_of(judged(overload(certificate=certificate))) is None
    for verification in (over, None):
        record = judged(overload(certificate=certificate.model_copy(update={"verification": verification})))
        assert mark_of(record) == "gate-missing: the record's own facts demand verification-not-in-force, which its verdict does not name"
        assert mark_of(judged(record, barred_by=(Gate(bar=Bar.VERIFICATION, detail="ended"),))) is None
