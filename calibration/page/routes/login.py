"""Logging in and out, and the language switch."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from calibration.page.context import FormLogin, OptionalLogin, PageDep, begin_login, end_login
from calibration.page.pages import pages_of
from calibration.page.security import local_path, require_same_origin
from calibration.page.translation import CODES

router = APIRouter()
_YEAR_S = 365 * 86_400


@router.get("/login")
def form(request: Request, login: OptionalLogin, next_: Annotated[str, Query(alias="next")] = "/") -> Response:
    """Show the login form; who is logged in goes on."""
    if login is not None:
        return RedirectResponse(local_path(next_), HTTPStatus.SEE_OTHER)
    return pages_of(request).render(request, "login.html", None, next=local_path(next_), failed=False, name="")


@router.post("/login", dependencies=[Depends(require_same_origin)])
def enter(
    request: Request,
    page: PageDep,
    name: Annotated[str, Form(max_length=60)],
    password: Annotated[str, Form(max_length=1_000)],
    next_: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Begin a login; what was wrong is not told, so that nobody learns which accounts exist."""
    token = page.accounts.log_in(name, password)
    if token is None:
        status = HTTPStatus.UNAUTHORIZED
        return pages_of(request).render(request, "login.html", None, status=status, next=local_path(next_), failed=True, name=name)
    response = RedirectResponse(local_path(next_), HTTPStatus.SEE_OTHER)
    begin_login(response, page, token)
    return response


@router.post("/logout")
def leave(request: Request, page: PageDep, login: FormLogin) -> Response:
    """End the login, and let others into the session at once."""
    for state in page.desk.store.sessions():
        page.desk.store.leave(state.name, login.name)
    response = RedirectResponse("/login", HTTPStatus.SEE_OTHER)
    end_login(request, response, page)
    return response


@router.post("/language", dependencies=[Depends(require_same_origin)])
def switch(page: PageDep, language: Annotated[str, Form()], back: Annotated[str, Form()] = "/") -> RedirectResponse:
    """Remember a language and go back to the page it was chosen on; an unknown one changes nothing."""
    response = RedirectResponse(local_path(back), HTTPStatus.SEE_OTHER)
    if language in CODES:
        response.set_cookie("language", language, max_age=_YEAR_S, path="/", samesite="lax", secure=page.https)
    return response
