"""A page in this process over a session that stands in the middle, with an edge that does not answer."""

import asyncio
import re
import shutil
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from calibration.certificate import Ledger
from calibration.page.accounts import Accounts, Role
from calibration.page.app import create_app
from calibration.page.context import Page
from calibration.sessions import actions
from calibration.sessions.desk import Desk
from calibration.sessions.evidence import CaptureFolder
from calibration.sessions.station_link import StationLink
from calibration.sessions.store import SessionStore
from contract.station import Signatory
from demo.site import SiteName, find_site
from tests.calibration.page.line import APPROVER, PASSWORD, TECHNICIAN
from tests.calibration.sessions.material import CERTIFICATE, FIVE, OPENED, HandClock, seen, truck


@dataclass
class Site:
    """A page, and a client that keeps its cookies and follows no redirects."""

    page: Page
    clock: HandClock
    client: httpx.AsyncClient

    @property
    def store(self):
        return self.page.desk.store


@pytest.fixture(scope="session")
def people(tmp_path_factory):
    """Make the accounts once: a password's hash is slow on purpose."""
    path = tmp_path_factory.mktemp("people") / "accounts.db"
    with closing(Accounts(path, HandClock())) as accounts:
        signatories = tuple(Signatory(name=name, key=accounts.add(name, role, PASSWORD), may=(may,)) for name, role, may in PEOPLE)
    return path, signatories


@pytest.fixture
def site(tmp_path, people):
    accounts, signatories = people
    shutil.copy(accounts, tmp_path / "accounts.db")
    with making_site(tmp_path, signatories) as site:
        yield site


@contextmanager
def making_site(folder: Path, signatories):
    clock = HandClock()
    with closing(Accounts(folder / "accounts.db", clock)) as accounts, closing(SessionStore(folder / "sessions.db", clock)) as store:
        station = find_site(SiteName.OWN).station.model_copy(update={"signatory": signatories})
        with closing(StationLink("http://127.0.0.1:1")) as link:
            desk = Desk(station, folder / "station.toml", store, CaptureFolder(folder / "captures"), link)
            page = Page(desk, Ledger(folder / "ledger.sqlite", station), accounts, desk.watch(), https=False)
            yield Site(page, clock, None)


PEOPLE = ((TECHNICIAN, Role.TECHNICIAN, "propose"), (APPROVER, Role.APPROVER, "approve"))


def conduct(store):
    """Bring a session to where a pass waits, one is flagged, one fits two trucks, one was accepted and one left out."""
    store.open("s1", OPENED, TECHNICIAN)

    def do(*decisions):
        for decide in decisions:
            store.act("s1", TECHNICIAN, decide)

    do(actions.state_weighbridge(CERTIFICATE), actions.enter_truck(truck("A")), actions.enter_truck(truck("B", FIVE)))
    do(actions.enter_truck(truck("F", (6_300.0, 10_200.0))), actions.make_plan([30, 50], 1))
    for one in (
        seen(11, FIVE, (3.6, 5.6, 1.3, 1.3)),
        seen(12, flags={"braking": 2.0}),
        seen(13),
        seen(14, (800.0, 700.0), (2.6,)),
        seen(15),
        seen(16, FIVE, (3.6, 5.6, 1.3, 1.3)),
    ):
        do(actions.see_pass(one, 4_000.0, captured=True))
    do(actions.accept(seen(11).id, "B", "centre"), actions.reject(seen(15).id, "car beside it"))


class Browser:
    """Asks a page's application without a socket."""

    def __init__(self, page, language="en"):
        self.app, self.cookies = create_app(page), {}
        self.headers = {"Accept": "text/html", "Accept-Language": language}

    def ask(self, method, path, data=None, **headers):

        async def go():
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://station", cookies=self.cookies) as client:
                answer = await client.request(method, path, data=data, headers=self.headers | headers)
                self.cookies = {cookie.name: cookie.value for cookie in client.cookies.jar}
                return answer

        return asyncio.run(go())

    def get(self, path):
        return self.ask("GET", path)

    def log_in(self, name=TECHNICIAN, password=PASSWORD):
        return self.ask("POST", "/login", {"name": name, "password": password})

    def send(self, path, **fields):
        """Send a form as the page at hand would: with its token."""

        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/sessions").text)
        return self.ask("POST", path, fields | {"csrf_token": token.group(1) if token else ""})
