"""The rule packs that ship with this version, each a dated file of limits with its articles and texts."""

from importlib.resources import files
from typing import Final

from contract.faults import StopError
from contract.limits import RulePack, parse_rule_pack

PACKS: Final = ("cn",)


def rule_pack(name: str) -> RulePack:
    """Give the rule pack that a station file names in `rules`.

    Raises
    ------
    StopError
        If no pack of that name ships with this version.
    """
    if name not in PACKS:
        known = ", ".join(PACKS)
        raise StopError("rules-unknown", f"rule pack {name!r}", f"is not shipped; this version has: {known}")
    source = f"{name}.toml"
    return parse_rule_pack(files(__name__).joinpath(source).read_bytes(), source)
