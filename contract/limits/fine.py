"""What a fine schedule proposes for an overload, as arithmetic that a person can follow; a person decides."""

from dataclasses import dataclass
from typing import Final

from contract.limits.pack import RulePack
from contract.limits.rows import FineSchedule, Rounding

CENTS: Final = 100
"""Cents (fen) per unit of a currency; amounts are whole cents."""
QUOTIENT_DIGITS: Final = 6
"""Most decimals with which a quotient is written."""


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
    over, most = f"{over_kg:,}", f"{schedule.warning_up_to_kg:,}"
    if over_kg <= schedule.warning_up_to_kg:
        step = Step(f"{over} kg over, at most {most} kg: a warning, no fine", f"超限{over}千克，未超过{most}千克：予以警告")
        return ProposedFine(0, schedule.currency, is_warning=True, rounding=how, article=schedule.article, steps=(step,))
    uncapped_cents, counted = _counted(schedule, over_kg, how)
    amount_cents = min(uncapped_cents, schedule.cap * CENTS)
    first = Step(f"{over} kg over, more than {most} kg: a fine", f"超限{over}千克，超过{most}千克：处以罚款")
    last = _cap_step(schedule, uncapped_cents, amount_cents)
    return ProposedFine(
        amount_cents, schedule.currency, is_warning=False, rounding=how, article=schedule.article, steps=(first, *counted, last)
    )


def _counted(schedule: FineSchedule, over_kg: int, rounding: Rounding) -> tuple[int, tuple[Step, Step]]:
    """Give the amount before the cap, and how the steps were counted and multiplied; a part of a cent is dropped."""
    whole, rest_kg = divmod(over_kg, schedule.step_kg)
    equals = "="
    match rounding:
        case Rounding.FLOOR:
            shown, en, zh = f"{whole:,}", "whole steps only", "不足一档的不计"
        case Rounding.CEILING:
            whole += rest_kg > 0
            shown, en, zh = f"{whole:,}", "a part counts as a whole step", "不足一档的按一档计"
        case Rounding.EXACT:
            equals, shown = _quotient(over_kg, schedule.step_kg)
            en, zh = "a part counts in proportion", "不足一档的按比例计"
    per_step_cents = schedule.amount_per_step * CENTS
    cents, lost = divmod(per_step_cents * over_kg, schedule.step_kg) if rounding is Rounding.EXACT else (per_step_cents * whole, 0)
    money, unit, per_step = _money(cents), _unit_zh(schedule), f"{schedule.amount_per_step:,}"
    # What does not come out even is multiplied as it is and not as it is written, or the two would not agree to the cent.
    times = shown if equals == "=" else f"{over_kg:,} / {schedule.step_kg:,}"
    dropped_en, dropped_zh = (" (a part of a cent is dropped)", "（不足一分的舍去）") if lost else ("", "")
    over, step = f"{over_kg:,}", f"{schedule.step_kg:,}"
    return cents, (
        Step(f"{over} kg / {step} kg {equals} {shown} ({en})", f"{over}千克 ÷ {step}千克 {equals} {shown}（{zh}）"),
        Step(
            f"{times} × {per_step} {schedule.currency} = {money} {schedule.currency}{dropped_en}",
            f"{times.replace('/', '÷')} × {per_step}{unit} = {money}{unit}{dropped_zh}",
        ),
    )


def _quotient(over_kg: int, step_kg: int) -> tuple[str, str]:
    """Give the sign and the digits of a quotient: as many as it has, or six with the sign that it is not written out."""
    scaled, rest = divmod(over_kg * 10**QUOTIENT_DIGITS, step_kg)
    whole, part = divmod(scaled, 10**QUOTIENT_DIGITS)
    digits = f"{part:0{QUOTIENT_DIGITS}d}".rstrip("0")
    return "≈" if rest else "=", f"{whole:,}" + (f".{digits}" if digits else "")


def _cap_step(schedule: FineSchedule, uncapped_cents: int, amount_cents: int) -> Step:
    sign = "≤" if uncapped_cents == amount_cents else ">"
    before, after, unit, cap = _money(uncapped_cents), _money(amount_cents), _unit_zh(schedule), f"{schedule.cap:,}"
    return Step(
        f"{before} {sign} {cap} {schedule.currency}, the most allowed: {after} {schedule.currency}",
        f"{before}{unit} {sign} 上限{cap}{unit}：{after}{unit}",
    )


def _unit_zh(schedule: FineSchedule) -> str:
    return "元" if schedule.currency == "CNY" else f" {schedule.currency}"


def _money(cents: int) -> str:
    whole, part = divmod(cents, CENTS)
    return f"{whole:,}.{part:02d}" if part else f"{whole:,}"
