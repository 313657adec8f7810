"""Statements on plate reads; each runs within the caller's transaction."""

import sqlite3
from collections.abc import Sequence

from contract.plates import PlateRead
from edge.outbox.rows import ReadKey


def insert(connection: sqlite3.Connection, read: PlateRead, now_us: int) -> bool:
    """Add a read; give False if this event of this camera is here already."""
    cursor = connection.execute(
        "INSERT INTO plate_read (camera, event_id, body, received_us) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (read.camera, read.event_id, read.model_dump_json(), now_us),
    )
    return cursor.rowcount == 1


def mark_used(connection: sqlite3.Connection, reads: Sequence[ReadKey], seq: int) -> None:
    """Note which record used them."""
    connection.executemany(
        "UPDATE plate_read SET seq = ? WHERE camera = ? AND event_id = ?", [(seq, read.camera, read.event_id) for read in reads]
    )


def unused(connection: sqlite3.Connection) -> list[PlateRead]:
    """Give the reads that no record has used, oldest first."""
    rows = connection.execute("SELECT body FROM plate_read WHERE seq IS NULL ORDER BY received_us, rowid")
    return [PlateRead.model_validate_json(body) for (body,) in rows]


def forget(connection: sqlite3.Connection, before_us: int) -> int:
    """Delete reads that came by then; give how many of them were unused."""
    rows = connection.execute("DELETE FROM plate_read WHERE received_us <= ? RETURNING seq", (before_us,)).fetchall()
    return sum(seq is None for (seq,) in rows)


def count_unused(connection: sqlite3.Connection) -> int:
    """Give how many reads no record has used."""
    return int(connection.execute("SELECT COUNT(*) FROM plate_read WHERE seq IS NULL").fetchone()[0])
