"""Records named by station and number, many at once, in a condition that every database answers from its index.

``(station, seq) IN (VALUES …)`` is none: SQLite below 3.41 reads the whole table for it.
"""

import json
from collections.abc import Collection
from typing import Final

from sqlalchemy import ColumnElement, column, text, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

Place = tuple[str, int]
"""Station and number of a record."""
# Cast, or SQLite holds values of no type against the index's first column alone.
_SQLITE: Final = text(
    "SELECT CAST(json_extract(value, '$[0]') AS TEXT), CAST(json_extract(value, '$[1]') AS INTEGER) FROM json_each(:places)"
)
_POSTGRESQL: Final = text("SELECT * FROM unnest(CAST(:names AS varchar[]), CAST(:numbers AS bigint[])) AS wanted (name, number)")


def among(
    session: Session, station: InstrumentedAttribute[str], seq: InstrumentedAttribute[int], places: Collection[Place]
) -> ColumnElement[bool]:
    """Give the condition that two columns name one of some places; none of them, and it is never true."""
    if session.get_bind().dialect.name == "sqlite":
        wanted = _SQLITE.bindparams(places=json.dumps(sorted(places)))
    else:
        wanted = _POSTGRESQL.bindparams(names=[name for name, _ in places], numbers=[number for _, number in places])
    return tuple_(station, seq).in_(wanted.columns(column("name"), column("number")))
