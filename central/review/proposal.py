"""What the rules propose for a case, with the arithmetic. A person decides; the machine imposes nothing."""

from collections.abc import Iterable

from central.office_settings import ReviewSettings
from central.review.exemptions import REGISTERED
from central.review.views import CaseExemptionItem, Proposal
from central.review.workflow import Decision
from contract.limits import PPM, RulePack, proposed_fine
from contract.limits.fine import CENTS, Step
from contract.records import VehicleRecord
from contract.rules import pack_of_digest

NOTHING = Proposal(None, exempt=False, measured_kg=0, limit_kg=0, over_kg=0, fine=None, steps=())
"""Where the rules are none that this version has, or limit no gross weight: the arithmetic is the approver's own."""


def pack_of(record: VehicleRecord) -> RulePack | None:
    """Give the rules that a record was judged by, None where this version has them not."""
    pack = pack_of_digest(record.rules.sha256)
    return pack if pack is not None and pack.id == record.rules.id else None


def propose(record: VehicleRecord, exemptions: Iterable[CaseExemptionItem], settings: ReviewSettings) -> Proposal:
    """Hold the gross weight against its limit, as the exemptions that count change it, and that against the fine schedule.

    A limit that an exemption has raised is exceeded as any other: by more than the guard band of the decision rule.
    """
    pack, gross = pack_of(record), record.verdict.gross
    if pack is None or gross is None:
        return NOTHING
    steps = [
        Step(
            f"{gross.measured_kg:,} kg measured, {gross.limit_kg:,} kg allowed ({gross.article})",
            f"实测{gross.measured_kg:,}千克，限值{gross.limit_kg:,}千克（{gross.article}）",
        )
    ]
    limit_kg, exempt = gross.limit_kg, False
    for item in exemptions:
        if not item.counts or item.rule is None:
            continue
        changed_kg = _limit_with(item, gross.limit_kg)
        if changed_kg is None:
            exempt = True
            steps.append(Step(f"{item.rule.article}: {item.rule.text_en}", f"{item.rule.article}：{item.rule.text_zh}"))
        else:
            limit_kg = changed_kg if item.exemption in REGISTERED else max(limit_kg, changed_kg)
            steps.append(Step(f"{item.rule.article}: {limit_kg:,} kg allowed instead", f"{item.rule.article}：限值改为{limit_kg:,}千克"))
    over_kg = max(0, gross.measured_kg - limit_kg)
    if exempt or over_kg == 0:
        steps.append(Step("not over the limit: nothing to decide but no action", "不认定超限：不予处罚"))
        return Proposal(Decision.NO_ACTION, True, gross.measured_kg, limit_kg, 0 if exempt else over_kg, None, tuple(steps))
    if gross.measured_kg - gross.guard_kg <= limit_kg:
        steps.append(
            Step(
                f"{gross.measured_kg:,} kg − {gross.guard_kg:,} kg guard band ≤ {limit_kg:,} kg: within what the measurement leaves open",
                f"{gross.measured_kg:,}千克 − 判定保护带{gross.guard_kg:,}千克 ≤ {limit_kg:,}千克：在测量不确定度之内，不认定超限",
            )
        )
        return Proposal(Decision.NO_ACTION, True, gross.measured_kg, limit_kg, 0, None, tuple(steps))
    steps.append(
        Step(
            f"{gross.measured_kg:,} kg − {limit_kg:,} kg = {over_kg:,} kg over",
            f"{gross.measured_kg:,}千克 − {limit_kg:,}千克 = 超限{over_kg:,}千克",
        )
    )
    fine = proposed_fine(pack, over_kg, settings.fine_rounding)
    decision = None if fine is None else Decision.WARNING if fine.is_warning else Decision.PENALTY
    return Proposal(decision, False, gross.measured_kg, limit_kg, over_kg, fine, (*steps, *(() if fine is None else fine.steps)))


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
