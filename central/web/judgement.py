"""What a verdict comes to, for a reader: its tone, its word, and the sentence that a vehicle's page opens with."""

from dataclasses import dataclass
from enum import StrEnum

from central.web.assumptions import assumption_in
from central.web.formats import Formats
from central.web.translation import N_
from central.web.words import BARS, OUTCOMES
from contract.records import VehicleRecord
from contract.verdicts import Finding, Outcome


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
    gross = verdict.gross
    if gross is None:
        return Answer(tone, _unassessed(record, formats), "")
    return Answer(tone, _finding(record, gross, formats), _standing(record, formats))


def _unassessed(record: VehicleRecord, formats: Formats) -> str:
    say = formats.language.say
    measured = say("%(gross)s t measured.", gross=formats.load(record.gross_kg, record.gross_u_kg))
    reasons = "; ".join(assumption_in(text, formats.language) for text in record.verdict.assumptions)
    return measured + " " + (say("No limit applies: %(reasons)s.", reasons=reasons) if reasons else say("No limit applies."))


def _finding(record: VehicleRecord, gross: Finding, formats: Formats) -> str:
    say = formats.language.say
    values = {
        "limit": formats.tonnes(gross.limit_kg),
        "gross": formats.load(gross.measured_kg, record.gross_u_kg),
        "over": formats.tonnes(gross.over_kg),
        "share": formats.percent(gross.over_kg, gross.limit_kg),
        "guard": formats.tonnes(gross.guard_kg),
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
