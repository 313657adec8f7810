"""A folder as an office leaves it in the evening: cases that wait, persons who are logged in, another system that listens."""

import time
from dataclasses import dataclass
from pathlib import Path

from central.access import cookie_name
from central.config import Settings, load_settings
from central.evidence import accounts
from central.evidence.accounts import Role
from central.evidence.journal import SERVICE
from central.evidence.messages import EventType
from central.webhooks.endpoints import add_endpoint
from tests.broker import free_port
from tests.central.bench import Bench, open_bench
from tests.central.review.office import Office
from tests.faults.kills.service import Run
from tests.signing_station import SigningStation

PERSONS = {"rao": Role.REVIEWER, "xia": Role.REVIEWER, "liu": Role.LEGAL, "an": Role.APPROVER, "he": Role.APPROVER, "wu": Role.AUDITOR}
BATCH = 200


@dataclass(frozen=True)
class Person:
    """Who is logged in: name, role, cookie of the session, and what its forms must bring back."""

    name: str
    role: Role
    cookies: dict[str, str]
    csrf: str


@dataclass(frozen=True)
class Prepared:
    """The folder, how central is run over it, and who works with it."""

    folder: Path
    run: Run
    persons: tuple[Person, ...]
    cases: tuple[int, ...]
    station: SigningStation

    @property
    def settings(self) -> Settings:
        """Central's settings."""
        return load_settings(self.run.config, {})


def prepare(folder: Path, database_url: str, webhook: str, *, cases: int, vehicles: int) -> Prepared:
    """Make it: `cases` screened ones of as many plates, and `vehicles` others, which make exports long."""
    folder.mkdir(parents=True, exist_ok=True)
    run = Run(folder / "central.toml", free_port(), folder.with_suffix(".log"))
    lines = [
        f"data = '{folder}'",
        f"database_url = '{database_url}'",
        f"broker = {{ port = {free_port()} }}",  # nobody answers there: what comes by it is another test's
        "webhooks = { allow_private = true }",
        "log = { seconds = 1 }",
    ]
    run.config.write_text("\n".join(lines) + "\n")
    with open_bench(folder, database_url) as bench:
        bench.clock.now_us = time.time_ns() // 1000
        office = Office(bench)
        office.publish()
        for number in range(cases):
            office.overload(plate=f"京A{number:05d}")
        for first in range(0, vehicles, BATCH):
            bench.send(*(bench.station.next_envelope() for _ in range(min(BATCH, vehicles - first))))
        office.screen()
        persons = tuple(_log_in(bench, name, role) for name, role in PERSONS.items())
        with bench.central.database.write() as session:
            events = [one for one in EventType if one is not EventType.TEST]
            add_endpoint(session, bench.central.vault, SERVICE, "archive", webhook, events=events, now_us=bench.clock())
        return Prepared(folder, run, persons, tuple(range(1, cases + 1)), bench.station)


def _log_in(bench: Bench, name: str, role: Role) -> Person:
    with bench.central.database.write() as session:
        identity = accounts.add_account(session, name, role, None, bench.clock())
        token = accounts.make_login_link_token(session, identity, bench.clock(), 1_000_000)
        new = accounts.log_in_by_link(session, token, bench.clock())
    assert new is not None
    return Person(name, role, {cookie_name(bench.central): new.token}, new.login.csrf_token)
