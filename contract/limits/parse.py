"""Reads a rule pack, and says of a bad one which key is wrong, what was given and what is allowed."""

import tomllib

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from contract.faults import StopError
from contract.limits.pack import RulePack
from contract.media import sha256_hex


def parse_rule_pack(data: bytes, source: str) -> RulePack:
    """Read a rule pack's bytes.

    Raises
    ------
    StopError
        If it is no TOML or not a sound rule pack; the text names every key that is wrong.
    """
    try:
        content = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StopError("rules-invalid", source, f"is no TOML: {error}") from error
    if "sha256" in content:
        raise StopError("rules-invalid", source, "sha256: is computed from the file's bytes and must not stand in it; remove the key")
    try:
        return RulePack.model_validate({**content, "sha256": sha256_hex(data)})
    except ValidationError as error:
        what = "; ".join(_say(detail) for detail in error.errors(include_url=False))
        raise StopError("rules-invalid", source, what) from error


def _say(detail: ErrorDetails) -> str:
    """Give one fault as ``gross[3].limit_kg: -5: should be greater than 0``; rows count from 1, as they stand in the file."""
    where = ""
    for part in detail["loc"]:
        where += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if where else part
    if detail["type"] == "missing":
        return f"{where}: is missing; state it"
    if detail["type"] == "extra_forbidden":
        return f"{where}: is no key of a rule pack; see docs/rules.md for those that are"
    what = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
    given = detail["input"]
    return f"{where}: {given!r}: {what}" if isinstance(given, str | int | float) else f"{where}: {what}" if where else what
