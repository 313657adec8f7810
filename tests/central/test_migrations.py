from importlib.resources import as_file, files
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import event, inspect, text
from sqlalchemy.exc import IntegrityError

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


def test_accounts_of_an_earlier_version_keep_their_role_and_their_sessions(database):
    with as_file(files("central.migrations")) as folder, database.exclusive_connection() as connection:
        config = Config()
        config.set_main_option("script_location", str(folder))
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.execute(
            text("INSERT INTO account (name, role, created_us, failures, locked_until_us) VALUES ('zhao', 'officer', 1, 0, 0)")
        )
        connection.execute(text("INSERT INTO login_session VALUES ('a', 1, 'b', 1, 1)"))
    migrate(database)
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT account_id, role, group_id FROM account_grant")).all() == [(1, "reviewer", None)]
        assert connection.execute(text("SELECT token_sha256, second_due FROM login_session")).all() == [("a", False)]
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text("INSERT INTO login_token VALUES ('c', 99, 1, NULL, NULL)"))


def test_a_migration_that_leaves_a_reference_to_nothing_is_undone(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'central.db'}")
    migrate(database)
    with pytest.raises(StopError, match="refer to what is not there"), database.exclusive_connection() as connection:
        connection.execute(text("INSERT INTO login_token VALUES ('c', 99, 1, NULL, NULL)"))
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT * FROM login_token")).all() == []
    database.close()
