from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import event, inspect, text

from central.evidence.database import Database
from central.evidence.models import Base
from central.migrations import versions
from central.migrations.run import migrate
from contract.faults import StopError


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    yield database
    database.close()


def test_migrations_and_models_agree(database):
    migrate(database)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_again_changes_nothing(database):
    migrate(database)
    tables = inspect(database.engine).get_table_names()
    migrate(database)
    newest = max(path.name[:4] for path in Path(versions.__file__).parent.glob("[0-9]*.py"))
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [newest]
    assert inspect(database.engine).get_table_names() == tables


@pytest.mark.parametrize("statement", [1, 2, 5, 9, 14, 23])
def test_a_migration_that_fails_at_any_statement_leaves_nothing_behind_and_can_be_run_again(database, statement):
    seen = 0

    def fail(_connection, _cursor, sql, *_rest):
        nonlocal seen
        seen += sql.lstrip().upper().startswith("CREATE")
        if seen == statement:
            raise InterruptedError

    event.listen(database.engine, "before_cursor_execute", fail)
    with pytest.raises(InterruptedError):
        migrate(database)
    event.remove(database.engine, "before_cursor_execute", fail)
    assert inspect(database.engine).get_table_names() == []
    migrate(database)
    assert "record" in inspect(database.engine).get_table_names()


def test_a_database_of_a_later_version_is_refused(database):
    migrate(database)
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StopError, match="later version"):
        migrate(database)


@pytest.mark.parametrize("url", ["mysql://localhost/x", "no url", "sqlite://"])
def test_an_unusable_database_url_says_what_is_allowed(url):
    with pytest.raises(StopError, match=r"sqlite:///<path>|in memory"):
        Database(url)
