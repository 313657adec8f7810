"""The rule packs that ship with this version, each a dated file of limits with its articles and texts."""

from functools import cache
from importlib.resources import files

from contract.faults import StopError
from contract.limits import RuleBook, RulePack, parse_rule_pack


@cache
def shipped_packs() -> dict[str, RulePack]:
    """Give every rule pack by its file's name.

    Raises
    ------
    StopError
        If one is not sound; a test keeps that from shipping.
    """
    found = sorted((item for item in files(__name__).iterdir() if item.name.endswith(".toml")), key=lambda item: item.name)
    return {item.name: parse_rule_pack(item.read_bytes(), item.name) for item in found}


def rule_book(family: str) -> RuleBook:
    """Give the versions of the rules that a station file names in `rules`.

    Raises
    ------
    StopError
        If no pack of that family ships with this version, or two of its versions are in force on one day.
    """
    packs = {source: pack for source, pack in shipped_packs().items() if pack.family == family}
    if not packs:
        known = ", ".join(sorted({pack.family for pack in shipped_packs().values()}))
        raise StopError("rules-unknown", f"rule pack {family!r}", f"is not shipped; this version has: {known}")
    return RuleBook(packs)


def rule_pack(family: str) -> RulePack:
    """Give the latest version of a family's rules.

    Raises
    ------
    StopError
        As `rule_book`.
    """
    return rule_book(family).packs[-1]


def pack_of_digest(sha256: str) -> RulePack | None:
    """Give the shipped pack whose bytes have a digest, None where this version has none: a record is read by its own rules or by none."""
    return next((pack for pack in shipped_packs().values() if pack.sha256 == sha256), None)
