"""An export as Apache Parquet: typed columns, lists for the axles, compressed; a row group for each page of vehicles."""

from collections.abc import Sequence
from typing import BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from central.exports.rows import ExportRow
from central.exports.table import COLUMNS, Kind

_TYPES: Final = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.YES_NO: pa.bool_(),
    Kind.MOMENT: pa.timestamp("us", tz="UTC"),
    Kind.LIST: pa.list_(pa.int64()),
}
SCHEMA: Final = pa.schema([(column.name, _TYPES[column.kind]) for column in COLUMNS])


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
