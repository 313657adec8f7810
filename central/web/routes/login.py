"""Logging in by password or by one-time link, and out again."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from central.access import CentralDep, OptionalLogin, end_session, require_csrf, set_session_cookie
from central.context import Central
from central.evidence.accounts import Login, NewSession, log_in, log_in_by_link
from central.web.pages import pages_of
from central.web.security import local_path, require_same_origin

router = APIRouter()


@router.get("/login")
def form(request: Request, login: OptionalLogin, next_: Annotated[str, Query(alias="next")] = "/") -> Response:
    """Show the login form; who is logged in goes on."""
    if login is not None:
        return RedirectResponse(local_path(next_), HTTPStatus.SEE_OTHER)
    return pages_of(request).render(request, "login.html", None, next=local_path(next_), failed=False, name="")


@router.post("/login", dependencies=[Depends(require_same_origin)])
def by_password(
    request: Request,
    central: CentralDep,
    name: Annotated[str, Form(max_length=60)],
    password: Annotated[str, Form(max_length=1_000)],
    next_: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Begin a session; what was wrong is not told, so that nobody learns which accounts exist."""
    new = log_in(central.database, name, password, central.now_us())
    if new is None:
        status = HTTPStatus.UNAUTHORIZED
        return pages_of(request).render(request, "login.html", None, status=status, next=local_path(next_), failed=True, name=name)
    return _enter(central, new, local_path(next_))


@router.get("/login/once")
def link(request: Request, token: Annotated[str, Query(max_length=200)]) -> Response:
    """Ask for one click before the link is used up: previews of mail and chat open links, but press no buttons."""
    return pages_of(request).render(request, "login_once.html", None, token=token, failed=False)


@router.post("/login/once", dependencies=[Depends(require_same_origin)])
def by_link(request: Request, central: CentralDep, token: Annotated[str, Form(max_length=200)]) -> Response:
    """Begin a session by the link's token, once."""
    with central.database.write() as session:
        new = log_in_by_link(session, token, central.now_us())
    if new is None:
        return pages_of(request).render(request, "login_once.html", None, status=HTTPStatus.UNAUTHORIZED, token="", failed=True)
    return _enter(central, new, "/")


@router.post("/logout")
def leave(request: Request, central: CentralDep, _login: Annotated[Login, Depends(require_csrf)]) -> Response:
    """End the session."""
    response = RedirectResponse("/login", HTTPStatus.SEE_OTHER)
    end_session(request, response, central)
    return response


def _enter(central: Central, new: NewSession, address: str) -> Response:
    response = RedirectResponse(address, HTTPStatus.SEE_OTHER)
    set_session_cookie(response, central, new)
    return response
