"""What the page works with, and who is asking: the dependencies by which every route gets at both."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Annotated, Final

from fastapi import Depends, Form, HTTPException, Request, status
from fastapi.responses import Response

from calibration.certificate import Ledger
from calibration.page.accounts import SESSION_US, Accounts, Login, Role
from calibration.page.reviews import Reviews
from calibration.sessions.desk import Desk
from calibration.sessions.watch import PassWatch
from calibration.told import told

CSRF_FIELD: Final = "csrf_token"


@dataclass(frozen=True)
class Page:
    """The desk, the ledger, the accounts, the watch that brings passes in, reviews of fits; `https` where a proxy speaks TLS."""

    desk: Desk
    ledger: Ledger
    accounts: Accounts
    watch: PassWatch
    https: bool
    reviews: Reviews = field(default_factory=Reviews)

    @property
    def cookie(self) -> str:
        """Name of the login's cookie; behind TLS with the prefix that binds it to host and TLS (RFC 6265bis, 4.1.3.2)."""
        return "__Host-wim-technician" if self.https else "wim-technician"


def page_of(request: Request) -> Page:
    """Give the page that serves a request."""
    page = request.app.state.page
    if not isinstance(page, Page):
        msg = "app.state.page is set by create_app"
        raise TypeError(msg)
    return page


PageDep = Annotated[Page, Depends(page_of)]


def begin_login(response: Response, page: Page, token: str) -> None:
    """Hand a new login to the browser."""
    age_s = SESSION_US // 1_000_000
    response.set_cookie(page.cookie, token, max_age=age_s, path="/", httponly=True, samesite="lax", secure=page.https)


def end_login(request: Request, response: Response, page: Page) -> None:
    """End the login here and drop the cookie there."""
    if token := request.cookies.get(page.cookie):
        page.accounts.log_out(token)
    response.delete_cookie(page.cookie, path="/", httponly=True, samesite="lax", secure=page.https)


def optional_login(request: Request, page: PageDep) -> Login | None:
    """Give who is logged in, None if nobody is."""
    token = request.cookies.get(page.cookie)
    return page.accounts.login_of(token) if token else None


OptionalLogin = Annotated[Login | None, Depends(optional_login)]


def require_login(login: OptionalLogin) -> Login:
    """Give who is logged in; 401 if nobody is."""
    if login is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, told("log in first"))
    return login


AnyLogin = Annotated[Login, Depends(require_login)]


def require_csrf(login: AnyLogin, csrf_token: Annotated[str, Form()] = "") -> Login:
    """Give who is logged in, if the form sent the login's CSRF token back; 403 otherwise."""
    if not secrets.compare_digest(login.csrf_token.encode(), csrf_token.encode()):
        raise HTTPException(status.HTTP_403_FORBIDDEN, told("the form is not of this login; load the page again"))
    return login


FormLogin = Annotated[Login, Depends(require_csrf)]


_NOT_FOR: Final = {
    Role.TECHNICIAN: told("only approvers do this; a technician proposes"),
    Role.APPROVER: told("only technicians do this; an approver approves what they propose"),
}


class _RequireRole:
    def __init__(self, role: Role) -> None:
        self._role = role

    def __call__(self, login: FormLogin) -> Login:
        """Check the role of who sent a form."""
        if login.role != self._role:
            raise HTTPException(
                status.HTTP_403_FORBIDDEN,
                _NOT_FOR[login.role],
            )
        return login


Technician = Annotated[Login, Depends(_RequireRole(Role.TECHNICIAN))]
Approver = Annotated[Login, Depends(_RequireRole(Role.APPROVER))]
