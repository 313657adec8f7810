"""One byte string for one value: JSON after RFC 8785, without floats."""

import json
from typing import Any

import rfc8785
from pydantic import BaseModel

from contract.faults import RejectError


def canonical_bytes(model: BaseModel) -> bytes:
    """Give the RFC 8785 form of a model. A float in it raises, because records carry integers with units only."""
    value = model.model_dump(mode="json")
    refuse_floats(value)
    return rfc8785.dumps(value)


def parse_canonical(data: bytes, source: str) -> dict[str, Any]:
    """Read a JSON object that must already be in canonical form.

    Raises
    ------
    RejectError
        If it is no JSON object, holds a float, or differs from its own canonical form by a single byte.
    """
    try:
        value = json.loads(data)
        refuse_floats(value)
        canonical = rfc8785.dumps(value)
    except (ValueError, RecursionError) as error:
        raise RejectError("not-canonical", source, f"is no canonical JSON: {error}") from error
    if not isinstance(value, dict) or canonical != data:
        raise RejectError("not-canonical", source, "differs from its RFC 8785 form; sign the canonical bytes")
    return value


def refuse_floats(value: object, path: str = "$") -> None:
    """Raise ValueError where a float hides in a JSON value."""
    if isinstance(value, float):
        msg = f"{path} = {value} is a float; use an integer with its unit"
        raise ValueError(msg)
    if isinstance(value, dict):
        for key, item in value.items():
            refuse_floats(item, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            refuse_floats(item, f"{path}[{index}]")
