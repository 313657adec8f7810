"""Bring the database to this version's tables, from wherever the package is installed."""

from importlib.resources import as_file, files
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import text

from central.evidence.database import Database
from contract.faults import StopError

MIGRATION_LOCK_ID: Final = 0x57494D32
"""PostgreSQL advisory lock: of several commands that start at once, one migrates."""


def migrate(database: Database) -> None:
    """Run every migration that is missing, all in one transaction, so that a failure leaves the database as it was.

    Raises
    ------
    StopError
        ``migration-failed`` if the database belongs to a later version.
    RetryError
        ``database-away`` if it cannot be reached.
    """
    with as_file(files("central.migrations")) as folder, database.exclusive_connection() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": MIGRATION_LOCK_ID})
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StopError("migration-failed", "database", f"{error}; it was written by a later version: install that one") from error
