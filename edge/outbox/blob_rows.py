"""Statements on blobs; each runs within the caller's transaction."""

import sqlite3

from edge.outbox.blobs import BlobFolder
from edge.outbox.rows import Blob, BlobRow


def insert(connection: sqlite3.Connection, blob: Blob, seq: int, now_us: int) -> None:
    """Add a blob of a record; one that is known already now belongs to the newer record and keeps its state."""
    connection.execute(
        "INSERT INTO blob (sha256, seq, media_type, size, state, changed_us) VALUES (?, ?, ?, ?, 'waiting', ?) "
        "ON CONFLICT (sha256) DO UPDATE SET seq = excluded.seq",
        (blob.sha256, seq, blob.media_type, len(blob.data), now_us),
    )


def names(connection: sqlite3.Connection) -> set[str]:
    """Give the names of all blobs that are kept."""
    return {sha256 for (sha256,) in connection.execute("SELECT sha256 FROM blob")}


def total_bytes(connection: sqlite3.Connection) -> int:
    """Give the size of all blobs that are kept."""
    return int(connection.execute("SELECT COALESCE(SUM(size), 0) FROM blob").fetchone()[0])


def waiting(connection: sqlite3.Connection, folder: BlobFolder, limit: int) -> list[BlobRow]:
    """Give the first blobs to be uploaded, in the order of their records."""
    rows = connection.execute("SELECT sha256, media_type, size FROM blob WHERE state = 'waiting' ORDER BY seq, sha256 LIMIT ?", (limit,))
    return [BlobRow(sha256, media_type, size, folder.path_of(sha256)) for sha256, media_type, size in rows]


def mark_uploaded(connection: sqlite3.Connection, sha256: str, now_us: int) -> None:
    """Note that central has confirmed a blob."""
    connection.execute("UPDATE blob SET state = 'uploaded', changed_us = ? WHERE sha256 = ?", (now_us, sha256))


def mark_refused(connection: sqlite3.Connection, sha256: str, reason: str, now_us: int) -> None:
    """Note that central will never take a blob."""
    connection.execute("UPDATE blob SET state = 'refused', reason = ?, changed_us = ? WHERE sha256 = ?", (reason, now_us, sha256))


def forget_done(connection: sqlite3.Connection, before_us: int) -> list[str]:
    """Delete the rows of blobs that were uploaded by then and whose record is no longer here; give their names."""
    rows = connection.execute(
        "DELETE FROM blob WHERE state = 'uploaded' AND changed_us <= ? AND NOT EXISTS (SELECT 1 FROM record WHERE record.seq = blob.seq) "
        "RETURNING sha256",
        (before_us,),
    )
    return [sha256 for (sha256,) in rows]


def count(connection: sqlite3.Connection) -> dict[str, int]:
    """Give the number of blobs by state."""
    return dict(connection.execute("SELECT state, COUNT(*) FROM blob GROUP BY state").fetchall())
