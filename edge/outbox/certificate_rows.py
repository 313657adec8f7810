"""Statements on the certificates that were applied and the ledger's head as last seen; each runs within the caller's transaction."""

import sqlite3

from edge.outbox.rows import Applied, LedgerHead


def insert(connection: sqlite3.Connection, applied: Applied, now_us: int) -> None:
    """Note that a certificate is applied from a counter on."""
    connection.execute(
        "INSERT INTO applied (device, epoch, from_counter, sealed, applied_us) VALUES (?, ?, ?, ?, ?)",
        (applied.device, applied.epoch, applied.from_counter, applied.sealed, now_us),
    )


def applied(connection: sqlite3.Connection, device: str) -> list[Applied]:
    """Give what was applied to a device's lane, in that order."""
    rows = connection.execute("SELECT epoch, from_counter, sealed FROM applied WHERE device = ? ORDER BY id", (device,))
    return [Applied(device, *row) for row in rows]


def set_head(connection: sqlite3.Connection, head: LedgerHead) -> None:
    """Replace the ledger's head as last seen."""
    connection.execute(
        "INSERT INTO ledger_head (id, counter, sha256) VALUES (1, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET counter = excluded.counter, sha256 = excluded.sha256",
        (head.counter, head.sha256),
    )


def head(connection: sqlite3.Connection) -> LedgerHead | None:
    """Give the ledger's head as last seen, None if none ever was."""
    row = connection.execute("SELECT counter, sha256 FROM ledger_head").fetchone()
    return None if row is None else LedgerHead(*row)
