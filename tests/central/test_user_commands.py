"""`wim-central user`, `group` and `token` as an administrator types them."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from central.__main__ import app
from central.clock import now_us
from central.commands.administration import opened
from central.config import Settings
from central.evidence.accounts import Role, account_id
from central.evidence.accounts.grants import grant
from central.evidence.accounts.resets import ask_login_link
from central.evidence.journal import Actor
from central.evidence.stations import enrol
from tests.signing_station import SigningStation


class Server:
    """The commands over one data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data
        with opened(Settings(data=data)) as database, database.write() as session:
            enrol(session, "S1", "first", SigningStation().key.public_key(), now_us=1)

    def run(self, *words: str, entered: str = "") -> Result:
        return CliRunner().invoke(app, [*words, "--data", str(self.data)], input=entered)

    def does(self, *words: str, entered: str = "") -> str:
        result = self.run(*words, entered=entered)
        assert result.exit_code == 0, result.output
        return result.output

    def refuses(self, *words: str, entered: str = "") -> str:
        result = self.run(*words, entered=entered)
        assert result.exit_code == 1, result.output
        return result.output


@pytest.fixture
def server(tmp_path) -> Server:
    return Server(tmp_path / "data")


def test_an_account_from_the_first_role_to_its_end(server):
    server.does("group", "set", "north", "S1")
    server.does("user", "add", "zhao", "--role", "reviewer", "--group", "north", "--person", "Zhao", entered="a long enough password\n")
    server.does("user", "grant", "zhao", "--role", "auditor")
    assert "zhao: reviewer over north, auditor over every station; person Zhao" in server.does("user", "list")
    server.does("user", "revoke", "zhao", "--role", "auditor")
    for deed in ("unlock", "end-sessions", "disable", "enable"):
        assert "zhao" in server.does("user", deed, "zhao")
    server.does("user", "password", "zhao", entered="another long password\n")
    server.does("user", "disable", "zhao")
    account = json.loads(server.does("user", "list", "--json"))
    assert account["disabled_us"]
    assert [(one["role"], one["group"]) for one in account["grants"]] == [("reviewer", "north")]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("user", "grant", "nobody", "--role", "legal"), "wim-central user list"),
        (("user", "grant", "zhao", "--role", "legal", "--group", "east"), "there are: none yet"),
        (("user", "grant", "zhao", "--role", "administrator"), "two accounts"),
        (("user", "grant", "zhao", "--role", "reviewer"), "already"),
        (("user", "revoke", "zhao", "--role", "auditor"), "has not the role auditor"),
        (("user", "disable", "nobody"), "does not exist"),
        (("user", "confirm", "nobody"), "does not exist"),
        (("user", "reset-second-factor", "zhao"), "has no second factor"),
        (("group", "set", "north", "S9"), "not enrolled"),
        (("token", "revoke", "7"), "does not exist"),
    ],
)
def test_what_cannot_be_done_is_told_with_what_can(server, words, told):
    server.does("user", "add", "zhao", "--role", "reviewer", entered="a long enough password\n")
    assert told in server.refuses(*words)


def test_what_waits_for_a_second_administrator_is_confirmed_on_the_server(server):
    server.does("user", "add", "zhao", "--role", "auditor", entered="a long enough password\n")
    assert "nothing of zhao waits" in server.does("user", "confirm", "zhao")
    admin = Actor("Wang", "wang", "10.0.0.1")
    with opened(Settings(data=server.data)) as database, database.write() as session:
        zhao = account_id(session, "zhao")
        assert zhao is not None
        grant(session, admin, zhao, Role.REVIEWER, None, now_us=now_us())
        ask_login_link(session, admin, zhao, now_us(), alone=False)
    told = server.does("user", "confirm", "zhao")
    assert "zhao is reviewer over every station" in told
    assert re.search(r"asked by Wang needs the code [A-Z2-7]{4}-[A-Z2-7]{4}$", told, re.MULTILINE)
    assert "nothing of zhao waits" in server.does("user", "confirm", "zhao")


def test_a_weak_password_is_refused(server):
    assert "use 12 to 200" in server.refuses("user", "add", "zhao", "--role", "reviewer", entered="short\n")


def test_a_token_is_printed_once_and_listed_without_itself(server):
    token = server.does("token", "add", "credit platform", "--scope", "cases:read", "--scope", "decisions:read").strip()
    assert token.startswith("wim_")
    listed = server.does("token", "list")
    assert "credit platform: cases:read decisions:read over every station, valid" in listed
    assert token not in listed
    server.does("token", "revoke", "1")
    assert json.loads(server.does("token", "list", "--json"))["revoked_us"]


def test_the_last_administrator_cannot_be_shut_out(server):
    server.does("user", "add", "root", "--role", "administrator", entered="a long enough password\n")
    assert "last administrator" in server.refuses("user", "disable", "root")
    assert "last administrator" in server.refuses("user", "revoke", "root", "--role", "administrator")
