"""The administrator's page of tokens: those of other systems, and those that people made themselves."""

from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import Response

from central.access import CentralDep, actor_of, require_csrf
from central.context import Central
from central.evidence.accounts import Login
from central.evidence.accounts.groups import groups
from central.evidence.tokens import Scope, make_token, revoke_token, tokens_page
from central.web.account_words import SCOPES
from central.web.forms import Done, done_text, refusal_text, went
from central.web.pages import pages_of
from central.web.routes.accounts import Administrator
from contract.faults import RejectError

router = APIRouter()
ROWS: Final = 50
_CSRF: Final = [Depends(require_csrf)]


@router.get("/tokens")
def tokens(
    request: Request,
    login: Administrator,
    central: CentralDep,
    before: Annotated[int | None, Query(ge=1, lt=2**53)] = None,
    done: Done = "",
) -> Response:
    """List tokens, the newest first."""
    return _page(request, login, central, before=before, done=done_text(request, done))


@router.post("/tokens", dependencies=_CSRF)
def add(
    *,
    request: Request,
    login: Administrator,
    central: CentralDep,
    name: Annotated[str, Form(max_length=60)] = "",
    days: Annotated[int, Form(ge=-(2**31), lt=2**31)] = 90,
    scopes: Annotated[list[Scope] | None, Form()] = None,
    group: Annotated[int, Form(ge=0, lt=2**53)] = 0,
) -> Response:
    """Make a token for another system, and show it this once."""
    try:
        with central.database.write() as session:
            actor = actor_of(request, login)
            _, token = make_token(session, actor, name.strip(), set(scopes or ()), days, now_us=central.now_us(), group_id=group or None)
    except RejectError as error:
        return _page(request, login, central, HTTPStatus.BAD_REQUEST, refused=refusal_text(request, error))
    return _page(request, login, central, new_token=token)


@router.post("/tokens/{token_id}/revoke", dependencies=_CSRF)
def end(request: Request, login: Administrator, central: CentralDep, token_id: Annotated[int, Path(ge=1, lt=2**53)]) -> Response:
    """End a token."""
    try:
        with central.database.write() as session:
            revoke_token(session, actor_of(request, login), token_id, central.now_us())
    except RejectError as error:
        return _page(request, login, central, HTTPStatus.NOT_FOUND, refused=refusal_text(request, error))
    return went("/tokens", "token-revoked")


def _page(
    request: Request, login: Login, central: Central, status: HTTPStatus = HTTPStatus.OK, before: int | None = None, **values: object
) -> Response:
    with central.database.read() as session:
        rows = tokens_page(session, before_id=before, limit=ROWS + 1)
        common: dict[str, Any] = {"groups": groups(session)}
    common |= {"rows": rows[:ROWS], "following": rows[ROWS - 1].id if len(rows) > ROWS else None, "before": before}
    common |= {"scopes": list(Scope), "scope_words": SCOPES, "done": "", "refused": "", "new_token": ""}
    return pages_of(request).render(request, "accounts/tokens.html", login, status=status, **(common | values))
