"""The real application with a published station, and a client for each account that asks."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import event

from central.access import cookie_name
from central.app import create_app
from central.config import Settings
from central.evidence import accounts
from central.evidence.accounts import Role
from central.evidence.accounts.groups import set_group
from central.evidence.journal import SERVICE
from central.evidence.receipt_key import receipt_key
from central.ingest.receive import Receiver
from tests.broker import free_port
from tests.central.bench import Bench, Clock
from tests.central.review.office import Office
from tests.central.served import served
from tests.signing_station import SigningStation


@dataclass
class Asker:
    """One logged-in account."""

    client: httpx.Client
    name: str
    csrf: str

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.client.get(f"/api/v1/cases{path}", params=params)

    def post(self, path: str, body: Any, *, csrf: str | None = None) -> httpx.Response:
        return self.client.post(f"/api/v1/cases{path}", json=body, headers={"X-CSRF-Token": self.csrf if csrf is None else csrf})

    def act(self, case_id: int, action: str, version: int, fields: dict[str, Any]) -> httpx.Response:
        return self.post(f"/{case_id}/actions/{action}", {"version": version, "fields": fields})


@dataclass
class Serving:
    """The running application and its office."""

    office: Office
    base_url: str
    clients: ExitStack

    def asker(self, name: str, role: Role, *, person: str | None = None, stations: set[str] | None = None) -> Asker:
        """Give a client that is logged in with an account of its own; `stations` are those of its role, None for every one."""
        central = self.office.bench.central
        with central.database.write() as session:
            now_us = self.office.bench.clock()
            group = None if stations is None else set_group(session, SERVICE, f"group of {name}", frozenset(stations), now_us)
            identity = accounts.add_account(session, name, role, None, now_us, person=person, group_id=group)
            token = accounts.make_login_link_token(session, identity, now_us, 1_000_000)
            new = accounts.log_in_by_link(session, token, now_us)
        assert new is not None
        client = self.clients.enter_context(httpx.Client(base_url=self.base_url, timeout=20, cookies={cookie_name(central): new.token}))
        return Asker(client, name, new.login.csrf_token)


@contextmanager
def serving(folder: Path, *, enrolled: SigningStation | None = None) -> Iterator[Serving]:
    """Serve the application until the block ends, with a published station unless one is `enrolled` already.

    Its screening runs as it does in production, but nothing is synced to disk.
    """
    clock = Clock()
    app = create_app(Settings.model_validate({"data": folder, "broker": {"port": free_port()}}), clock)
    event.listen(app.state.central.database.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
    with served(app) as client, ExitStack() as clients:
        central = app.state.central
        key = receipt_key(central.settings.key_folder)
        bench = Bench(central, clock, key, Receiver(central, key))
        office = Office(bench)
        if enrolled is None:
            bench.enrol(bench.station)
            office.publish()
        else:
            bench.station = enrolled
        yield Serving(office, str(client.base_url), clients)
