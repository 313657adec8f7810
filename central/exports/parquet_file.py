"""An export as Apache Parquet: typed columns, lists for the axles, compressed; a row group for each page of vehicles."""

from collections.abc import Sequence
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from central.exports.rows import ExportRow
from central.exports.table import COLUMNS, Column, Kind

_TYPES: Final = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.YES_NO: pa.bool_(),
    Kind.MOMENT: pa.timestamp("us", tz="UTC"),
    Kind.LIST: pa.list_(pa.int64()),
}


def _field(column: Column) -> pa.Field:
    return pa.field(column.name, _TYPES[column.kind], metadata={"unit": column.unit} if column.unit else None)


SCHEMA: Final = pa.schema(
    [_field(column) for column in COLUMNS],
    metadata={
        "format": "weighline-vehicles",
        "version": "1",
        "units": "UCUM, under `unit` of each field",
        "uncertainty": "expanded, k = 2",
    },
)


class ParquetFile:
    """Writes rows to an open file."""

    def __init__(self, file: BinaryIO) -> None:
        self._writer = pq.ParquetWriter(file, SCHEMA, compression="zstd")

    def write(self, rows: Sequence[ExportRow]) -> None:
        """Add rows as one row group."""
        arrays = [pa.array([column.of(row) for row in rows], _TYPES[column.kind]) for column in COLUMNS]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=SCHEMA))

    def close(self) -> None:
        """Write the footer, without which the file is none."""
        self._writer.close()
