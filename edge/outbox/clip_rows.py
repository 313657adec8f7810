"""Statements on clips that records are still to get; each runs within the caller's transaction."""

import sqlite3

from contract.chain import Link
from contract.clips import ClipWanted
from edge.outbox.rows import ClipSpan


def insert(connection: sqlite3.Connection, of: Link, span: ClipSpan) -> None:
    """Note that the record `of` is to get a clip."""
    connection.execute(
        "INSERT INTO clip_want (seq, sha256, lane, from_us, until_us) VALUES (?, ?, ?, ?, ?)",
        (of.seq, of.sha256, span.lane, span.from_us, span.until_us),
    )


def wanted(connection: sqlite3.Connection, limit: int) -> list[ClipWanted]:
    """Give the first clips that are still to come, in the order of their records."""
    rows = connection.execute("SELECT seq, sha256, lane, from_us, until_us FROM clip_want ORDER BY seq LIMIT ?", (limit,))
    return [
        ClipWanted(seq=seq, record_sha256=sha256, lane=lane, from_us=from_us, until_us=until_us)
        for seq, sha256, lane, from_us, until_us in rows
    ]


def close(connection: sqlite3.Connection, seq: int) -> None:
    """Note that a record's clip is stored, or will never come."""
    connection.execute("DELETE FROM clip_want WHERE seq = ?", (seq,))


def count(connection: sqlite3.Connection) -> int:
    """Give how many clips are still to come."""
    return int(connection.execute("SELECT COUNT(*) FROM clip_want").fetchone()[0])
