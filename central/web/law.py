"""The rule behind each finding, quoted from the rule pack whose digest the record names, and from no other."""

import re
from dataclasses import dataclass
from typing import Final

from central.web.formats import NO_BREAK_SPACE
from central.web.translation import Language
from contract.limits import RulePack, assess, weighed_of
from contract.records import VehicleRecord
from contract.rules import pack_of_digest
from contract.verdicts import Finding, Standing

_ARTICLE: Final = re.compile(r"art\. (\d+)(?: \((\d+)\) (\d+))?")
_THOUSANDS: Final = re.compile(r"(?<=\d) (?=\d{3}\b)|(?<=\d)(?=(?:\d{3})+(?:千克|毫米))")
_UNIT: Final = re.compile(r"(?<=\d) (?=(?:kg|mm|t)\b)")


@dataclass(frozen=True, slots=True)
class Law:
    """The rule pack's title and authority in one language; `held` is False where central does not hold the pack with that digest."""

    held: bool
    title: str
    authority: str
    effective_from: str


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding with its rule's text, which is empty where the pack is not held; `subject` in the reader's language."""

    finding: Finding
    article: str
    subject: str
    enforced: bool
    text: str


def article_in(text: str, chosen: Language) -> str:
    """Give articles within a text as a language cites them: art. 3 (1) 8 is the eighth item of the first paragraph of article 3."""

    def cited(found: re.Match[str]) -> str:
        number, paragraph, item = found.groups()
        if paragraph is None:
            return chosen.say("art. %(number)s", number=number)
        return chosen.say("art. %(number)s (%(paragraph)s) %(item)s", number=number, paragraph=paragraph, item=item)

    return _ARTICLE.sub(cited, text)


def figures_in(text: str) -> str:
    """Give a rule's text with its figures as every page writes them: 43,000 kg, which no line's end parts."""
    return _UNIT.sub(NO_BREAK_SPACE, _THOUSANDS.sub(",", text))


def law_of(record: VehicleRecord, chosen: Language) -> Law:
    """Give the rule pack's title and authority."""
    pack = pack_of_digest(record.rules.sha256)
    if pack is None:
        return Law(held=False, title=record.rules.id, authority="", effective_from="")
    chinese = chosen.code == "zh"
    return Law(
        held=True,
        title=pack.title_zh if chinese else pack.title_en,
        authority=pack.authority_zh if chinese else pack.authority_en,
        effective_from=pack.effective_from.isoformat(),
    )


def finding_rows(record: VehicleRecord, chosen: Language) -> tuple[FindingRow, ...]:
    """Give the findings in the record's order, each with its rule's text."""
    pack = pack_of_digest(record.rules.sha256)
    texts = {} if pack is None else _texts(pack, record, chosen.code)
    return tuple(
        FindingRow(
            finding=finding,
            article=article_in(finding.article, chosen),
            subject=subject_in(finding.subject, chosen),
            enforced=finding.standing is Standing.ENFORCED,
            text=figures_in(texts.get((finding.subject, finding.article, finding.limit_kg), "")),
        )
        for finding in record.verdict.findings
    )


def subject_in(subject: str, chosen: Language) -> str:
    """Give what a finding is about in a language."""
    kind, _, which = subject.partition(" ")
    match kind:
        case "gross":
            return chosen.say("Gross weight")
        case "group":
            return chosen.say("Axle group %(number)s", number=which)
        case "axles":
            first, _, last = which.partition("-")
            return chosen.say("Axles %(first)s to %(last)s", first=first, last=last)
        case "axle" if which != "limits":
            return chosen.say("Axle %(number)s", number=which)
        case "axle":
            return chosen.say("Gross weight, by what its axles may carry")
        case _:
            return chosen.say("Gross weight, by the load on the driven axles")


def _texts(pack: RulePack, record: VehicleRecord, language: str) -> dict[tuple[str, str, int], str]:
    """Give the text of each rule that the pack holds against the record's own facts, by subject, article and limit."""
    applied = assess(pack, weighed_of(record)).applied
    return {(one.subject, one.rule.article, one.limit_kg): one.rule.text_zh if language == "zh" else one.rule.text_en for one in applied}
