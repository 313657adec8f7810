"""A central whose log is signed, with a real witness behind HTTP and a real time stamp authority (`openssl ts`)."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from central.checkpointing.keeper import Keeper
from central.config import LogSettings, Settings
from central.evidence.journal import SERVICE, Verb, note
from central.evidence.log.audit import LogAudit, audit_log
from central.evidence.log.checkpoints import LogKey, StoredCheckpoint, latest_checkpoints, log_key
from central.evidence.log.memory import recall
from central.evidence.log.peers import Peer, PeerState, peers
from central.witness.service import create_witness, verifier_of, witness_key
from central.witness.state import WitnessState
from contract.faults import WimError
from contract.log.notes import VerifierKey
from tests.central.bench import Bench, open_bench
from tests.central.served import served
from tests.time_stamp_authority import TimeStampAuthority, serving_authority

WITNESS_NAME = "witness.example.org"


@dataclass
class Logged:
    """A central with its keeper; `faults` are those that the keeper has counted."""

    bench: Bench
    key: LogKey
    keeper: Keeper
    witness_state: Path
    authority: TimeStampAuthority
    client: httpx.Client
    settings: Settings
    faults: list[WimError] = field(default_factory=list)
    others: list[Keeper] = field(default_factory=list)

    def act(self, count: int = 1) -> None:
        with self.bench.central.database.write() as session:
            for number in range(count):
                note(session, SERVICE, Verb.DID, f"test/{number}", now_us=self.bench.clock())

    def send(self, count: int = 1) -> None:
        self.bench.send(*(self.bench.station.next_envelope() for _ in range(count)))

    def keep(self, *, anew: bool = False) -> StoredCheckpoint:
        made = self.keeper.keep(anew=anew)
        assert made is not None
        return made

    def latest(self, count: int = 100) -> tuple[StoredCheckpoint, ...]:
        with self.bench.central.database.read() as session:
            return latest_checkpoints(session, count)

    def peers(self) -> dict[Peer, PeerState]:
        with self.bench.central.database.read() as session:
            return peers(session)

    def audit(self) -> LogAudit:
        memory = recall(self.keeper.folder, self.keeper.trusted.log)
        with self.bench.central.database.snapshot() as session:
            return audit_log(session, self.keeper.trusted, memory)

    def execute(self, *statements: str) -> None:
        """Change the database as somebody with its file and no respect for keys does."""
        database = self.bench.central.database
        if database.is_sqlite:
            with closing(sqlite3.connect(str(database.engine.url.database), isolation_level=None)) as connection:
                connection.execute("PRAGMA foreign_keys = OFF")
                for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                    connection.execute(f"DROP TRIGGER {name}")
                connection.executescript(";".join(("BEGIN", *statements, "COMMIT")))
            return
        with database.write() as session:
            session.connection().exec_driver_sql("SET LOCAL session_replication_role = replica")
            for statement in statements:
                session.connection().exec_driver_sql(in_postgresql(statement))

    def another_keeper(self, data: Path | None = None, **changes: object) -> Keeper:
        """Give a keeper as after another start; it is closed at the end."""
        log = LogSettings.model_validate(self.settings.log.model_dump() | changes)
        settings = self.settings.model_copy(update={"log": log, "data": data or self.settings.data})
        keeper = Keeper(self.bench.central.database, settings, now_us=self.bench.clock, count=self.faults.append)
        self.others.append(keeper)
        return keeper


def in_postgresql(statement: str) -> str:
    """Say in PostgreSQL what a statement says of bytes in SQLite."""
    for said, instead in (
        (r"zeroblob\((\d+)\)", r"decode(repeat('00', \1), 'hex')"),
        (r"X'([0-9a-f]*)'", r"decode('\1', 'hex')"),
        (r"CAST\((\w+) AS TEXT\)", r"convert_from(\1, 'UTF8')"),
        (r"CAST\((.+) AS BLOB\)", r"convert_to(\1, 'UTF8')"),
    ):
        statement = re.sub(said, instead, statement)
    return statement


@contextmanager
def serving_witness(folder: Path, log: VerifierKey, clock_s) -> Iterator[tuple[httpx.Client, VerifierKey]]:
    """Serve a witness of one log, and give a client of it and its key."""
    key = witness_key(folder / "witness.key.pem")
    state = WitnessState(folder / "state")
    try:
        with served(create_witness(WITNESS_NAME, key, {log.name: log}, state, clock_s=clock_s)) as client:
            yield client, verifier_of(WITNESS_NAME, key)
    finally:
        state.close()


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> Iterator[TimeStampAuthority]:
    with serving_authority(tmp_path_factory.mktemp("tsa") / "authority") as authority:
        yield authority


@contextmanager
def open_logged(folder: Path, database_url: str, authority: TimeStampAuthority) -> Iterator[Logged]:
    """Set it all up; the clock begins at the real time, which the authority's time stamps bear."""
    authority.away = False
    with ExitStack() as stack:
        bench = stack.enter_context(open_bench(folder / "central", database_url))
        bench.clock.now_us = time.time_ns() // 1_000
        key = log_key(bench.central.settings.key_folder, "log.example.org/wim")
        client, witness = stack.enter_context(serving_witness(folder / "witness", key.verifier, lambda: bench.clock() / 1e6))
        log = LogSettings(
            origin=key.origin,
            witness_url=str(client.base_url),
            witness_key=str(witness),
            timestamp_url=authority.url,
            timestamp_certificate=authority.certificate,
        )
        faults: list[WimError] = []
        settings = bench.central.settings.model_copy(update={"log": log})
        keeper = Keeper(bench.central.database, settings, now_us=bench.clock, count=faults.append)
        stack.callback(keeper.close)
        logged = Logged(bench, key, keeper, folder / "witness" / "state", authority, client, settings, faults)
        yield logged
        for other in logged.others:
            other.close()


@pytest.fixture
def logged(tmp_path, authority) -> Iterator[Logged]:
    with open_logged(tmp_path, f"sqlite:///{tmp_path / 'central.db'}", authority) as logged:
        yield logged


@pytest.fixture
def logged_on_both(tmp_path, database_url, authority) -> Iterator[Logged]:
    with open_logged(tmp_path, database_url, authority) as logged:
        yield logged
