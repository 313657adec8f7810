"""The connections of the database: reading ones cannot write, and one whose server is gone is not used."""

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import InternalError

from central.evidence import database as subject
from central.evidence.database import Database
from central.evidence.models import Station

PASSED = {"id": "S1", "name": "S1", "enrolled_us": 1}


@pytest.fixture
def database(database_url: str):
    opened = Database(database_url)
    with opened.exclusive_connection() as connection:
        Station.__table__.create(connection)  # type: ignore[attr-defined]
    yield opened
    opened.close()


def stations(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Station)) or 0


@pytest.mark.parametrize("name", ["read", "snapshot"])
def test_nothing_that_a_reading_session_changes_is_kept(database: Database, name: str):
    with getattr(database, name)() as session:
        if database.is_sqlite:
            session.execute(insert(Station), PASSED)
        else:
            with pytest.raises(InternalError, match="read-only transaction"):
                session.execute(insert(Station), PASSED)
    assert stations(database) == 0
    with database.write() as session:
        session.execute(insert(Station), PASSED)
    assert stations(database) == 1


def test_a_snapshot_sees_one_moment_and_a_reading_session_what_is_committed(database: Database):
    with database.snapshot() as old, database.read() as session:
        counted = select(func.count()).select_from(Station)
        assert (old.scalar(counted), session.scalar(counted)) == (0, 0)
        with database.write() as writing:
            writing.execute(insert(Station), PASSED)
        assert old.scalar(counted) == 0
        assert session.scalar(counted) == (0 if database.is_sqlite else 1)
    assert stations(database) == 1


@pytest.mark.system("postgres")
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_that_rested_is_asked_and_replaced(database: Database, monkeypatch: pytest.MonkeyPatch):
    """Only PostgreSQL has a server that can go."""
    monkeypatch.setattr(subject, "RESTED_S", 0.0)
    assert stations(database) == 0
    with database.write() as session:
        session.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()")
        )
    assert stations(database) == 0
