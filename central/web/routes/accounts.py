"""The administrator's pages: accounts, their roles, station groups, and what waits for a second administrator."""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, HTTPException, Path, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import CentralDep, RequireRole, actor_of, central_of, require_csrf
from central.context import Central
from central.evidence.accounts import Login, Role, add_account, directory, resets
from central.evidence.accounts.grants import confirm, grant, revoke, waiting_grants
from central.evidence.accounts.groups import groups, set_group
from central.evidence.journal import Actor
from central.evidence.stations import stations
from central.web.account_words import RESETS, ROLES
from central.web.forms import Done, done_text, refusal_text, went
from central.web.pages import pages_of
from contract.faults import RejectError
from contract.units import US_PER_DAY

router = APIRouter()
Administrator = Annotated[Login, Depends(RequireRole(Role.ADMINISTRATOR))]
Number = Annotated[int, Path(ge=1, lt=2**53)]
ROWS: Final = 50
RESETS_SHOWN_US: Final = 365 * US_PER_DAY
_CSRF: Final = [Depends(require_csrf)]


@router.get("/accounts")
def accounts(
    request: Request, login: Administrator, central: CentralDep, after: Annotated[int, Query(ge=0, lt=2**53)] = 0, done: Done = ""
) -> Response:
    """List the accounts, with what waits for a second administrator first."""
    return _list(request, login, central, after=after, done=done_text(request, done))


@router.post("/accounts", dependencies=_CSRF)
def add(
    *,
    request: Request,
    login: Administrator,
    central: CentralDep,
    name: Annotated[str, Form(max_length=60)] = "",
    person: Annotated[str, Form(max_length=60)] = "",
    role: Annotated[Role, Form()],
    group: Annotated[int, Form(ge=0, lt=2**53)] = 0,
) -> Response:
    """Add an account without a password; its owner enters by a link and sets one."""
    try:
        with central.database.write() as session:
            identity = add_account(
                session,
                name.strip(),
                role,
                None,
                central.now_us(),
                person=person.strip() or None,
                actor=actor_of(request, login),
                group_id=group or None,
                alone=central.settings.login.single_administrator,
            )
    except RejectError as error:
        given = {"name": name, "person": person, "role": role, "group": group}
        return _list(request, login, central, status=HTTPStatus.BAD_REQUEST, refused=refusal_text(request, error), given=given)
    return went(f"/accounts/{identity}", "added")


@router.get("/accounts/groups")
def station_groups(request: Request, login: Administrator, central: CentralDep, done: Done = "") -> Response:
    """Show the station groups."""
    return _groups(request, login, central, done=done_text(request, done))


@router.post("/accounts/groups", dependencies=_CSRF)
def save_group(
    request: Request,
    login: Administrator,
    central: CentralDep,
    name: Annotated[str, Form(max_length=60)] = "",
    station: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Add a group, or give it other stations."""
    try:
        with central.database.write() as session:
            set_group(session, actor_of(request, login), name.strip(), frozenset(station or ()), central.now_us())
    except RejectError as error:
        return _groups(request, login, central, HTTPStatus.BAD_REQUEST, refused=refusal_text(request, error))
    return went("/accounts/groups", "group")


@router.get("/accounts/{identity}")
def account(request: Request, login: Administrator, central: CentralDep, identity: Number, done: Done = "") -> Response:
    """Show one account and what can be done to it."""
    return _one(request, login, central, identity, done=done_text(request, done))


@router.post("/accounts/{identity}/grants", dependencies=_CSRF)
def give(
    *,
    request: Request,
    login: Administrator,
    central: CentralDep,
    identity: Number,
    role: Annotated[Role, Form()],
    group: Annotated[int, Form(ge=0, lt=2**53)] = 0,
) -> Response:
    """Give a role; one that decides or gives roles, and any to one's own person, waits for another administrator."""
    alone = central.settings.login.single_administrator
    try:
        with central.database.write() as session:
            given = grant(session, actor_of(request, login), identity, role, group or None, now_us=central.now_us(), alone=alone)
    except RejectError as error:
        return _one(request, login, central, identity, HTTPStatus.BAD_REQUEST, refused=refusal_text(request, error))
    return went(f"/accounts/{identity}", "granted" if given.confirmed else "awaiting")


@dataclass(frozen=True, slots=True)
class _Deed:
    """What a button does to an account, and the word by which the next page tells of it."""

    do: Callable[[Session, Actor, int, int], None]
    done: str


_DEEDS: Final = {
    "disable": _Deed(directory.disable, "disabled"),
    "enable": _Deed(directory.enable, "enabled"),
    "unlock": _Deed(directory.unlock, "unlocked"),
    "end-sessions": _Deed(directory.end_sessions_of, "sessions-ended"),
}
_GRANT_DEEDS: Final = {"confirm": _Deed(confirm, "confirmed"), "revoke": _Deed(revoke, "revoked")}


@router.post("/accounts/{identity}/grants/{grant_id}/{deed}", dependencies=_CSRF)
def change_grant(request: Request, login: Administrator, central: CentralDep, identity: Number, *, grant_id: Number, deed: str) -> Response:
    """Confirm a role that waits, or take one away."""
    return _do(request, login, identity, _chosen(_GRANT_DEEDS, deed), grant_id)


@router.post("/accounts/{identity}/login-link", dependencies=_CSRF)
def login_link(request: Request, login: Administrator, central: CentralDep, identity: Number) -> Response:
    """Make a link that logs the owner in once, and show it this once; it waits for a second administrator, who has the code."""
    actor, alone = actor_of(request, login), central.settings.login.single_administrator
    try:
        with central.database.write() as session:
            token, waits = resets.ask_login_link(session, actor, identity, central.now_us(), alone=alone)
    except RejectError as error:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"there is no account {identity}") from error
    base = central.settings.web.public_url or str(request.base_url)
    return _one(request, login, central, identity, link=f"{base.rstrip('/')}/login/once?token={token}", link_waits=waits)


@router.post("/accounts/{identity}/reset-second-factor", dependencies=_CSRF)
def reset_second_factor(request: Request, login: Administrator, central: CentralDep, identity: Number) -> Response:
    """Take the second factor off, or ask a second administrator to."""
    actor, alone = actor_of(request, login), central.settings.login.single_administrator
    try:
        with central.database.write() as session:
            waits = resets.ask_second_factor_reset(session, actor, identity, central.now_us(), alone=alone)
    except RejectError as error:
        return _refused(request, login, identity, error)
    return went(f"/accounts/{identity}", "reset-awaiting" if waits else "second-factor-reset")


@router.post("/accounts/{identity}/resets/{reset_id}/confirm", dependencies=_CSRF)
def confirm_reset(request: Request, login: Administrator, central: CentralDep, identity: Number, reset_id: Number) -> Response:
    """Bring a reset into force as the second administrator, and show a link's code this once."""
    try:
        with central.database.write() as session:
            code = resets.confirm_reset(session, actor_of(request, login), identity, reset_id, central.now_us())
    except RejectError as error:
        return _refused(request, login, identity, error)
    return _one(request, login, central, identity, code=code) if code else went(f"/accounts/{identity}", "second-factor-reset")


@router.post("/accounts/{identity}/resets/{reset_id}/refuse", dependencies=_CSRF)
def refuse_reset(request: Request, login: Administrator, central: CentralDep, identity: Number, reset_id: Number) -> Response:
    """Refuse a reset that waits, or take it back."""
    try:
        with central.database.write() as session:
            resets.withdraw_reset(session, actor_of(request, login), identity, reset_id, central.now_us())
    except RejectError as error:
        return _refused(request, login, identity, error)
    return went(f"/accounts/{identity}", "reset-refused")


@router.post("/accounts/{identity}/{deed}", dependencies=_CSRF)
def change(request: Request, login: Administrator, central: CentralDep, identity: Number, deed: str) -> Response:
    """Disable, open, unlock, or end the sessions."""
    return _do(request, login, identity, _chosen(_DEEDS, deed), identity)


def _chosen(deeds: dict[str, _Deed], name: str) -> _Deed:
    if name not in deeds:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"{name[:40]!r} is none of {', '.join(deeds)}")
    return deeds[name]


def _do(request: Request, login: Login, identity: int, deed: _Deed, subject: int) -> Response:
    central = central_of(request)
    try:
        with central.database.write() as session:
            deed.do(session, actor_of(request, login), subject, central.now_us())
    except RejectError as error:
        return _refused(request, login, identity, error)
    return went(f"/accounts/{identity}", deed.done)


def _refused(request: Request, login: Login, identity: int, error: RejectError) -> Response:
    status = HTTPStatus.NOT_FOUND if error.code in {"no-account", "no-grant", "no-reset"} else HTTPStatus.BAD_REQUEST
    return _one(request, login, central_of(request), identity, status, refused=refusal_text(request, error))


def _list(
    request: Request, login: Login, central: Central, after: int = 0, status: HTTPStatus = HTTPStatus.OK, **values: object
) -> Response:
    with central.database.read() as session:
        rows = directory.accounts_page(session, after, ROWS + 1)
        common: dict[str, Any] = {"groups": groups(session), "waiting_roles": waiting_grants(session)}
        common |= {"waiting_resets": resets.waiting_resets(session, central.now_us())}
    common |= {"single": central.settings.login.single_administrator, "reset_words": RESETS}
    common |= {"rows": rows[:ROWS], "following": rows[ROWS - 1].id if len(rows) > ROWS else None, "after": after, "roles": ROLES}
    common |= {"done": "", "refused": "", "given": {"name": "", "person": "", "role": Role.REVIEWER, "group": 0}}
    return pages_of(request).render(request, "accounts/accounts.html", login, status=status, **(common | values))


def _one(request: Request, login: Login, central: Central, identity: int, status: HTTPStatus = HTTPStatus.OK, **values: object) -> Response:
    with central.database.read() as session:
        found = directory.account_view(session, identity)
        common: dict[str, Any] = {"groups": groups(session), "waiting": resets.waiting_resets(session, central.now_us(), identity)}
        common |= {"resets": resets.resets_of(session, identity, central.now_us() - RESETS_SHOWN_US)}
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"there is no account {identity}")
    common |= {"single": central.settings.login.single_administrator, "reset_words": RESETS, "link": "", "link_waits": False, "code": ""}
    common |= {"account": found, "roles": ROLES, "done": "", "refused": "", "own": found.person == login.person}
    return pages_of(request).render(request, "accounts/one.html", login, status=status, **(common | values))


def _groups(request: Request, login: Login, central: Central, status: HTTPStatus = HTTPStatus.OK, **values: object) -> Response:
    with central.database.read() as session:
        common: dict[str, Any] = {"groups": groups(session), "stations": stations(session)}
    common |= {"done": "", "refused": ""}
    return pages_of(request).render(request, "accounts/groups.html", login, status=status, **(common | values))
