"""What a person typed and a model refuses, said so that the person can mend it, in either language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import ValidationError

from calibration.told import Told, told
from contract.faults import RejectError

_PLAIN: Final[Mapping[str, Told]] = {
    "missing": told("is missing"),
    "extra_forbidden": told("is not known here"),
    "string_type": told("must be a text"),
    "int_type": told("must be a whole number"),
    "int_parsing": told("must be a whole number"),
    "int_from_float": told("must be a whole number"),
    "float_type": told("must be a number"),
    "float_parsing": told("must be a number"),
    "decimal_type": told("must be a number"),
    "decimal_parsing": told("must be a number"),
    "finite_number": told("must be a number"),
    "date_type": told("must be a day, as 2027-01-31"),
    "date_parsing": told("must be a day, as 2027-01-31"),
    "date_from_datetime_parsing": told("must be a day, as 2027-01-31"),
    "string_pattern_mismatch": told("holds a sign that is not allowed"),
}


_BOUNDED: Final[Mapping[str, Callable[[Any], Told]]] = {
    "string_too_short": lambda given: told("must have at least %(n)s characters", n=given["min_length"]),
    "string_too_long": lambda given: told("must have at most %(n)s characters", n=given["max_length"]),
    "too_short": lambda given: told("must have at least %(n)s entries", n=given["min_length"]),
    "too_long": lambda given: told("must have at most %(n)s entries", n=given["max_length"]),
    "greater_than": lambda given: told("must be above %(bound)s", bound=given["gt"]),
    "greater_than_equal": lambda given: told("must be at least %(bound)s", bound=given["ge"]),
    "less_than": lambda given: told("must be below %(bound)s", bound=given["lt"]),
    "less_than_equal": lambda given: told("must be at most %(bound)s", bound=given["le"]),
    "literal_error": lambda given: told("must be one of %(list)s", list=given["expected"]),
    "enum": lambda given: told("must be one of %(list)s", list=given["expected"]),
}


def sentence_of(kind: str, context: Mapping[str, Any], otherwise: str) -> str:
    """Say what is wrong, from pydantic's kind of error and its context; a kind that is not foreseen keeps pydantic's English words."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind in _BOUNDED:
        return _BOUNDED[kind](context)
    own = context["error"].args if kind == "value_error" else ()
    return own[0] if own and isinstance(own[0], Told) else otherwise


def input_error(error: ValidationError, names: Mapping[str, str] | None = None) -> RejectError:
    """Turn pydantic's first finding into one a person can act on; `names` give the fields their names for people."""
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    said = sentence_of(first["type"], first.get("ctx", {}), first["msg"])
    if not isinstance(first["input"], dict | list) and first["type"] != "missing":
        said = told("%(given)s: %(said)s", given=f"{first['input']!r}", said=said)
    return RejectError("input-invalid", (names or {}).get(field, field or told("input")), said)
