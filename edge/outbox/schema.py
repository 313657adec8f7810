"""Tables of the outbox, as migrations: the database says in `user_version` how many of them it has been through."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from contract.chain import GENESIS
from contract.faults import StopError

Migration = tuple[str, ...]
"""Statements that take effect together or not at all."""

MIGRATIONS: Final[tuple[Migration, ...]] = (
    (
        """CREATE TABLE chain (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            seq INTEGER NOT NULL,
            sha256 TEXT NOT NULL
        ) STRICT""",
        f"INSERT INTO chain (id, seq, sha256) VALUES (1, {GENESIS.seq}, '{GENESIS.sha256}')",  # noqa: S608 - constants of the contract
        """CREATE TABLE record (
            seq INTEGER PRIMARY KEY,
            sha256 TEXT NOT NULL,
            envelope BLOB NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'refused')),
            reason TEXT,
            created_us INTEGER NOT NULL
        ) STRICT""",
        "CREATE INDEX record_state ON record (state, seq)",
        """CREATE TABLE blob (
            sha256 TEXT PRIMARY KEY,
            seq INTEGER NOT NULL,
            media_type TEXT NOT NULL,
            size INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'uploaded', 'refused')),
            reason TEXT,
            changed_us INTEGER NOT NULL
        ) STRICT""",
        "CREATE INDEX blob_state ON blob (state, seq)",
        """CREATE TABLE plate_read (
            camera TEXT NOT NULL,
            event_id TEXT NOT NULL,
            body TEXT NOT NULL,
            received_us INTEGER NOT NULL,
            seq INTEGER,
            PRIMARY KEY (camera, event_id)
        ) STRICT""",
        "CREATE INDEX plate_read_received ON plate_read (received_us)",
        """CREATE TABLE checkpoint (
            device TEXT PRIMARY KEY,
            epoch INTEGER NOT NULL,
            resume_counter INTEGER NOT NULL,
            last_end INTEGER NOT NULL
        ) STRICT""",
    ),
    (
        """CREATE TABLE applied (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            device TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            from_counter INTEGER NOT NULL,
            sealed TEXT NOT NULL,
            applied_us INTEGER NOT NULL
        ) STRICT""",
        """CREATE TABLE ledger_head (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            counter INTEGER NOT NULL,
            sha256 TEXT NOT NULL
        ) STRICT""",
    ),
    (
        """CREATE TABLE clip_want (
            seq INTEGER PRIMARY KEY,
            sha256 TEXT NOT NULL,
            lane INTEGER NOT NULL,
            from_us INTEGER NOT NULL,
            until_us INTEGER NOT NULL
        ) STRICT""",
    ),
)
"""In order; a released one is never edited, a change is a further one."""


def migrate(connection: sqlite3.Connection, source: str, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring the database to the newest form, each migration in one transaction.

    Raises
    ------
    StopError
        ``outbox-newer`` if a later version of this software has written it: its records must not be handled by rules we do not know.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(migrations):
        what = f"has version {version}, this software knows up to {len(migrations)}; install the newer software again"
        raise StopError("outbox-newer", source, what)
    for number, statements in enumerate(migrations[version:], version + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
