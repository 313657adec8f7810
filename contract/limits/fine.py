"""What a fine schedule proposes for an overload, as arithmetic that a person can follow; a person decides."""

from dataclasses import dataclass
from typing import Final

from contract.limits.pack import RulePack
from contract.limits.rows import FineSchedule, Rounding

CENTS: Final = 100
"""Cents (fen) per unit of a currency; amounts are whole cents."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the arithmetic with its figures, in both languages."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class ProposedFine:
    """A warning without a fine, or a fine; `steps` leads from the overload to it."""

    amount_cents: int
    currency: str
    is_warning: bool
    rounding: Rounding
    article: str
    steps: tuple[Step, ...]


def proposed_fine(pack: RulePack, over_kg: int, rounding: Rounding | None = None) -> ProposedFine | None:
    """Give what a pack's schedule proposes.

    Parameters
    ----------
    pack
        The rules in force at the moment of passage.
    over_kg
        Measured gross weight minus limit, in kg; the guard band is not taken off (it decides whether there is an overload at all).
    rounding
        How a part of a step counts, where a bureau has settled it otherwise than the pack.

    Returns
    -------
    ProposedFine or None
        None where the pack has no schedule or nothing is over.

    Raises
    ------
    ValueError
        If `over_kg` is negative.
    """
    if over_kg < 0:
        msg = f"over_kg is what lies above the limit, at least 0, not {over_kg}"
        raise ValueError(msg)
    schedule = pack.fine
    if schedule is None or over_kg == 0:
        return None
    how = rounding or schedule.rounding
    if over_kg <= schedule.warning_up_to_kg:
        step = Step(
            f"{over_kg:,} kg over, at most {schedule.warning_up_to_kg:,} kg: a warning, no fine",
            f"超限{over_kg:,}千克，未超过{schedule.warning_up_to_kg:,}千克：予以警告",
        )
        return ProposedFine(0, schedule.currency, is_warning=True, rounding=how, article=schedule.article, steps=(step,))
    uncapped_cents, counted = _counted(schedule, over_kg, how)
    amount_cents = min(uncapped_cents, schedule.cap * CENTS)
    first = Step(
        f"{over_kg:,} kg over, more than {schedule.warning_up_to_kg:,} kg: a fine",
        f"超限{over_kg:,}千克，超过{schedule.warning_up_to_kg:,}千克：处以罚款",
    )
    last = _cap_step(schedule, uncapped_cents, amount_cents)
    return ProposedFine(
        amount_cents, schedule.currency, is_warning=False, rounding=how, article=schedule.article, steps=(first, *counted, last)
    )


def _counted(schedule: FineSchedule, over_kg: int, rounding: Rounding) -> tuple[int, tuple[Step, Step]]:
    """Give the amount before the cap, and how the steps were counted and multiplied; a part of a cent is dropped."""
    whole, rest_kg = divmod(over_kg, schedule.step_kg)
    match rounding:
        case Rounding.FLOOR:
            shown, en, zh = str(whole), "whole steps only", "不足一档的不计"
        case Rounding.CEILING:
            whole += rest_kg > 0
            shown, en, zh = str(whole), "a part counts as a whole step", "不足一档的按一档计"
        case Rounding.EXACT:
            shown, en, zh = f"{over_kg / schedule.step_kg:.10g}", "a part counts in proportion", "不足一档的按比例计"
    per_step_cents = schedule.amount_per_step * CENTS
    cents = per_step_cents * over_kg // schedule.step_kg if rounding is Rounding.EXACT else per_step_cents * whole
    money, unit = _money(cents), _unit_zh(schedule)
    return cents, (
        Step(f"{over_kg:,} kg / {schedule.step_kg:,} kg = {shown} ({en})", f"{over_kg:,}千克 ÷ {schedule.step_kg:,}千克 = {shown}（{zh}）"),
        Step(
            f"{shown} × {schedule.amount_per_step:,} {schedule.currency} = {money} {schedule.currency}",
            f"{shown} × {schedule.amount_per_step:,}{unit} = {money}{unit}",
        ),
    )


def _cap_step(schedule: FineSchedule, uncapped_cents: int, amount_cents: int) -> Step:
    sign = "≤" if uncapped_cents == amount_cents else ">"
    before, after, unit = _money(uncapped_cents), _money(amount_cents), _unit_zh(schedule)
    return Step(
        f"{before} {sign} {schedule.cap:,} {schedule.currency}, the most allowed: {after} {schedule.currency}",
        f"{before}{unit} {sign} 上限{schedule.cap:,}{unit}：{after}{unit}",
    )


def _unit_zh(schedule: FineSchedule) -> str:
    return "元" if schedule.currency == "CNY" else f" {schedule.currency}"


def _money(cents: int) -> str:
    return f"{cents // CENTS:,}" if cents % CENTS == 0 else f"{cents / CENTS:,.2f}"
