"""An untrusted JSON document read within bounds, its fields found by path and taken only in the kinds that are allowed.

Expected damage: documents that are none, in another character set, nested without end, millions of empty values, numbers that are none or
beyond every bound, text that is not text, base64 that is not base64.
"""

import base64
import binascii
import json
import math
import unicodedata
from typing import Any, Final, NoReturn

from python_multipart.multipart import parse_options_header

from contract.faults import RejectError

MARKS_MAX: Final = 5_000
"""Brackets, braces and commas in a document; base64 has none of them. A full event has 200, and each value costs up to 100 bytes."""

TEXT_MAX: Final = 200
"""Longest text field that is taken; plates, ids and names are below 80."""

_CHARSETS: Final = frozenset({"utf-8", "utf8", "us-ascii", "gbk", "gb2312", "gb18030"})
_DATA_URL: Final = b"base64,"


def parse_json(body: bytes, content_type: str, where: str) -> dict[str, Any]:
    """Give the document, which has to be an object.

    Raises
    ------
    RejectError
        If it is none, is in a character set that is not the one named, or goes beyond a bound.
    """
    marks = sum(body.count(mark) for mark in (b"{", b"[", b","))
    if marks > MARKS_MAX:
        raise RejectError("json-too-large", where, f"JSON has {marks} brackets and commas; at most {MARKS_MAX} are taken")
    charset = _charset(content_type)
    if charset not in _CHARSETS:
        raise RejectError("json-charset", where, f"charset {charset[:40]!r}; {', '.join(sorted(_CHARSETS))} are taken")
    try:
        document = json.loads(body.decode(charset).removeprefix("\ufeff"), parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise RejectError("json-charset", where, f"body is not {charset}: {error.reason} at byte {error.start}") from error
    except (ValueError, RecursionError) as error:
        raise RejectError("json-malformed", where, f"body of {len(body)} bytes is no JSON: {str(error)[:200]}") from error
    if not isinstance(document, dict):
        raise RejectError("json-malformed", where, f"JSON is a {type(document).__name__}; an object is expected")
    return document


def _charset(content_type: str) -> str:
    try:
        _, options = parse_options_header(content_type)
    except UnicodeEncodeError:
        return "utf-8"
    return options.get(b"charset", b"utf-8").decode("ascii", "replace").lower()


def _no_number(name: str) -> NoReturn:
    msg = f"{name} is no number"
    raise ValueError(msg)


def at(document: object, path: str) -> Any:  # noqa: ANN401 - a JSON value
    """Give the value at `path` (names separated by /); None where there is none."""
    for name in path.split("/"):
        if not isinstance(document, dict):
            return None
        document = document.get(name)
    return document


def text(document: object, path: str, where: str) -> str | None:
    """Give a text, or a number as text; None where there is none or null. Raises `RejectError` for another kind."""
    value = at(document, path)
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return str(value)
    if not isinstance(value, str):
        raise RejectError("event-value", where, f"{path} is a {type(value).__name__}; a text is allowed")
    if len(value) > TEXT_MAX or any(unicodedata.category(character) in {"Cc", "Cs"} for character in value):
        raise RejectError(
            "event-value", where, f"{path} = {value[:40]!r}; at most {TEXT_MAX} characters, none of them control, are allowed"
        )
    return value.strip()


def required(document: object, path: str, where: str) -> str:
    """Give a text that has to be there; raises `RejectError` where it is missing or empty."""
    value = text(document, path, where)
    if not value:
        raise RejectError("event-element-missing", where, f"event has no {path}, which is required")
    return value


def number(document: object, path: str, where: str, largest: float) -> float | None:
    """Give a number from 0 to `largest`, also one written as text; None where there is none or it is empty; raises `RejectError` else."""
    value = at(document, path)
    if value is None or value == "":
        return None
    try:
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float | str)
            or (isinstance(value, str) and not (value.isascii() and len(value) < 40))
        ):
            raise ValueError
        figure = float(value)
    except (ValueError, OverflowError):
        figure = math.nan
    if not 0 <= figure <= largest:
        raise RejectError("event-value", where, f"{path} = {str(value)[:40]!r}; a number from 0 to {largest:g} is allowed")
    return figure


def whole(document: object, path: str, where: str, largest: int) -> int | None:
    """Give a whole number from 0 to `largest`, as `number`."""
    figure = number(document, path, where, largest)
    if figure is not None and figure != int(figure):
        raise RejectError("event-value", where, f"{path} = {figure!r}; a whole number is allowed")
    return None if figure is None else int(figure)


def truth(document: object, path: str, where: str) -> bool | None:
    """Give true or false, also written as text or 0 and 1; None where there is none; raises `RejectError` else."""
    value = at(document, path)
    if value is None:
        return None
    word = str(value).lower()
    if word not in {"true", "false", "0", "1"}:
        raise RejectError("event-value", where, f"{path} = {word[:40]!r}; true or false is allowed")
    return word in {"true", "1"}


def picture(document: object, path: str, where: str) -> bytes | None:
    """Give the bytes of a picture written in base64, with or without a data URL before it; None where there is none."""
    value = at(document, path)
    if value is None or value == "":
        return None
    try:
        if not isinstance(value, str):
            raise ValueError
        given = value.encode("ascii")
        coded = given.partition(_DATA_URL)[2] if given.startswith(b"data:") else given
        return base64.b64decode(coded.translate(None, b"\r\n\t "), validate=True)
    except (ValueError, binascii.Error) as error:
        raise RejectError("picture-base64", where, f"{path} is no base64; the picture was damaged on its way") from error
