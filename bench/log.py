"""The log in processor time: entering leaves beside verifying and storing records, proofs and checks at a million leaves. One table.

Run it with ``python -m bench.log [LEAVES]`` from the project's root; the leaves are acts of a database of its own, on SQLite.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import insert

from central.config import Settings
from central.context import Central
from central.evidence.blobs import BlobStore
from central.evidence.database import Database
from central.evidence.derived import DerivedFolder
from central.evidence.journal import SERVICE, ActEntry, Verb, note
from central.evidence.log import tree
from central.evidence.log.audit import audit_log
from central.evidence.log.checkpoints import log_key, make_checkpoint
from central.evidence.log.edge import check_edge, check_part, check_tail
from central.evidence.log.memory import recall
from central.evidence.log.tiles import Frontier
from central.evidence.log.vouching import Trusted
from central.evidence.models import Act, LogLeaf, LogNode
from central.evidence.stations import enrol
from central.ingest.receive import Receiver
from central.ingest.verify import Message
from central.migrations.run import migrate
from contract.canonical import canonical_bytes
from contract.log.leaves import ActLeaf, leaf_bytes
from contract.log.tree import leaf_hash
from contract.media import sha256_hex
from tests.signing_station import T0_US, SigningStation

RECORDS: Final = 2_000
BATCH: Final = 100
"""Records in one transaction, as ingest takes them when many wait."""
PROOFS: Final = 200


def main() -> None:
    """Measure and print the table."""
    leaves = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    table = Table("what", "time each", "rate")
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as central:
        _records(central, table)
        _acts(central, table)
        _many(central, leaves, table)
    Console().print(table)


@contextmanager
def opened(folder: Path) -> Iterator[Central]:
    """Set a central up without its service."""
    settings = Settings(data=folder)
    database = Database(settings.url)
    migrate(database)
    yield Central(settings, database, BlobStore(settings.blob_folder), lambda: T0_US + 10**9, DerivedFolder(settings.derived_folder))
    database.close()


def _records(central: Central, table: Table) -> None:
    station = SigningStation()
    with central.database.write() as session:
        enrol(session, station.id, station.id, station.key.public_key(), now_us=T0_US)
    messages = [Message(station.topic, station.next_envelope()) for _ in track(range(RECORDS), "signing records", transient=True)]
    signature, data = station.key.sign(bytes(2_000)), bytes(2_000)
    _row(table, "Ed25519 verification alone", lambda: station.key.public_key().verify(signature, data), RECORDS)
    receiver = Receiver(central, Ed25519PrivateKey.generate())
    began = time.process_time()
    for start in range(0, RECORDS, BATCH):
        receiver.receive(messages[start : start + BATCH])
    _say(table, "record received: verified, stored, entered, receipt signed", time.process_time() - began, RECORDS)


def _acts(central: Central, table: Table) -> None:
    with central.database.write() as session:
        _row(table, "act noted and entered, in one transaction", lambda: note(session, SERVICE, Verb.DID, "bench", now_us=T0_US), RECORDS)

    def alone() -> None:
        with central.database.write() as session:
            note(session, SERVICE, Verb.SAW, "vehicle/S1/1", now_us=T0_US)

    _row(table, "act noted in a transaction of its own, as for a page", alone, PROOFS)


def _many(central: Central, leaves: int, table: Table) -> None:
    folder = central.settings.key_folder
    size = _fill(central.database, leaves)
    trusted = Trusted(log_key(folder, "bench"))
    memory = recall(folder, trusted.log)
    with central.database.write() as session:
        _row(table, f"checkpoint over {size:,} leaves", lambda: make_checkpoint(session, trusted.log, T0_US), PROOFS)
    with central.database.read() as session:
        places = [size * number // PROOFS for number in range(PROOFS)]
        _row(table, "inclusion proof", lambda: tree.inclusion_proof(session, places.pop(), size), PROOFS)
        _row(table, "consistency proof", lambda: tree.consistency_proof(session, size // 3, size), PROOFS)
        _row(table, "check at the start", lambda: (check_edge(session, trusted, memory), check_tail(session), check_part(session, 7)), 3)
        found = None
        began = time.process_time()
        found = audit_log(session, trusted, memory)
        _say(table, f"whole check, {len(found.failures)} failures, per leaf", time.process_time() - began, size)


def _fill(database: Database, leaves: int) -> int:
    """Write acts and their leaves straight into the tables, as the program would have, and give the log's size."""
    frontier = Frontier()
    with database.read() as session:
        for row in session.query(LogLeaf).order_by(LogLeaf.leaf_index):
            frontier.add(leaf_hash(row.leaf))
        last = session.query(Act).count()
    entry = ActEntry(time_us=T0_US, person="bench", account="bench", address="local", verb=Verb.DID, subject="bench")
    data, shown = canonical_bytes(entry), {"time_us": T0_US, "person": "bench", "account": "bench", "verb": "did", "subject": "bench"}
    for start in track(range(0, leaves, 10_000), "filling the log", transient=True):
        acts, rows, nodes = [], [], []
        for number in range(start + last + 1, min(start + 10_000, leaves) + last + 1):
            leaf = leaf_bytes(ActLeaf(id=number, sha256=sha256_hex(data), logged_us=T0_US))
            acts.append({"id": number, "entry": data, **shown})
            rows.append({"leaf_index": frontier.size, "kind": "act", "object_id": number, "leaf": leaf})
            nodes += [{"level": one.level, "node_index": one.index, "hash": one.hash} for one in frontier.add(leaf_hash(leaf))]
        with database.write() as session:
            for model, values in ((Act, acts), (LogLeaf, rows), (LogNode, nodes)):
                if values:
                    session.execute(insert(model), values)
    return frontier.size


def _row(table: Table, what: str, do: Callable[[], object], times: int) -> None:
    began = time.process_time()
    for _ in range(times):
        do()
    _say(table, what, time.process_time() - began, times)


def _say(table: Table, what: str, took_s: float, times: int) -> None:
    each_s = took_s / times
    table.add_row(what, f"{each_s * 1e6:,.0f} µs" if each_s < 0.01 else f"{each_s * 1e3:,.0f} ms", f"{1 / each_s:,.0f}/s")


if __name__ == "__main__":
    main()
