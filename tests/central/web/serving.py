"""Pages over a bench's central, served on a free port, and a client that is or is not logged in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from fastapi import FastAPI

from central.evidence.accounts import Role, account_id, add_account, make_login_link_token
from central.web import install
from contract.units import US_PER_S
from tests.central.bench import Bench
from tests.central.served import served

OFFICER = "officer-1"
PASSWORD = "a long enough password"


@dataclass
class Site:
    """The pages of one bench with one account; `client` follows no redirects and keeps its cookies."""

    bench: Bench
    client: httpx.Client

    @property
    def url(self) -> str:
        return str(self.client.base_url).rstrip("/")

    def link_token(self, lasts_s: int = 60) -> str:
        with self.bench.central.database.write() as session:
            account = account_id(session, OFFICER)
            assert account is not None
            return make_login_link_token(session, account, self.bench.clock(), lasts_s * US_PER_S)

    def log_in(self) -> None:
        answer = self.client.post("/login/once", data={"token": self.link_token()})
        assert answer.status_code == 303, answer.text

    def get(self, path: str, language: str = "en") -> httpx.Response:
        return self.client.get(path, headers={"Accept": "text/html", "Accept-Language": language})

    def page(self, path: str, language: str = "en") -> str:
        answer = self.get(path, language)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:500]}"
        return answer.text


@contextmanager
def serving(bench: Bench, role: Role = Role.REVIEWER) -> Iterator[Site]:
    """Serve the pages until the block ends."""
    with bench.central.database.write() as session:
        add_account(session, OFFICER, role, PASSWORD, bench.clock())
    app = FastAPI()
    app.state.central = bench.central
    install(app, bench.central.settings)
    with served(app) as client:
        yield Site(bench, client)
