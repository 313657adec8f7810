"""`wim-calibration serve` and `wim-calibration account`: the technician's page, and who may use it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import structlog
import typer

from calibration.certificate import Ledger
from calibration.keys import load_key
from calibration.page.accounts import Accounts, Role
from calibration.page.context import Page
from calibration.page.serve import serve
from calibration.sessions.command import EDGE_URL, AsJson, Data, EdgeUrl, StationFile, open_desk
from calibration.told import told
from contract.faults import EXIT_RESTART, RejectError, RetryError, StopError

app = typer.Typer(no_args_is_help=True, help="Accounts of the technician's page.")

ACCOUNTS = "accounts.db"
LEDGER = "ledger.sqlite"

CURED_BY_RESTART: Final = frozenset({"store-busy", "store-failed", "store-unopenable", "port-taken"})
"""Codes of errors that a fresh start may cure; any other asks for a person."""

Name = Annotated[str, typer.Argument(help="The person's name, as certificates shall show it.")]


def serve_page(
    *,
    data: Data,
    station: StationFile,
    ledger: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, help="Ledger of certificates, the one that wim-edge --ledger watches; by default ledger.sqlite in --data."
        ),
    ] = None,
    listen: Annotated[
        str, typer.Option(help="Address to serve at, host:port; on a station's own network, behind TLS where there is a proxy.")
    ] = "127.0.0.1:8703",
    edge_url: EdgeUrl = EDGE_URL,
    https: Annotated[bool, typer.Option("--https", help="A proxy before this page speaks TLS: cookies are then bound to it.")] = False,
) -> None:
    """Serve the technician's page: live signals, calibration sessions, certificates, health. Works without internet.

    Accounts are made with `wim-calibration account add`. The page takes passes into the open session as long as it runs, whether or not
    anybody looks at it; after a power cut it goes on where it was.
    """
    _log_to_stderr()
    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit():
        raise RejectError("listen-address", listen, told("is not HOST:PORT, for example 127.0.0.1:8703 or 192.168.1.10:8703"))
    try:
        with open_desk(data, station, edge_url) as desk, _accounts(data) as accounts:
            page = Page(desk, Ledger(ledger or data / LEDGER, desk.station), accounts, desk.watch(), https)
            code = serve(page, host.strip("[]"), int(port))
    except (RetryError, StopError) as error:
        if error.code not in CURED_BY_RESTART:
            raise
        typer.echo(f"wim-calibration: {error}", err=True)
        code = EXIT_RESTART
    raise typer.Exit(code)


@app.command()
def add(
    name: Name,
    *,
    role: Annotated[Role, typer.Option(help="technician: sessions and proposals; approver: approves what somebody else has proposed.")],
    data: Data,
    key: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A signing key the person has already (PEM); else one is made.")
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking.")
    ] = False,
) -> None:
    """Add an account, with a signing key that only its password opens; prints what the station file must say of it."""
    secret = None if key is None else load_key(key)
    password = _password("Password", ask_twice=True, from_stdin=password_stdin)
    with _accounts(data) as accounts:
        public = accounts.add(name, role, password, secret)
    may = "propose" if role is Role.TECHNICIAN else "approve"
    typer.echo(f'[[signatory]]\nname = {json.dumps(name, ensure_ascii=False)}\nkey = "{public}"\nmay = ["{may}"]')


@app.command("list")
def list_accounts(*, data: Data, as_json: AsJson = False) -> None:
    """List the accounts with their roles and public keys."""
    with _accounts(data) as accounts:
        every = accounts.every()
    if as_json:
        rows = [{"name": one.name, "role": one.role.value, "public_key": one.public_key, "barred": one.barred} for one in every]
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for one in every:
        typer.echo(f"{one.name}  {one.role.value}  {one.public_key}{'  barred' if one.barred else ''}")


@app.command("password")
def change_password(name: Name, *, data: Data) -> None:
    """Change an account's password; its signing key stays. A password that is forgotten needs a new account and a new key."""
    old = _password("Old password", ask_twice=False, from_stdin=False)
    new = _password("New password", ask_twice=True, from_stdin=False)
    with _accounts(data) as accounts:
        accounts.change_password(name, old, new)


@app.command()
def bar(name: Name, *, data: Data, lift: Annotated[bool, typer.Option("--lift", help="Let the account in again.")] = False) -> None:
    """Shut an account out and end its logins at once."""
    with _accounts(data) as accounts:
        accounts.bar(name, barred=not lift)


@contextmanager
def _accounts(data: Path) -> Iterator[Accounts]:
    accounts = Accounts(data / ACCOUNTS)
    try:
        yield accounts
    finally:
        accounts.close()


def _password(prompt: str, *, ask_twice: bool, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt(prompt, hide_input=True, confirmation_prompt=ask_twice))


def _log_to_stderr() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(colors=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
