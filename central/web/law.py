"""The rule behind each finding, quoted from the rule pack whose digest the record names, and from no other."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from central.web.translation import Language
from contract.limits import GroupLimit, RulePack
from contract.records import VehicleRecord
from contract.rules import PACKS, rule_pack
from contract.vehicles import Body
from contract.verdicts import Finding, Standing

_ARTICLE: Final = re.compile(r"art\. (\d+) \((\d+)\) (\d+)")


@dataclass(frozen=True, slots=True)
class Law:
    """The rule pack's title and authority in one language; `held` is False where central does not hold the pack with that digest."""

    held: bool
    title: str
    authority: str
    effective_from: str


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding with its rule's text; `text` is empty where the pack is not held. `group` is None for the gross weight."""

    finding: Finding
    article: str
    group: int | None
    enforced: bool
    text: str


def article_in(article: str, chosen: Language) -> str:
    """Give an article's number as a language cites it: art. 3 (1) 8 is the eighth item of the first paragraph of article 3."""
    parts = _ARTICLE.fullmatch(article)
    if parts is None:
        return article
    number, paragraph, item = parts.groups()
    return chosen.say("art. %(number)s (%(paragraph)s) %(item)s", number=number, paragraph=paragraph, item=item)


@cache
def _packs() -> dict[str, RulePack]:
    """Every rule pack this version ships, by digest."""
    return {pack.sha256: pack for pack in map(rule_pack, PACKS)}


def law_of(record: VehicleRecord, chosen: Language) -> Law:
    """Give the rule pack's title and authority."""
    pack = _packs().get(record.rules.sha256)
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
    pack = _packs().get(record.rules.sha256)
    return tuple(
        FindingRow(
            finding=finding,
            article=article_in(finding.article, chosen),
            group=None if finding.subject == "gross" else int(finding.subject.removeprefix("group ")),
            enforced=finding.standing is Standing.ENFORCED,
            text="" if pack is None else _text(pack, record, finding, chosen.code),
        )
        for finding in record.verdict.findings
    )


def _text(pack: RulePack, record: VehicleRecord, finding: Finding, language: str) -> str:
    if finding.subject == "gross":
        rows = [row for row in pack.gross if row.article == finding.article and row.fits(len(record.axles), record.body)]
        # A body that is not known was judged by the highest limit that fits, as the assumptions say.
        row = max(rows, key=lambda candidate: candidate.limit_kg, default=None) if record.body is Body.UNKNOWN else next(iter(rows), None)
        return "" if row is None else row.text_zh if language == "zh" else row.text_en
    found = _group_row(pack, record, finding)
    return "" if found is None else found.text_zh if language == "zh" else found.text_en


def _group_row(pack: RulePack, record: VehicleRecord, finding: Finding) -> GroupLimit | None:
    number = int(finding.subject.removeprefix("group "))
    size = sum(axle.group == number for axle in record.axles)
    rows = (row for row in pack.group if row.axles == size and row.limit_kg == finding.limit_kg and row.article == finding.article)
    return next(rows, None)
