"""Every route × kind of visitor × own or another's object × state, against the table beside this file.

A route that the table does not name fails `test_the_table_names_every_route`. To write the rows of new routes, add them to the table with
``?`` in each column, run ``python -m tests.central.permissions.test_permissions``, and read what it prints before it goes into the table.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from central.logging import configure_logging
from tests.central.permissions.requests import BUILDS, Prepared, parts_of
from tests.central.permissions.world import ACTORS, OTHER, World, living

TABLE = Path(__file__).with_name("table.txt")
DOOR = "door"
"""Sent to the login, and back afterwards."""


@dataclass(frozen=True)
class Row:
    """One line: a request about an object in a state, and what each kind of visitor is answered."""

    request: str
    whose: str
    state: str
    expected: dict[str, str]

    @property
    def route(self) -> str:
        return re.sub(r"\{(\w+)=[^}]*\}", r"{\1}", self.request)

    @property
    def given(self) -> dict[str, str]:
        """What the path says of itself: ``{deed=stop}``."""
        return dict(re.findall(r"\{(\w+)=([^}]*)\}", self.request))

    @property
    def name(self) -> str:
        return f"{self.request} {self.whose} {self.state}"


def rows() -> Iterator[Row]:
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.strip() and not line.startswith("#")]
    assert tuple(lines[0].split()[4:]) == ACTORS
    for line in lines[1:]:
        method, path, whose, state, *codes = line.split()
        assert len(codes) == len(ACTORS), line
        yield Row(f"{method} {path}", whose, state, dict(zip(ACTORS, codes, strict=True)))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with living(tmp_path_factory.mktemp("world")) as world:
        yield world


def ask(world: World, row: Row, actor: str) -> str:
    """Send one request and give the answer's code, or `DOOR`."""
    visitor = world.visitor(actor)
    build = BUILDS.get(row.route, lambda *_: Prepared(form=None))
    prepared = build(world, visitor, row.whose, row.state)
    visitor = prepared.visitor or visitor
    method, path = row.route.split(" ")
    for part, value in (parts_of(world, row.whose) | prepared.parts | row.given).items():
        path = path.replace(f"{{{part}}}", str(value))
    assert "{" not in path, f"{row.name}: nothing fills {path}"
    csrf = "of another session" if row.state == "forged" else visitor.csrf
    form = None if prepared.form is None else prepared.form | {"csrf_token": csrf}
    headers = {"Accept": "application/json" if "/api/" in path else "text/html"} | visitor.headers | prepared.headers
    if path.startswith("/public"):
        # The public pages have a brake by address; each request comes from another one, as the proxy tells it.
        number = next(world.numbers)
        headers["X-Forwarded-For"] = f"198.18.{number // 256 % 256}.{number % 256}"
    if "/api/" in path and method != "GET":
        headers["X-CSRF-Token"] = csrf
    request = world.client.build_request(
        method,
        path,
        headers=headers,
        data=form,
        params=prepared.query,
        json=prepared.json,
        content=prepared.content,
        files=prepared.files,
    )
    answer = world.client.send(request, stream=True)
    try:
        return told(answer)
    finally:
        answer.close()
        world.client.cookies.clear()


def told(answer: httpx.Response) -> str:
    to_login = re.match(r"/login(\?|$)", answer.headers.get("location", ""))
    return DOOR if answer.status_code == 303 and to_login else str(answer.status_code)


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in rows()])
def test_each_visitor_is_answered_as_the_table_says(world, row):
    assert {actor: ask(world, row, actor) for actor in ACTORS} == row.expected


def test_the_table_names_every_route(world):
    named = {row.route for row in rows()}
    routes = {
        f"{method} {route.path_format}"
        for route in iter_route_contexts(world.app.routes)
        for method in (route.methods or ())
        if method != "HEAD" and hasattr(route, "path_format")
    }
    assert routes - named == set(), "add these to table.txt"
    assert named - routes == set(), "these are gone; take them out of table.txt"


LISTS = ("/vehicles", "/stations", "/quarantine", "/api/v1/vehicles", "/api/v1/stations", "/api/v1/quarantine")


@pytest.mark.parametrize("actor", [actor for actor in ACTORS if actor not in {"nobody", "narrow"}])
@pytest.mark.parametrize("path", LISTS)
def test_a_list_shows_what_its_reader_may_know_and_nothing_of_another_station(world, path, actor):
    visitor = world.visitor(actor)
    accept = "application/json" if "/api/" in path else "text/html"
    answer = world.client.get(path, headers={"Accept": accept} | visitor.headers)
    world.client.cookies.clear()
    if answer.status_code != 200:
        return
    assert (f"{OTHER}" in re.sub(r'[0-9a-f]{64}|"[\w-]{43}"', "", answer.text)) == (actor == "administrator" and "quarantine" not in path)


def _write() -> None:
    configure_logging()
    """Print the table with what is answered now in place of each ``?``."""
    width = max(len(row.request) for row in rows()) + 1
    with TemporaryDirectory() as folder, living(Path(folder)) as world:
        for row in rows():
            codes = [ask(world, row, actor) if row.expected[actor] == "?" else row.expected[actor] for actor in ACTORS]
            cells = "".join(f"{code:>{len(actor) + 1}}" for code, actor in zip(codes, ACTORS, strict=True))
            sys.stdout.write(f"{row.request:<{width}}{row.whose:<6} {row.state:<8}{cells}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    _write()
