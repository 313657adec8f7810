"""Many rows into one table at once: their numbers are drawn first, and one statement takes all of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from central.evidence.models.base import Base

Row = dict[str, Any]


def draw_ids(session: Session, model: type[Base], count: int) -> Sequence[int]:
    """Give the next numbers of a table that numbers its rows, growing, for rows that this writing transaction inserts with them.

    They are drawn as the database itself draws them, so none is ever given twice, even where its row is gone.
    """
    name = model.__tablename__
    if session.get_bind().dialect.name == "sqlite":
        last = session.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": name}) or 0
        return range(last + 1, last + 1 + count)
    draw = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
    return session.scalars(draw, {"name": name, "count": count}).all()


def insert_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that have the same columns each; no object of the session knows of them."""
    if rows:
        session.connection().execute(insert(model), rows)
