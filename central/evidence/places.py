"""Records named by station and number, many at once, in a condition that every database answers from its index.

``(station, seq) IN (VALUES …)`` is none: SQLite below 3.41 reads the whole table for it.
"""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, String, Text, cast, func, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

Place = tuple[str, int]
"""Station and number of a record."""


def among(
    session: Session, station: InstrumentedAttribute[str], seq: InstrumentedAttribute[int], places: Collection[Place]
) -> ColumnElement[bool]:
    """Give the condition that two columns name one of some places; none of them, and it is never true."""
    wanted: Any
    if session.get_bind().dialect.name == "sqlite":
        each = func.json_each(json.dumps(sorted(places))).table_valued("value")
        # Cast, or SQLite holds values of no type against the index's first column alone.
        wanted = select(cast(func.json_extract(each.c.value, "$[0]"), Text), cast(func.json_extract(each.c.value, "$[1]"), Integer))
    else:
        names, numbers = [name for name, _ in places], [number for _, number in places]
        rows = func.unnest(cast(names, ARRAY(String)), cast(numbers, ARRAY(BigInteger))).table_valued("name", "number").render_derived()
        wanted = select(rows.c.name, rows.c.number)
    return tuple_(station, seq).in_(wanted)
