"""An export as CSV (RFC 4180), UTF-8 with a byte-order mark, without which spreadsheets take Chinese plates for another encoding."""

import csv
import io
from collections.abc import Sequence
from typing import BinaryIO, Final

from central.clock import utc_text
from central.exports.rows import ExportRow
from central.exports.table import COLUMNS, Column, Kind

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a formula begins in one spreadsheet or another, wide signs in Chinese and Japanese ones (OWASP, CSV injection)."""


class CsvFile:
    """Writes rows to an open file; lists are set apart by blanks, an absent member is NA, since a dash would begin a formula."""

    def __init__(self, file: BinaryIO) -> None:
        self._text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
        self._lines = csv.writer(self._text)
        self._lines.writerow(column.name for column in COLUMNS)

    def write(self, rows: Sequence[ExportRow]) -> None:
        """Add rows."""
        self._lines.writerows([_text(column, row) for column in COLUMNS] for row in rows)

    def close(self) -> None:
        """Hand all that is written to the file, which stays open."""
        self._text.flush()
        self._text.detach()


def _text(column: Column, row: ExportRow) -> str:
    value = column.of(row)
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case tuple():
            return " ".join("NA" if member is None else str(member) for member in value)
        case int() if column.kind is Kind.MOMENT:
            return utc_text(value)
        case str():
            # A spreadsheet would run what begins like a formula; plates and classes come from cameras and stations.
            return f"'{value}" if value.startswith(_FORMULA) else value
        case _:
            return str(value)
