"""Statements on records, the chain's head and the checkpoints; each runs within the caller's transaction."""

import sqlite3
from collections.abc import Sequence

from contract.chain import Link
from contract.faults import Fault, Reaction, StopError
from contract.receipts import Receipt, ReceiptOutcome
from edge.outbox.rows import Checkpoint, Settlement, State, Waiting


def head(connection: sqlite3.Connection) -> Link:
    """Give the last record's place in the chain."""
    seq, sha256 = connection.execute("SELECT seq, sha256 FROM chain").fetchone()
    return Link(seq, sha256)


def check_head(connection: sqlite3.Connection, source: str) -> None:
    """See that the chain's head is the newest record, where that is still here.

    Raises
    ------
    StopError
        If not: going on would sign a second record under a number that is taken.
    """
    at = head(connection)
    newest = connection.execute("SELECT seq, sha256 FROM record ORDER BY seq DESC LIMIT 1").fetchone()
    if newest is not None and (newest[0] > at.seq or (newest[0] == at.seq and newest[1] != at.sha256)):
        what = f"says that record {at.seq} is the last, but holds record {newest[0]}; keep the files for examination"
        raise StopError("outbox-inconsistent", source, what)


def insert(connection: sqlite3.Connection, link: Link, envelope: bytes, now_us: int) -> None:
    """Add a record and move the chain's head to it."""
    connection.execute(
        "INSERT INTO record (seq, sha256, envelope, state, created_us) VALUES (?, ?, ?, ?, ?)",
        (link.seq, link.sha256, envelope, State.WAITING, now_us),
    )
    connection.execute("UPDATE chain SET seq = ?, sha256 = ?", (link.seq, link.sha256))


def waiting(connection: sqlite3.Connection, limit: int) -> list[Waiting]:
    """Give the first waiting records in order."""
    rows = connection.execute("SELECT seq, sha256 FROM record WHERE state = 'waiting' ORDER BY seq LIMIT ?", (limit,))
    return [Waiting(seq, sha256) for seq, sha256 in rows]


def envelope(connection: sqlite3.Connection, seq: int) -> bytes | None:
    """Give a record's envelope, None if it has left."""
    row = connection.execute("SELECT envelope FROM record WHERE seq = ?", (seq,)).fetchone()
    return None if row is None else bytes(row[0])


def settle(connection: sqlite3.Connection, receipts: Sequence[Receipt]) -> Settlement:
    """Apply verified receipts."""
    last = head(connection)
    stored = refused = 0
    faults = []
    for receipt in receipts:
        row = connection.execute("SELECT sha256, state FROM record WHERE seq = ?", (receipt.seq,)).fetchone()
        if row is None and receipt.seq <= last.seq:
            continue  # it has left on an earlier receipt; delivery is at least once
        if row is None or row[0] != receipt.sha256:
            faults.append(_misfit(receipt, row))
        elif receipt.outcome is ReceiptOutcome.STORED:
            connection.execute("DELETE FROM record WHERE seq = ?", (receipt.seq,))
            stored += 1
        elif row[1] == State.WAITING:
            connection.execute("UPDATE record SET state = 'refused', reason = ? WHERE seq = ?", (receipt.reason, receipt.seq))
            faults.append(_refusal(receipt))
            refused += 1
    return Settlement(stored, refused, tuple(faults))


def _misfit(receipt: Receipt, row: tuple[str, str] | None) -> Fault:
    held = "no record of that number was ever made here" if row is None else f"the record here is {row[0][:16]}"
    what = f"receipt for seq {receipt.seq}, {receipt.sha256[:16]}: {held}; nothing was changed"
    return Fault(code="receipt-misfit", where=f"receipt of {receipt.station}", what=what, reaction=Reaction.REJECT)


def _refusal(receipt: Receipt) -> Fault:
    what = f"central refused the record: {receipt.reason or 'no reason given'}; it is kept here and in central's quarantine"
    return Fault(code="record-refused", where=f"record {receipt.seq}", what=what[:2_000], reaction=Reaction.REJECT)


def count(connection: sqlite3.Connection) -> dict[str, int]:
    """Give the number of records by state."""
    return dict(connection.execute("SELECT state, COUNT(*) FROM record GROUP BY state").fetchall())


def oldest_waiting_us(connection: sqlite3.Connection) -> int | None:
    """Give when the first waiting record was made."""
    row = connection.execute("SELECT created_us FROM record WHERE state = 'waiting' ORDER BY seq LIMIT 1").fetchone()
    return None if row is None else int(row[0])


def checkpoint(connection: sqlite3.Connection, device: str) -> Checkpoint | None:
    """Give a device's checkpoint, None if it has none."""
    row = connection.execute("SELECT epoch, resume_counter, last_end FROM checkpoint WHERE device = ?", (device,)).fetchone()
    return None if row is None else Checkpoint(device, *row)


def set_checkpoint(connection: sqlite3.Connection, point: Checkpoint) -> None:
    """Replace a device's checkpoint."""
    connection.execute(
        "INSERT INTO checkpoint (device, epoch, resume_counter, last_end) VALUES (?, ?, ?, ?) ON CONFLICT (device) DO UPDATE SET "
        "epoch = excluded.epoch, resume_counter = excluded.resume_counter, last_end = excluded.last_end",
        (point.device, point.epoch, point.resume_counter, point.last_end),
    )
