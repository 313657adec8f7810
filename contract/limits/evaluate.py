"""The decision: a weighed vehicle against a rule pack, with the uncertainty as the decision rule has it."""

import math
from typing import Final

from contract.limits.applied import Applied, assess
from contract.limits.pack import RulePack
from contract.limits.weighed import Weighed
from contract.recordable import GROSS_MAX_KG
from contract.units import PPM
from contract.verdicts import DecisionRule, Finding, Gate, Outcome, Standing, Verdict

COVERAGE_FACTOR: Final = 2
"""Expanded uncertainties in this project are k = 2 (JCGM 100:2008, 6.3)."""


def evaluate(
    pack: RulePack,
    vehicle: Weighed,
    decision_rule: DecisionRule,
    mpe_share_ppm: int | None = None,
    barred_by: tuple[Gate, ...] = (),
) -> Verdict:
    """Hold a weighed vehicle against a rule pack.

    A load counts as over its limit when measured − guard > limit, where the guard band is 0, the expanded uncertainty, or `mpe_share_ppm`
    of the measured load, as the decision rule says (JCGM 106:2012, 8.3). For a fixed vehicle and rule the outcome never gets milder as the
    weight grows. Every enforced limit counts, not the gross weight alone.

    Parameters
    ----------
    pack
        Limits in force at the moment of passage.
    vehicle
        Loads and uncertainties in kg (k = 2).
    decision_rule
        How uncertainty enters.
    mpe_share_ppm
        In-service maximum permissible error in ppm of the load, in [0, 1 000 000); needed by `MAXIMUM_PERMISSIBLE_ERROR` and taken by it
        alone. The verdict carries it, so that anyone can do the arithmetic again.
    barred_by
        Bars found by the station's gates; they do not change the outcome, only whether it may be enforced.

    Raises
    ------
    ValueError
        If the share is missing, impossible, or given with another rule.
    """
    if (decision_rule is DecisionRule.MAXIMUM_PERMISSIBLE_ERROR) != (mpe_share_ppm is not None):
        msg = f"mpe_share_ppm {mpe_share_ppm} with {decision_rule}: maximum-permissible-error needs one, no other rule takes one"
        raise ValueError(msg)
    if mpe_share_ppm is not None and not 0 <= mpe_share_ppm < PPM:
        msg = f"mpe_share_ppm is in [0, {PPM}), not {mpe_share_ppm}"
        raise ValueError(msg)
    assessment = assess(pack, vehicle)
    findings = tuple(_finding(one, decision_rule, mpe_share_ppm or 0) for one in assessment.applied)
    gross = assessment.gross
    return Verdict(
        outcome=Outcome.NOT_ASSESSABLE if gross is None else _outcome(findings),
        findings=findings,
        decision_rule=decision_rule,
        mpe_share_ppm=mpe_share_ppm,
        overload_probability_ppm=0 if gross is None else exceedance_ppm(vehicle.gross_kg, vehicle.gross_u_kg, gross.limit_kg),
        assumptions=assessment.assumptions,
        barred_by=barred_by,
    )


def exceedance_ppm(measured_kg: int, u_kg: int, limit_kg: int) -> int:
    """Give the probability in ppm that the true load exceeds the limit (JCGM 106:2012, 7.2; normal, u = U / 2)."""
    if u_kg == 0:
        return PPM if measured_kg > limit_kg else 0
    score = (measured_kg - limit_kg) / (u_kg / COVERAGE_FACTOR)
    return round(PPM * 0.5 * math.erfc(-score / math.sqrt(2)))


def _guard_kg(one: Applied, rule: DecisionRule, mpe_share_ppm: int) -> int:
    match rule:
        case DecisionRule.NONE:
            return 0
        case DecisionRule.EXPANDED_UNCERTAINTY:
            return one.u_kg
        case DecisionRule.MAXIMUM_PERMISSIBLE_ERROR:
            return -(-one.measured_kg * mpe_share_ppm // PPM)


def _finding(one: Applied, rule: DecisionRule, mpe_share_ppm: int) -> Finding:
    guard_kg = min(_guard_kg(one, rule, mpe_share_ppm), GROSS_MAX_KG)
    return Finding(
        subject=one.subject,
        standing=one.standing,
        article=one.rule.article,
        limit_kg=one.limit_kg,
        measured_kg=one.measured_kg,
        guard_kg=guard_kg,
        over_kg=max(0, one.measured_kg - one.limit_kg),
        exceeded=one.measured_kg - guard_kg > one.limit_kg,
    )


def _outcome(findings: tuple[Finding, ...]) -> Outcome:
    enforced = [finding for finding in findings if finding.standing is Standing.ENFORCED]
    if any(finding.exceeded for finding in enforced):
        return Outcome.OVERLOAD
    return Outcome.INSIDE_GUARD_BAND if any(finding.over_kg for finding in enforced) else Outcome.WITHIN_LIMITS
