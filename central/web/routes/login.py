"""Logging in by password or by one-time link, then by the second factor where there is one; and out again."""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from central.access import CentralDep, OptionalLogin, actor_of, end_session, require_csrf, session_token, set_session_cookie
from central.context import Central
from central.evidence.accounts import Login, NewSession, account_id, log_in, log_in_by_link
from central.evidence.accounts.links import link_state
from central.evidence.accounts.resets import untold_resets
from central.evidence.accounts.second_factor import give_second_factor
from central.evidence.accounts.sessions import unfinished_account
from central.evidence.journal import Verb, note
from central.web.pages import pages_of
from central.web.security import local_path, require_same_origin

router = APIRouter()
Next = Annotated[str, Query(alias="next", max_length=2_000)]
NextField = Annotated[str, Form(alias="next", max_length=2_000)]


@router.get("/login")
def form(request: Request, central: CentralDep, login: OptionalLogin, next_: Next = "/") -> Response:
    """Show the login form; who is logged in goes on."""
    if login is not None:
        return RedirectResponse(local_path(next_), HTTPStatus.SEE_OTHER)
    return _form(request, central, next_)


@router.post("/login", dependencies=[Depends(require_same_origin)])
def by_password(
    request: Request,
    central: CentralDep,
    name: Annotated[str, Form(max_length=60)],
    password: Annotated[str, Form(max_length=1_000)],
    next_: NextField = "/",
) -> Response:
    """Begin a session; what was wrong is not told, so that nobody learns which accounts exist."""
    if wait_s := _wait_s(request, central):
        return _form(request, central, next_, name, status=HTTPStatus.TOO_MANY_REQUESTS, wait_s=wait_s)
    new = log_in(central.database, name, password, central.now_us(), _address(request))
    if new is None:
        _note_wrong(request, central, name)
        return _form(request, central, next_, name, status=HTTPStatus.UNAUTHORIZED, failed=True)
    return entered(request, central, new, local_path(next_), "password")


@router.get("/login/once")
def link(request: Request, central: CentralDep, token: Annotated[str, Query(max_length=200)]) -> Response:
    """Ask for one click, and the code where the link needs one: previews of mail and chat open links, but press no buttons."""
    return _link(request, central, token)


@router.post("/login/once", dependencies=[Depends(require_same_origin)])
def by_link(
    request: Request, central: CentralDep, token: Annotated[str, Form(max_length=200)], code: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    """Begin a session by the link's token, once, and the code of the second administrator where it needs one."""
    if wait_s := _wait_s(request, central):
        return _link(request, central, token, HTTPStatus.TOO_MANY_REQUESTS, wait_s=wait_s)
    with central.database.write() as session:
        new = log_in_by_link(session, token, central.now_us(), _address(request), code=code)
    if new is None:
        _note_wrong(request, central, "")
        return _link(request, central, token, HTTPStatus.UNAUTHORIZED, wrong=bool(code))
    return entered(request, central, new, "/", "link")


@router.get("/login/second")
def second_form(request: Request, central: CentralDep, next_: Next = "/") -> Response:
    """Ask for the second factor."""
    with central.database.read() as session:
        waits = unfinished_account(session, session_token(request, central), central.now_us()) is not None
    if not waits:
        return RedirectResponse(f"/login?{urlencode({'next': local_path(next_)})}", HTTPStatus.SEE_OTHER)
    return pages_of(request).render(request, "login_second.html", None, next=local_path(next_), failed=False)


@router.post("/login/second", dependencies=[Depends(require_same_origin)])
def by_second_factor(request: Request, central: CentralDep, code: Annotated[str, Form(max_length=40)], next_: NextField = "/") -> Response:
    """Finish a login by the device's code or a recovery code."""
    token = session_token(request, central)
    with central.database.write() as session:
        waiting = unfinished_account(session, token, central.now_us())
        name = "" if waiting is None else waiting.name
        new = give_second_factor(session, central.vault, token, code, now_us=central.now_us(), address=_address(request))
        still_waits = unfinished_account(session, token, central.now_us()) is not None
    if new is not None:
        return entered(request, central, new, local_path(next_), "second-factor")
    _note_wrong(request, central, name)
    if not still_waits:
        return _form(request, central, next_, status=HTTPStatus.UNAUTHORIZED, failed=True)
    status = HTTPStatus.UNAUTHORIZED
    return pages_of(request).render(request, "login_second.html", None, status=status, next=local_path(next_), failed=True)


@router.post("/logout")
def leave(request: Request, central: CentralDep, login: Annotated[Login, Depends(require_csrf)]) -> Response:
    """End the session."""
    response = RedirectResponse("/login", HTTPStatus.SEE_OTHER)
    end_session(request, response, central)
    with central.database.write() as session:
        note(session, actor_of(request, login), Verb.LEFT, f"account/{login.account_id}", now_us=central.now_us())
    return response


def entered(request: Request, central: Central, new: NewSession, address: str, how: str) -> Response:
    """Hand a new session out and go on: to the second factor where it is due, to its set-up where a role waits for one, or to what the
    owner is to know of: that somebody let him, or another, in anew.
    """
    if new.second_due:
        address = f"/login/second?{urlencode({'next': address})}"
    else:
        with central.database.write() as session:
            if untold_resets(session, new.login.account_id, new.token):
                address = "/account"
            if not new.second_given and new.login.roles & central.settings.login.second_factor_roles:
                address = "/account/second-factor"
            subject = f"account/{new.login.account_id}"
            note(session, actor_of(request, new.login), Verb.ENTERED, subject, now_us=central.now_us(), detail={"by": how})
    response = RedirectResponse(address, HTTPStatus.SEE_OTHER)
    set_session_cookie(response, central, new)
    return response


def _link(
    request: Request, central: Central, token: str, status: HTTPStatus = HTTPStatus.OK, *, wrong: bool = False, wait_s: int = 0
) -> Response:
    with central.database.read() as session:
        state = link_state(session, token, central.now_us())
    values = {"token": token, "state": state.value, "wrong": wrong, "wait_s": wait_s}
    response = pages_of(request).render(request, "login_once.html", None, status=status, **values)
    if wait_s:
        response.headers["Retry-After"] = str(wait_s)
    return response


def _form(
    request: Request,
    central: Central,
    next_: str,
    name: str = "",
    *,
    status: HTTPStatus = HTTPStatus.OK,
    failed: bool = False,
    wait_s: int = 0,
) -> Response:
    provider = None if central.settings.oidc is None else central.settings.oidc.name
    values = {"next": local_path(next_), "failed": failed, "name": name, "wait_s": wait_s, "provider": provider}
    response = pages_of(request).render(request, "login.html", None, status=status, **values)
    if wait_s:
        response.headers["Retry-After"] = str(wait_s)
    return response


def _note_wrong(request: Request, central: Central, name: str) -> None:
    """Count a wrong try against its address, and note it; a name that is no account's may be a password and is not kept."""
    central.wrong_tries.take(_address(request), central.now_us())
    with central.database.write() as session:
        identity = account_id(session, name)
        subject = "account/unknown" if identity is None else f"account/{identity}"
        note(session, actor_of(request, None), Verb.REFUSED, subject, now_us=central.now_us(), detail={"what": "login"})


def _wait_s(request: Request, central: Central) -> int:
    return central.wrong_tries.wait_s(_address(request), central.now_us())


def _address(request: Request) -> str:
    return actor_of(request, None).address
