"""Who is asking: the session cookie, and the dependencies by which pages and API demand a login, a role and a CSRF token."""

from typing import Annotated, Final

from fastapi import Depends, Form, HTTPException, Request, Response, status

from central.context import Central
from central.evidence.accounts import SESSION_US, Login, NewSession, Role, csrf_matches, log_out, login_and_due, touch
from central.evidence.journal import PUBLIC, Actor
from contract.units import US_PER_S

CSRF_FIELD: Final = "csrf_token"
BACKGROUND_HEADER: Final = "x-weighline-background"
"""Sent by scripts that look for news while nobody touches the page."""


def central_of(request: Request) -> Central:
    """Give the running central that serves this request."""
    central = request.app.state.central
    if not isinstance(central, Central):
        msg = "app.state.central is set by create_app"
        raise TypeError(msg)
    return central


CentralDep = Annotated[Central, Depends(central_of)]


def cookie_name(central: Central) -> str:
    """Give the session cookie's name; behind TLS it carries the prefix that binds it to host and TLS (RFC 6265bis, 4.1.3.2)."""
    return "__Host-wim-session" if central.settings.web.https else "wim-session"


def set_session_cookie(response: Response, central: Central, new: NewSession) -> None:
    """Hand a new session to the browser."""
    response.set_cookie(
        cookie_name(central),
        new.token,
        max_age=SESSION_US // US_PER_S,
        path="/",
        httponly=True,
        samesite="lax",
        secure=central.settings.web.https,
    )


def session_token(request: Request, central: Central) -> str:
    """Give the session's token of a request, empty if it has none."""
    return request.cookies.get(cookie_name(central), "")


def end_session(request: Request, response: Response, central: Central) -> None:
    """Log out: end the session here and drop the cookie there."""
    token = session_token(request, central)
    if token:
        with central.database.write() as session:
            log_out(session, token)
    response.delete_cookie(cookie_name(central), path="/", httponly=True, samesite="lax", secure=central.settings.web.https)


def optional_login(request: Request, central: CentralDep) -> Login | None:
    """Give who is logged in, None if nobody is; puts off the session's end, unless an open page asks by itself."""
    token = session_token(request, central)
    if not token:
        return None
    now_us = central.now_us()
    with central.database.read() as session:
        login, due = login_and_due(session, token, now_us, central.settings.login.second_factor_roles)
    if due and not _asks_by_itself(request):
        with central.database.write() as session:
            touch(session, token, now_us)
    return login


def _asks_by_itself(request: Request) -> bool:
    """Whether no person asks but a page that was left open: a session whose person is gone must come to its end (OWASP ASVS 5.0, 7.3.1)."""
    return BACKGROUND_HEADER in request.headers or request.headers.get("accept", "") == "text/event-stream"


OptionalLogin = Annotated[Login | None, Depends(optional_login)]


def require_login(login: OptionalLogin) -> Login:
    """Give who is logged in; 401 if nobody is."""
    if login is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "log in first")
    return login


RequiredLogin = Annotated[Login, Depends(require_login)]


class RequireRole:
    """Dependency that gives who is logged in; 403 if the account has none of the roles."""

    def __init__(self, *roles: Role) -> None:
        self._roles = roles

    def __call__(self, login: RequiredLogin) -> Login:
        """Check the role."""
        if not any(login.may(role) for role in self._roles):
            allowed = " or ".join(self._roles)
            raise HTTPException(status.HTTP_403_FORBIDDEN, f"needs the role {allowed}; {login.name} is {', '.join(sorted(login.roles))}")
        return login


def actor_of(request: Request, login: Login | None) -> Actor:
    """Give who acts in a request, for the journal."""
    address = "unknown" if request.client is None else request.client.host
    return Actor(PUBLIC, PUBLIC, address) if login is None else Actor(login.person, login.name, address)


def require_csrf(login: RequiredLogin, csrf_token: Annotated[str, Form()] = "") -> Login:
    """Give who is logged in, if the form sent the session's CSRF token back in `CSRF_FIELD`; 403 otherwise."""
    if not csrf_matches(login, csrf_token):
        raise HTTPException(status.HTTP_403_FORBIDDEN, "the form is not of this session; load the page again")
    return login
