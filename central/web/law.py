"""The rule behind each finding, quoted from the rule pack whose digest the record names, and from no other."""

from dataclasses import dataclass
from functools import cache

from contract.limits import GroupLimit, RulePack
from contract.records import VehicleRecord
from contract.rules import PACKS, rule_pack
from contract.vehicles import Body
from contract.verdicts import Finding, Standing


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
    group: int | None
    enforced: bool
    text: str


@cache
def _packs() -> dict[str, RulePack]:
    """Every rule pack this version ships, by digest."""
    return {pack.sha256: pack for pack in map(rule_pack, PACKS)}


def law_of(record: VehicleRecord, language: str) -> Law:
    """Give the rule pack's title and authority."""
    pack = _packs().get(record.rules.sha256)
    if pack is None:
        return Law(held=False, title=record.rules.id, authority="", effective_from="")
    chinese = language == "zh"
    return Law(
        held=True,
        title=pack.title_zh if chinese else pack.title_en,
        authority=pack.authority_zh if chinese else pack.authority_en,
        effective_from=pack.effective_from.isoformat(),
    )


def finding_rows(record: VehicleRecord, language: str) -> tuple[FindingRow, ...]:
    """Give the findings in the record's order, each with its rule's text."""
    pack = _packs().get(record.rules.sha256)
    return tuple(
        FindingRow(
            finding=finding,
            group=None if finding.subject == "gross" else int(finding.subject.removeprefix("group ")),
            enforced=finding.standing is Standing.ENFORCED,
            text="" if pack is None else _text(pack, record, finding, language),
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
