"""``wim-central user``, ``group`` and ``token``: what an administrator does on the server; who has the server needs no second person."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from central.clock import now_us
from central.commands import administration
from central.commands.command_line import Data, Json, Url, faults_end_it
from central.config import Settings
from central.evidence.accounts import Role, account_id, add_account, directory, resets
from central.evidence.accounts.grants import OPERATOR, confirm, grant, grants_of, revoke
from central.evidence.accounts.groups import group_id_of, groups, set_group
from central.evidence.journal import Actor
from central.evidence.paging import PAGE_ROWS_MAX
from central.evidence.tokens import Scope, make_token, revoke_token, tokens_page
from contract.faults import StopError

user = typer.Typer(help="Accounts of the people who log in.", no_args_is_help=True)
group = typer.Typer(help="Station groups, over which roles and tokens are given.", no_args_is_help=True)
token = typer.Typer(help="Tokens by which other systems ask the API.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Account, by the name it logs in with.")]
Group = Annotated[str | None, typer.Option("--group", help="Only over the stations of this group; without it over every station.")]


@user.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Name to log in with.")],
    role: Annotated[Role, typer.Option(help="What the account may do.")],
    data: Data,
    *,
    group_name: Group = None,
    person: Annotated[str | None, typer.Option(help="The human being, if he has another account.  [default: the name]")] = None,
    database_url: Url = None,
) -> None:
    """Add an account; the password is asked for, or read as one line when standard input is no terminal."""
    password = _password()
    with faults_end_it(), administration.opened(Settings(data=data, database_url=database_url)) as database, database.write() as session:
        group_id = None if group_name is None else group_id_of(session, group_name)
        add_account(session, name, role, password, now_us(), person=person, group_id=group_id)
    typer.echo(f"{name} may log in as {role}")


@user.command("list")
def list_users(data: Data, database_url: Url = None, as_json: Json = False) -> None:
    """List every account with its roles, and whether it is closed or has a second factor; with --json one object a line."""
    with faults_end_it(), administration.opened(Settings(data=data, database_url=database_url)) as database:
        after = 0
        with database.read() as session:
            while page := directory.accounts_page(session, after, PAGE_ROWS_MAX):
                for row in page:
                    typer.echo(json.dumps(asdict(row)) if as_json else _line(row))
                after = page[-1].id


@user.command("grant")
def give(
    name: Name,
    role: Annotated[Role, typer.Option(help="The role.")],
    data: Data,
    group_name: Group = None,
    database_url: Url = None,
) -> None:
    """Give an account a role, over one station group or over every station."""
    with faults_end_it(), administration.opened(Settings(data=data, database_url=database_url)) as database, database.write() as session:
        group_id = None if group_name is None else group_id_of(session, group_name)
        given = grant(session, OPERATOR, _identity(session, name), role, group_id, now_us=now_us())
    typer.echo(f"{name} is {role} over {group_name or 'every station'}{'' if given.confirmed else ', once an administrator confirms it'}")


@user.command("revoke")
def take(
    name: Name,
    role: Annotated[Role, typer.Option(help="The role.")],
    data: Data,
    group_name: Group = None,
    database_url: Url = None,
) -> None:
    """Take a role away that was given over that group, or over every station."""
    with faults_end_it(), administration.opened(Settings(data=data, database_url=database_url)) as database, database.write() as session:
        found = [one for one in grants_of(session, _identity(session, name)) if (one.role, one.group) == (role, group_name)]
        if not found:
            where = group_name or "every station"
            raise StopError(
                "no-grant", f"account {name!r}", f"has not the role {role} over {where}; `wim-central user list` shows its roles"
            )
        revoke(session, OPERATOR, found[0].id, now_us())
    typer.echo(f"{name} is no longer {role} over {group_name or 'every station'}")


@user.command("disable")
def disable(name: Name, data: Data, database_url: Url = None) -> None:
    """Close an account: its sessions and tokens end, what it did stays."""
    _to_account(data, database_url, name, directory.disable, "is closed; its sessions and tokens have ended")


@user.command("enable")
def enable(name: Name, data: Data, database_url: Url = None) -> None:
    """Open a closed account again."""
    _to_account(data, database_url, name, directory.enable, "is open again; its tokens stay revoked")


@user.command("unlock")
def unlock(name: Name, data: Data, database_url: Url = None) -> None:
    """Let an account try again that was locked by wrong passwords or codes."""
    _to_account(data, database_url, name, directory.unlock, "may try again")


@user.command("reset-second-factor")
def reset_second_factor(name: Name, data: Data, database_url: Url = None) -> None:
    """Take the second factor off an account whose owner lost his device; its sessions end."""

    def take_off(session: Session, actor: Actor, identity: int, time_us: int) -> None:
        resets.ask_second_factor_reset(session, actor, identity, time_us, alone=True)

    _to_account(data, database_url, name, take_off, "has no second factor any more")


@user.command("confirm")
def confirm_waiting(name: Name, data: Data, database_url: Url = None) -> None:
    """Confirm what waits for a second administrator, where the office has none: roles, login links and second factors of an account."""
    with faults_end_it(), administration.opened(Settings(data=data, database_url=database_url)) as database, database.write() as session:
        identity, time_us = _identity(session, name), now_us()
        roles = [one for one in grants_of(session, identity) if not one.confirmed]
        waiting = resets.waiting_resets(session, time_us, identity)
        for one in roles:
            confirm(session, OPERATOR, one.id, time_us)
            typer.echo(f"{name} is {one.role} over {one.group or 'every station'}")
        for reset in waiting:
            code = resets.confirm_reset(session, OPERATOR, identity, reset.id, time_us)
            asked = f"asked by {reset.asked_by}"
            typer.echo(f"the login link {asked} needs the code {code}" if code else f"{name} has no second factor any more, {asked}")
        if not roles and not waiting:
            typer.echo(f"nothing of {name} waits")


@user.command("end-sessions")
def end_sessions(name: Name, data: Data, database_url: Url = None) -> None:
    """End every session of an account."""
    _to_account(data, database_url, name, directory.end_sessions_of, "is logged out everywhere")


@user.command("password")
def password(name: Name, data: Data, database_url: Url = None) -> None:
    """Set an account's password, asked for as `user add` does; its sessions end."""
    given = _password()

    def change(session: Session, actor: Actor, identity: int, time_us: int) -> None:
        directory.change_password(session, actor, identity, given, time_us)
        resets.note_password_set(session, actor, identity, time_us)

    _to_account(data, database_url, name, change, "has a new password")


@group.command("set")
def set_stations(
    name: Annotated[str, typer.Argument(help="The group's name.")],
    stations: Annotated[list[str], typer.Argument(help="Ids of its stations, all of them.")],
    data: Data,
    database_url: Url = None,
) -> None:
    """Add a station group, or give it other stations."""
    with faults_end_it(), administration.opened(Settings(data=data, database_url=database_url)) as database, database.write() as session:
        set_group(session, OPERATOR, name, frozenset(stations), now_us())
    typer.echo(f"{name}: {', '.join(sorted(set(stations)))}")


@group.command("list")
def list_groups(data: Data, database_url: Url = None, as_json: Json = False) -> None:
    """List the station groups; with --json one object a line."""
    with faults_end_it(), administration.opened(Settings(data=data, database_url=database_url)) as database, database.read() as session:
        for one in groups(session):
            typer.echo(json.dumps(asdict(one)) if as_json else f"{one.name}: {', '.join(one.stations) or 'no station'}")


@token.command("add")
def add_token(
    name: Annotated[str, typer.Argument(help="The program it is for.")],
    scope: Annotated[list[Scope], typer.Option(help="What it may do; give it several times for several.")],
    data: Data,
    *,
    days: Annotated[int, typer.Option(min=1, max=400, help="Days it lasts.")] = 90,
    group_name: Group = None,
    database_url: Url = None,
) -> None:
    """Make a token and print it, this once."""
    with faults_end_it(), administration.opened(Settings(data=data, database_url=database_url)) as database, database.write() as session:
        group_id = None if group_name is None else group_id_of(session, group_name)
        _, made = make_token(session, OPERATOR, name, set(scope), days, now_us=now_us(), group_id=group_id)
    typer.echo(made)


@token.command("list")
def list_tokens(data: Data, database_url: Url = None, as_json: Json = False) -> None:
    """List every token, the newest first: what it may, and when it was last used; with --json one object a line."""
    with faults_end_it(), administration.opened(Settings(data=data, database_url=database_url)) as database, database.read() as session:
        before: int | None = None
        while page := tokens_page(session, before_id=before, limit=PAGE_ROWS_MAX):
            for one in page:
                state = "revoked" if one.revoked_us else "expired" if one.expires_us <= now_us() else "valid"
                line = f"{one.id} {one.name}: {' '.join(one.scopes)} over {one.group or 'every station'}, {state}"
                typer.echo(json.dumps(asdict(one)) if as_json else line)
            before = page[-1].id


@token.command("revoke")
def end_token(
    number: Annotated[int, typer.Argument(help="Its number, as `token list` shows it.")], data: Data, database_url: Url = None
) -> None:
    """End a token."""
    with faults_end_it(), administration.opened(Settings(data=data, database_url=database_url)) as database, database.write() as session:
        revoke_token(session, OPERATOR, number, now_us())
    typer.echo(f"token {number} has ended")


def _to_account(data: Data, database_url: Url, name: str, deed: Callable[[Session, Actor, int, int], None], told: str) -> None:
    with faults_end_it(), administration.opened(Settings(data=data, database_url=database_url)) as database, database.write() as session:
        deed(session, OPERATOR, _identity(session, name), now_us())
    typer.echo(f"{name} {told}")


def _identity(session: Session, name: str) -> int:
    identity = account_id(session, name)
    if identity is None:
        raise StopError("no-account", f"account {name!r}", "does not exist; `wim-central user list` shows those that do")
    return identity


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


def _line(row: directory.AccountView) -> str:
    roles = ", ".join(f"{one.role} over {one.group or 'every station'}{'' if one.confirmed else ' (waits)'}" for one in row.grants)
    marks = [
        f"person {row.person}" if row.person != row.name else "",
        "closed" if row.disabled_us else "",
        "locked" if row.locked_until_us > now_us() else "",
        "second factor" if row.second_factor_since_us else "",
    ]
    return "; ".join([f"{row.name}: {roles or 'no role'}", *filter(None, marks)])
