"""Logging in with the office's OpenID provider."""

import json
import secrets
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from central.access import CentralDep, actor_of
from central.context import Central
from central.evidence.accounts.groups import group_id_of
from central.evidence.accounts.provider import log_in_by_provider
from central.evidence.accounts.sessions import NewSession
from central.openid import Flow, Identity, Provider
from central.web.forms import refusal_text
from central.web.pages import pages_of
from central.web.routes.login import entered
from central.web.security import local_path
from contract.faults import RejectError

router = APIRouter()
COOKIE: Final = "wim-provider"
PATH: Final = "/login/provider"
LASTS_S: Final = 600
"""How long a login at the provider may take."""


@router.get(PATH)
def begin(request: Request, central: CentralDep, next_: Annotated[str, Query(alias="next", max_length=2_000)] = "/") -> Response:
    """Send the visitor to the provider."""
    provider = _provider(central)
    flow = Flow.begin(local_path(next_))
    try:
        address = provider.address(flow, _redirect_uri(request, central), central.now_us())
    except RejectError as error:
        return _failed(request, central, error, HTTPStatus.BAD_GATEWAY)
    response = RedirectResponse(address, HTTPStatus.SEE_OTHER)
    sealed = central.vault.seal(json.dumps(flow.as_json()), central.now_us()).decode()
    # Lax, for the provider sends the visitor back from another site.
    response.set_cookie(COOKIE, sealed, max_age=LASTS_S, path=PATH, httponly=True, samesite="lax", secure=central.settings.web.https)
    return response


@router.get(f"{PATH}/back")
def back(
    *,
    request: Request,
    central: CentralDep,
    code: Annotated[str, Query(max_length=4_000)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Take the visitor back from the provider and begin his session."""
    provider = _provider(central)
    try:
        flow = _flow(request, central)
        if not secrets.compare_digest(flow.state.encode(), state.encode()):
            raise RejectError("login-stale", "login", "was not begun in this browser; begin again")
        if error or not code:
            raise RejectError("provider-refused", "OpenID provider", f"did not log you in: {error or 'no code'}")
        identity = provider.identify(flow, code, _redirect_uri(request, central), central.now_us())
        new = _enter(request, central, provider, identity)
    except RejectError as refused:
        return _failed(request, central, refused, HTTPStatus.UNAUTHORIZED)
    response = entered(request, central, new, flow.next, "provider")
    response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax", secure=central.settings.web.https)
    return response


def _enter(request: Request, central: Central, provider: Provider, identity: Identity) -> NewSession:
    settings = provider.settings
    with central.database.write() as session:
        return log_in_by_provider(
            session,
            f"{settings.issuer} {identity.subject}",
            identity.name,
            roles={role for value, role in settings.roles.items() if value in identity.values},
            group_ids={group_id_of(session, name) for value, name in settings.groups.items() if value in identity.values},
            now_us=central.now_us(),
            address=actor_of(request, None).address,
            second_given=settings.second_factor,
        )


def _flow(request: Request, central: Central) -> Flow:
    sealed = request.cookies.get(COOKIE, "").encode()
    try:
        return Flow(**json.loads(central.vault.unseal(sealed, "login", now_us=central.now_us(), lasts_s=LASTS_S)))
    except RejectError as error:
        raise RejectError("login-stale", "login", "was not begun in this browser, or too long ago; begin again") from error


def _provider(central: Central) -> Provider:
    if central.provider is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "no OpenID provider is set up; the settings have no [oidc]")
    return central.provider


def _redirect_uri(request: Request, central: Central) -> str:
    base = central.settings.web.public_url or str(request.base_url)
    return f"{base.rstrip('/')}{PATH}/back"


def _failed(request: Request, central: Central, error: RejectError, status: HTTPStatus) -> Response:
    central.count(error)
    values = {"reason": refusal_text(request, error), "detail": str(error)}
    return pages_of(request).render(request, "login_provider.html", None, status=status, **values)
