"""A served central with two stations, of which every role but the administrator's reaches the first, and somebody new for each request."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from fastapi import FastAPI

from central.access import cookie_name
from central.app import create_app
from central.config import Settings
from central.context import Central
from central.evidence import accounts
from central.evidence.accounts import Login, Role
from central.evidence.accounts.grants import OPERATOR
from central.evidence.accounts.groups import set_group
from central.evidence.log.checkpoints import log_key, make_checkpoint
from central.evidence.messages import EventType
from central.evidence.receipt_key import receipt_key
from central.evidence.tokens import Scope, make_token
from central.ingest.receive import Receiver
from central.review.workflow import State
from central.webhooks.endpoints import add_endpoint, send_test
from contract.media import MediaRole, sha256_hex
from tests.broker import free_port
from tests.central.bench import Bench, Clock
from tests.central.review.office import Office
from tests.central.review.table import PATHS
from tests.central.served import served
from tests.central.web.passages import picture, ref, signal, store_blob, store_passage
from tests.central.web.prepared_cases import seen_case
from tests.signing_station import SigningStation

OWN, OTHER = "G104-K12", "S2"
ACTORS = ("nobody", *Role, "roleless", "token", "narrow")
"""`roleless` is logged in without any role, `token` a program with every scope over the first station, `narrow` one with another scope."""
NARROW = Scope.ANALYSIS_READ


@dataclass
class Visitor:
    """Who asks: what he sends with every request, and, of a person, his login."""

    headers: dict[str, str]
    login: Login | None = None
    token_id: int | None = None
    session: str = ""

    @property
    def csrf(self) -> str:
        return "" if self.login is None else self.login.csrf_token


@dataclass
class World:
    """The served central and what is in it."""

    app: FastAPI
    central: Central
    client: httpx.Client
    stations: dict[str, SigningStation]
    pictures: dict[str, str]
    """The SHA-256 of each station's scene."""
    group_id: int
    offices: dict[str, Office]
    cases: dict[tuple[str, str], int] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def endpoint(self, token_id: int | None) -> int:
        """Add a webhook's endpoint, of a token or of nobody's, with one delivery that waits, and give its number."""
        central = self.central
        with central.database.write() as session:
            endpoint, _ = add_endpoint(
                session,
                central.vault,
                OPERATOR,
                "somebody's",
                f"http://127.0.0.1:{free_port()}/",
                events=[EventType.CASE_DECIDED],
                now_us=central.now_us(),
                token_id=token_id,
            )
            send_test(session, OPERATOR, endpoint, central.now_us())
        return endpoint

    def visitor(self, actor: str) -> Visitor:
        """Give somebody new of that kind, so that what one request does meets no other."""
        number, now_us = next(self.numbers), self.central.now_us()
        if actor == "nobody":
            return Visitor({})
        with self.central.database.write() as session:
            if actor in {"token", "narrow"}:
                scopes = set(Scope) - {NARROW} if actor == "token" else {NARROW}
                identity, token = make_token(session, OPERATOR, f"{actor} {number}", scopes, 30, now_us=now_us, group_id=self.group_id)
                return Visitor({"Authorization": f"Bearer {token}"}, token_id=identity)
            role = None if actor == "roleless" else Role(actor)
            group_id = None if role in {None, Role.ADMINISTRATOR} else self.group_id
            account = accounts.add_account(session, f"{actor} {number}", role, None, now_us, group_id=group_id)
            new = accounts.log_in_by_link(session, accounts.make_login_link_token(session, account, now_us, 1_000_000), now_us)
        assert new is not None
        return Visitor({"Cookie": f"{cookie_name(self.central)}={new.token}"}, new.login, session=new.token)

    def account(self, role: Role | None = Role.AUDITOR, password: str | None = None) -> int:
        """Add somebody else's account."""
        with self.central.database.write() as session:
            return accounts.add_account(session, f"somebody {next(self.numbers)}", role, password, self.central.now_us())

    def case(self, whose: str, state: str) -> int:
        """Give a case in a state; where an earlier request moved it on, another one."""
        office = self.offices[self.station(whose)]
        known = self.cases.get((whose, state))
        if known is None or office.state(known) != state:
            known = self.cases[whose, state] = seen_case(office, f"湘A{next(self.numbers):05}")
            office.drive(known, *PATHS[State(state)])
        return known

    def station(self, whose: str) -> str:
        return {"own": OWN, "other": OTHER}[whose]


@contextmanager
def living(folder: Path) -> Iterator[World]:
    """Serve the world until the block ends."""
    settings = Settings.model_validate(
        {
            "data": folder,
            "broker": {"port": free_port()},
            "login": {"wrong_tries_per_minute": 1_000},
            "api": {"requests_per_minute": 1_000_000},
        }
    )
    clock = Clock()
    app = create_app(settings, clock)
    central: Central = app.state.central
    with served(app) as client:
        key = receipt_key(settings.key_folder)
        bench = Bench(central, clock, key, Receiver(central, key))
        other = Bench(central, clock, key, bench.receiver, SigningStation(id=OTHER))
        bench.enrol(bench.station)
        bench.enrol(other.station)
        store_passage(bench)
        scene = picture(80, 40)
        store_blob(other, scene)
        store_passage(other, media=(ref(MediaRole.SCENE, scene, "image/jpeg"), ref(MediaRole.CAPTURE, signal(), "application/x-hdf5")))
        with central.database.write() as session:
            make_checkpoint(session, log_key(settings.key_folder, settings.log.origin), clock())
            group_id = set_group(session, OPERATOR, "north", frozenset({OWN}), clock())
        pictures = {OWN: sha256_hex(picture()), OTHER: sha256_hex(scene)}
        offices = {OWN: Office(bench), OTHER: Office(other)}
        for office in offices.values():
            office.publish()
        yield World(app, central, client, {OWN: bench.station, OTHER: other.station}, pictures, group_id, offices)
