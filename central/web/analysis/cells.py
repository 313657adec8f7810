"""A table's values as a reader of one language, or a spreadsheet, is given them."""

import csv
import io
import math
from typing import Final

from central.web.analysis.tables import Column, Kind, Table, Value
from central.web.formats import Formats
from central.web.rounding import KG_PER_T
from central.web.translation import N_

UNKNOWN_CARRIER: Final = N_("carrier not known")
ABSENT: Final = "–"
_DIGITS: Final = {Kind.COUNT: 0, Kind.SHARE: 1, Kind.TONNES: 1, Kind.AXLES: 1}
_DIGITS_CSV: Final = {Kind.COUNT: 0, Kind.SHARE: 4, Kind.TONNES: 3, Kind.AXLES: 6, Kind.RATE: 6}
BYTE_ORDER_MARK: Final = "\ufeff"
"""Spreadsheets take a file without it for one in the system's old encoding."""


def cell(column: Column, value: Value, formats: Formats) -> str:
    """Write a value for the page; its unit stands in the column's head."""
    if column.kind is Kind.CARRIER:
        return formats.language.say(UNKNOWN_CARRIER) if value is None else str(value)
    if value is None:
        return ABSENT
    if column.kind is Kind.WORD:
        return formats.language.say(str(value))
    if isinstance(value, str):
        return value
    return _figure(column.kind, value, formats)


def _figure(kind: Kind, value: float, formats: Formats) -> str:
    match kind:
        case Kind.RATE:
            return rate_text(value, formats)
        case Kind.SHARE:
            return formats.share(value, 1, _DIGITS[Kind.SHARE])
        case Kind.TONNES:
            return formats.tonnes(int(value), _DIGITS[Kind.TONNES])
        case _:
            return formats.number(value, _DIGITS[kind])


def rate_text(rate: float, formats: Formats) -> str:
    """Write a rate with two figures that say something, at most four decimals."""
    decimals = 2 if rate >= 0.1 or rate <= 0 else min(1 - math.floor(math.log10(rate)), 4)
    return formats.number(rate, decimals)


def csv_bytes(table: Table, formats: Formats) -> bytes:
    """Give a table as CSV in UTF-8: heads in the reader's language, numbers with a point and their unit in the head, nothing for none."""
    say = formats.language.say
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(say(column.head) + (f" [{column.unit}]" if column.unit else "") for column in table.columns)
    for row in table.rows:
        writer.writerow(_plain(column, value, formats) for column, value in zip(table.columns, row, strict=True))
    return (BYTE_ORDER_MARK + file.getvalue()).encode()


def _plain(column: Column, value: Value, formats: Formats) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        text = formats.language.say(value) if column.kind is Kind.WORD else value
        return _harmless(text)
    return f"{_scaled(column.kind, value):.{_DIGITS_CSV[column.kind]}f}"


def _harmless(text: str) -> str:
    """Keep a spreadsheet from taking a text for a formula (OWASP, CSV injection)."""
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _scaled(kind: Kind, value: float) -> float:
    match kind:
        case Kind.SHARE:
            return 100 * value
        case Kind.TONNES:
            return value / KG_PER_T
        case _:
            return value
