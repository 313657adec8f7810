"""One byte string for one value: JSON after RFC 8785, without floats."""

import json
from typing import Any, Final, NoReturn, TypeVar, cast, dataclass_transform

import rfc8785
from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic.dataclasses import dataclass
from pydantic_core import CoreSchema

from contract.faults import RejectError

Part = TypeVar("Part")

INTEGER_MAX: Final = 2**53 - 1
"""Greatest integer that RFC 8785 writes (I-JSON, RFC 7493, 2.2)."""
_DIGITS_SAFE: Final = 15
"""An integer of so many characters is always below `INTEGER_MAX`."""
_BASIC_PLANE: Final = bytes(range(0xF0))
"""Bytes of UTF-8 that no character beyond the basic plane begins with."""


def _refuse_float(text: str) -> NoReturn:
    msg = f"{text} is a float"
    raise ValueError(msg)


def _bounded_integer(text: str) -> int:
    value = int(text)
    if len(text) > _DIGITS_SAFE and abs(value) > INTEGER_MAX:
        msg = f"{text} is beyond 2^53 - 1"
        raise ValueError(msg)
    return value


_INTEGERS_ONLY: Final = json.JSONDecoder(parse_float=_refuse_float, parse_constant=_refuse_float, parse_int=_bounded_integer)
_SORTED: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class CanonicalModel(BaseModel):
    """A model of which pydantic itself writes the RFC 8785 form, in a tenth of the time: it orders the members by their names.

    Its fields are texts, truth values, integers within `INTEGER_MAX` and parts of its like: no floats, and no mappings, whose keys nobody
    orders (a test walks over all that a record may hold).
    """

    model_config = ConfigDict(serialize_by_alias=True)

    def writes(self, data: bytes) -> bool:
        """Whether `data` are this model's canonical bytes; False also where they spell a member otherwise and are canonical."""
        return self.model_dump_json(exclude_unset=True).encode() == data

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[BaseModel], handler: GetCoreSchemaHandler) -> CoreSchema:
        """Put the fields into the order of the names under which they are written."""
        schema = handler(source)
        part: Any = handler.resolve_ref_schema(schema)
        while part["type"] != "model-fields":  # below the model and its validators
            part = part["schema"]
        part["fields"] = dict(sorted(part["fields"].items(), key=lambda item: item[1].get("serialization_alias", item[0])))
        return schema


@dataclass_transform(frozen_default=True, kw_only_default=True)
def canonical_part(cls: type[Part]) -> type[Part]:
    """Make a class a part of canonical models of which one holds dozens: read in half the time of a model, and kept in a third of the room.

    Nobody puts its fields into order: they stand in the class as RFC 8785 has them, by name.
    """
    return cast("type[Part]", dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))(cls))


def canonical_bytes(model: BaseModel) -> bytes:
    """Give the RFC 8785 form of a model. A float in it raises, because records carry integers with units only."""
    if isinstance(model, CanonicalModel):
        return model.model_dump_json().encode()
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
    value = _plainly_canonical(data)
    if value is not None:
        return value
    try:
        value = json.loads(data)
        refuse_floats(value)
        canonical = rfc8785.dumps(value)
    except (ValueError, RecursionError) as error:
        raise RejectError("not-canonical", source, f"is no canonical JSON: {error}") from error
    if not isinstance(value, dict) or canonical != data:
        raise RejectError("not-canonical", source, "differs from its RFC 8785 form; sign the canonical bytes")
    return value


def _plainly_canonical(data: bytes) -> dict[str, Any] | None:
    """Read a canonical object without the library's own walk over it, twenty times as fast; None where only that can tell.

    The standard library writes the same bytes as RFC 8785 but for floats, integers beyond 2^53, and keys that UTF-16 orders otherwise than
    Unicode does: those with a character beyond the basic plane. Data with any of these are left to the library.
    """
    try:
        value = _INTEGERS_ONLY.decode(data.decode())
        canonical = _SORTED.encode(value).encode()
    except (ValueError, RecursionError):
        return None
    beyond = data.translate(None, _BASIC_PLANE)
    return value if isinstance(value, dict) and canonical == data and not beyond else None


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
