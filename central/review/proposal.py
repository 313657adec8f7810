"""What the rules propose for a case, with the arithmetic. A person decides; the machine imposes nothing."""

from collections.abc import Iterable
from typing import Final

from central.office_settings import ReviewSettings
from central.review.exemptions import REGISTERED
from central.review.views import CaseExemptionItem, Proposal
from central.review.workflow import Decision
from contract.limits import PPM, RulePack, proposed_fine
from contract.limits.fine import CENTS, Step
from contract.records import VehicleRecord
from contract.rules import pack_of_digest
from contract.verdicts import Finding, Outcome

NOTHING = Proposal(None, exempt=False, measured_kg=0, limit_kg=0, over_kg=0, fine=None, steps=())
"""Where the rules are none that this version has, or limit no gross weight: the arithmetic is the approver's own."""

NOT_OVER: Final = Step("not over the limit: nothing to decide but no action", "不认定超限：不予处罚")


def pack_of(record: VehicleRecord) -> RulePack | None:
    """Give the rules that a record was judged by, None where this version has them not."""
    pack = pack_of_digest(record.rules.sha256)
    return pack if pack is not None and pack.id == record.rules.id else None


def propose(record: VehicleRecord, exemptions: Iterable[CaseExemptionItem], settings: ReviewSettings) -> Proposal:
    """Hold the gross weight against its limit, as the exemptions that count change it, and that against the fine schedule.

    A limit that an exemption has raised is exceeded as any other: by more than the guard band of the decision rule. An overload that only
    axles bear is given with its arithmetic and without a decision: the schedules are for gross weights.
    """
    pack, verdict = pack_of(record), record.verdict
    gross, deciding = verdict.gross, verdict.deciding
    if pack is None or gross is None:
        return NOTHING
    counting = [item for item in exemptions if item.counts and item.rule is not None]
    if deciding is not None and deciding is not gross and verdict.outcome is Outcome.OVERLOAD:
        return _of_axles(deciding, counting)
    steps = [_held(gross)]
    limit_kg, exempt = gross.limit_kg, False
    for item in counting:
        changed_kg = _limit_with(item, gross.limit_kg)
        if changed_kg is None:
            exempt = True
            steps.append(_exempted(item))
        else:
            limit_kg = changed_kg if item.exemption in REGISTERED else max(limit_kg, changed_kg)
            steps.append(_exempted(item, limit_kg))
    over_kg = max(0, gross.measured_kg - limit_kg)
    if exempt or over_kg == 0:
        steps.append(NOT_OVER)
        return Proposal(Decision.NO_ACTION, True, gross.measured_kg, limit_kg, 0 if exempt else over_kg, None, tuple(steps))
    if gross.measured_kg - gross.guard_kg <= limit_kg:
        measured, guard, limit = f"{gross.measured_kg:,}", f"{gross.guard_kg:,}", f"{limit_kg:,}"
        steps.append(
            Step(
                f"{measured} kg − {guard} kg guard band ≤ {limit} kg: within what the measurement leaves open",
                f"{measured}千克 − 判定保护带{guard}千克 ≤ {limit}千克：在测量不确定度之内，不认定超限",
            )
        )
        return Proposal(Decision.NO_ACTION, True, gross.measured_kg, limit_kg, 0, None, tuple(steps))
    steps.append(_over(gross.measured_kg, limit_kg))
    fine = proposed_fine(pack, over_kg, settings.fine_rounding)
    decision = None if fine is None else Decision.WARNING if fine.is_warning else Decision.PENALTY
    return Proposal(decision, False, gross.measured_kg, limit_kg, over_kg, fine, (*steps, *(() if fine is None else fine.steps)))


def _of_axles(finding: Finding, counting: list[CaseExemptionItem]) -> Proposal:
    """Give the arithmetic of an overload that axles bear and not the gross weight: schedules fine gross weights, so none is proposed.

    An exemption that changes the gross limit changes nothing here; one that takes the vehicle out of the limits does.
    """
    out = [item for item in counting if _limit_with(item, 0) is None]
    steps = (_held(finding), *(_exempted(item) for item in out))
    if out:
        return Proposal(Decision.NO_ACTION, True, finding.measured_kg, finding.limit_kg, 0, None, (*steps, NOT_OVER))
    over = _over(finding.measured_kg, finding.limit_kg)
    return Proposal(None, False, finding.measured_kg, finding.limit_kg, finding.over_kg, None, (*steps, over))


def _held(finding: Finding) -> Step:
    measured, limit = f"{finding.measured_kg:,}", f"{finding.limit_kg:,}"
    return Step(
        f"{measured} kg measured, {limit} kg allowed ({finding.article})", f"实测{measured}千克，限值{limit}千克（{finding.article}）"
    )


def _exempted(item: CaseExemptionItem, limit_kg: int | None = None) -> Step:
    """Say what an exemption changes: the limit, or that there is none."""
    if item.rule is None:
        raise ValueError(item.exemption)
    en = item.rule.text_en if limit_kg is None else f"{limit_kg:,} kg allowed instead"
    zh = item.rule.text_zh if limit_kg is None else f"限值改为{limit_kg:,}千克"
    return Step(f"{item.rule.article}: {en}", f"{item.rule.article}：{zh}")


def _over(measured_kg: int, limit_kg: int) -> Step:
    measured, limit, over = f"{measured_kg:,}", f"{limit_kg:,}", f"{measured_kg - limit_kg:,}"
    return Step(f"{measured} kg − {limit} kg = {over} kg over", f"{measured}千克 − {limit}千克 = 超限{over}千克")


def is_major(proposal: Proposal, amount_cents: int, settings: ReviewSettings) -> bool:
    """Whether a fine, proposed or entered, or the degree of overload makes a case major (Administrative Penalty Law, art. 57 and 63)."""
    most_cents = max(amount_cents, proposal.amount_cents)
    degree_ppm = degree(proposal.over_kg, proposal.limit_kg)
    return most_cents >= settings.major_amount * CENTS or degree_ppm >= settings.major_over_percent * PPM // 100


def degree(over_kg: int, limit_kg: int) -> int:
    """Give the degree of overload in ppm of what is allowed."""
    return over_kg * PPM // limit_kg if limit_kg else 0


def _limit_with(item: CaseExemptionItem, limit_kg: int) -> int | None:
    """Give the limit that an exemption makes, None where it takes the vehicle out of the limits altogether."""
    if item.registered_kg is not None and item.exemption in REGISTERED:
        return item.registered_kg
    return None if item.rule is None or item.rule.adds_kg is None else limit_kg + item.rule.adds_kg
