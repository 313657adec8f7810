"""What a verdict comes to, for a reader: its tone, its word, and the sentence that a vehicle's page opens with."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from central.web.assumptions import assumption_in
from central.web.formats import HUNDREDTHS, NO_BREAK_SPACE, Formats
from central.web.law import subject_in
from central.web.rounding import KG_PER_T, decimals, decimals_of_u
from central.web.translation import N_
from central.web.words import BARS, DECISION_RULES, OUTCOMES, VEHICLE_FLAGS
from contract.records import FlagEntry, VehicleRecord
from contract.units import PPM
from contract.verdicts import Finding, Outcome, Verdict

MILLI: Final = 1000
"""Parts of a unit in which a flag's figure is kept."""
_INSIDE_FIGURE: Final = re.compile(r"(?<=\d) (?=±|t\b)|(?<=±) (?=\d)")
"""The spaces inside "61.3 ± 1.2 t"."""


class Tone(StrEnum):
    """How a verdict is drawn: each has a colour, a shape and a word of its own."""

    ENFORCE = "enforce"
    BARRED = "barred"
    LOOK = "look"
    PLAIN = "plain"
    OPEN = "open"


_BARRED_WORD = N_("Overload, barred")


def tone_of(outcome: Outcome, *, enforceable: bool) -> Tone:
    """Give the tone of an outcome; only an overload that nothing bars is red."""
    match outcome:
        case Outcome.OVERLOAD:
            return Tone.ENFORCE if enforceable else Tone.BARRED
        case Outcome.INSIDE_GUARD_BAND:
            return Tone.LOOK
        case Outcome.WITHIN_LIMITS:
            return Tone.PLAIN
        case Outcome.NOT_ASSESSABLE:
            return Tone.OPEN


def word_of(outcome: Outcome, *, enforceable: bool) -> str:
    """Give the untranslated word of an outcome; an overload that is barred says so."""
    return _BARRED_WORD if outcome is Outcome.OVERLOAD and not enforceable else OUTCOMES[outcome]


@dataclass(frozen=True, slots=True)
class Answer:
    """The opening sentence: what was found, and whether it may be enforced."""

    tone: Tone
    finding: str
    standing: str


def answer(record: VehicleRecord, formats: Formats) -> Answer:
    """Give the sentence, e.g. "49.0 t allowed, 61.3 ± 1.2 t measured: 12.3 t over (25 %)." and "Enforceable."."""
    verdict = record.verdict
    tone = tone_of(verdict.outcome, enforceable=verdict.enforceable)
    finding = verdict.deciding
    if finding is None:
        return Answer(tone, _unbroken(_unassessed(record, formats)), "")
    subject = (
        "" if finding is verdict.gross else formats.language.say("%(subject)s: ", subject=subject_in(finding.subject, formats.language))
    )
    return Answer(tone, _unbroken(subject + _finding(record, finding, formats)), _standing(record, formats))


def decision_rule_in(verdict: Verdict, formats: Formats) -> str:
    """Give the decision rule in words, with the error share where one was used."""
    say = formats.language.say
    rule = say(DECISION_RULES[verdict.decision_rule])
    if verdict.mpe_share_ppm is None:
        return rule
    share = formats.scaled(verdict.mpe_share_ppm, PPM // HUNDREDTHS, 2 if verdict.mpe_share_ppm % 100 == 0 else 4)
    return say("%(rule)s, %(share)s %% of the load", rule=rule, share=share)


def axle_sum(record: VehicleRecord, formats: Formats) -> str:
    """Say what the axle loads add up to where that is not the gross weight, else nothing: each was rounded to the kilogram by itself."""
    sum_kg = sum(axle.load_kg for axle in record.axles)
    if sum_kg == record.gross_kg:
        return ""
    return formats.language.say(
        "Each load was rounded to the kilogram by itself: the axle loads as they stand add up to %(sum)s kg.", sum=formats.number(sum_kg)
    )


def flag_figure(entry: FlagEntry, formats: Formats) -> str:
    """Write the figure of a flag with its unit."""
    word = VEHICLE_FLAGS[entry.flag]
    return f"{formats.scaled(entry.figure_milli * word.scale, MILLI, word.digits)} {word.unit}".rstrip()


def _unbroken(sentence: str) -> str:
    """Keep a load, its uncertainty and its unit on one line: a heading that ends in "±" on a phone reads as another number."""
    return _INSIDE_FIGURE.sub(NO_BREAK_SPACE, sentence)


def _unassessed(record: VehicleRecord, formats: Formats) -> str:
    say = formats.language.say
    measured = say("%(gross)s t measured.", gross=formats.load(record.gross_kg, record.gross_u_kg))
    reasons = say("; ").join(assumption_in(text, formats.language) for text in record.verdict.assumptions)
    return measured + " " + (say("No limit applies: %(reasons)s.", reasons=reasons) if reasons else say("No limit applies."))


def _finding(record: VehicleRecord, finding: Finding, formats: Formats) -> str:
    say = formats.language.say
    is_gross = finding.measured_kg == record.gross_kg
    u_kg = record.gross_u_kg if is_gross else 0
    digits = max(decimals(finding.measured_kg, finding.limit_kg, finding.guard_kg), decimals_of_u(u_kg, KG_PER_T))
    values = {
        "limit": formats.tonnes(finding.limit_kg, digits),
        "gross": formats.load(finding.measured_kg, u_kg, digits) if is_gross else formats.tonnes(finding.measured_kg, digits),
        "over": formats.tonnes(finding.over_kg, digits),
        "share": formats.degree(finding.over_kg, finding.limit_kg) + NO_BREAK_SPACE + "%",
        "guard": formats.guard(finding.guard_kg, digits),
    }
    match record.verdict.outcome:
        case Outcome.OVERLOAD:
            return say("%(limit)s t allowed, %(gross)s t measured: %(over)s t over (%(share)s).", **values)
        case Outcome.INSIDE_GUARD_BAND:
            return say(
                "%(limit)s t allowed, %(gross)s t measured: %(over)s t above, inside the guard band of %(guard)s t. No overload.",
                **values,
            )
        case Outcome.WITHIN_LIMITS | Outcome.NOT_ASSESSABLE:
            return say("%(limit)s t allowed, %(gross)s t measured: within limits.", **values)


def _standing(record: VehicleRecord, formats: Formats) -> str:
    say = formats.language.say
    verdict = record.verdict
    if verdict.outcome is not Outcome.OVERLOAD:
        return ""
    if verdict.enforceable:
        return say("Enforceable.")
    reasons = say("; ").join(say(BARS[bar].fell) for bar in dict.fromkeys(gate.bar for gate in verdict.barred_by))
    return say("Not enforceable: %(reasons)s.", reasons=reasons)
