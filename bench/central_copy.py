"""Copies a whole central database from SQLite into an empty one on PostgreSQL, table by table with COPY: the same rows on both."""

from __future__ import annotations

from typing import Final

import psycopg
from rich.progress import Progress
from sqlalchemy import Table, func, select

from central.evidence.database import Database
from central.evidence.models import Base
from central.migrations.run import migrate

FETCH_ROWS: Final = 2_000


def copy_database(source: Database, target_url: str) -> None:
    """Bring the target to this version's tables and fill them."""
    target = Database(target_url)
    try:
        migrate(target)
    finally:
        target.close()
    with psycopg.connect(target_url) as connection, Progress(transient=True) as bar:
        for table in Base.metadata.sorted_tables:
            _copy_table(source, connection, table, bar)
        for table in Base.metadata.sorted_tables:
            _set_sequence(connection, table)
        connection.commit()
        connection.autocommit = True
        connection.execute("ANALYZE")


def _copy_table(source: Database, connection: psycopg.Connection[tuple[object, ...]], table: Table, bar: Progress) -> None:
    names = psycopg.sql.SQL(", ").join(psycopg.sql.Identifier(column.name) for column in table.columns)
    statement = psycopg.sql.SQL("COPY {} ({}) FROM STDIN").format(psycopg.sql.Identifier(table.name), names)
    with source.read() as session:
        rows = session.scalar(select(func.count()).select_from(table)) or 0
        if not rows:
            return
        task = bar.add_task(f"copying {table.name}", total=rows)
        connection.execute(psycopg.sql.SQL("TRUNCATE {} CASCADE").format(psycopg.sql.Identifier(table.name)))
        with connection.cursor().copy(statement) as copy:
            for row in session.execute(select(*table.columns).execution_options(yield_per=FETCH_ROWS)):
                copy.write_row(tuple(row))
                bar.advance(task)
        bar.remove_task(task)


def _set_sequence(connection: psycopg.Connection[tuple[object, ...]], table: Table) -> None:
    """Let the next row follow the last one that was copied."""
    column = table.autoincrement_column
    if column is None or column.name != "id":
        return
    sequence = connection.execute("SELECT pg_get_serial_sequence(%s, 'id')", (table.name,)).fetchone()
    if sequence is not None and sequence[0] is not None:
        statement = psycopg.sql.SQL("SELECT setval(%s, (SELECT greatest(max(id), 1) FROM {}))")
        connection.execute(statement.format(psycopg.sql.Identifier(table.name)), (sequence[0],))
