"""A migration takes effect whole or not at all, at whichever statement it fails."""

import sqlite3
from contextlib import closing

import pytest

from contract.faults import StopError
from edge.outbox.schema import MIGRATIONS, migrate

STATEMENTS = [(number, place) for number, statements in enumerate(MIGRATIONS) for place in range(len(statements) + 1)]


def connect():
    return closing(sqlite3.connect(":memory:", isolation_level=None))


def schema_of(connection):
    return connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()


@pytest.mark.parametrize(("number", "place"), STATEMENTS)
def test_a_failure_at_any_statement_leaves_what_was_before(number, place):
    with connect() as connection, connect() as whole:
        migrate(connection, "test", MIGRATIONS[:number])
        before = schema_of(connection)
        statements = MIGRATIONS[number]
        broken = (*statements[:place], "SELECT no_such_function()", *statements[place:])
        with pytest.raises(sqlite3.OperationalError, match="no_such_function"):
            migrate(connection, "test", (*MIGRATIONS[:number], broken))
        assert schema_of(connection) == before
        assert connection.execute("PRAGMA user_version").fetchone() == (number,)
        migrate(connection, "test")
        migrate(whole, "test")
        assert schema_of(connection) == schema_of(whole)


def test_running_it_again_changes_nothing():
    with connect() as connection:
        migrate(connection, "test")
        before = schema_of(connection)
        migrate(connection, "test")
        assert schema_of(connection) == before


def test_a_newer_database_is_refused():
    with connect() as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
        with pytest.raises(StopError, match="install the newer software"):
            migrate(connection, "test")
