"""The administrator's pages of webhooks: who is told of what, and how each delivery went."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, HTTPException, Path, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import CentralDep, actor_of, require_csrf
from central.context import Central
from central.evidence.accounts import Login
from central.evidence.accounts.groups import groups
from central.evidence.journal import Actor
from central.evidence.messages import EventType
from central.web.account_words import DELIVERY_STATES, EVENTS
from central.web.forms import Done, done_text, refusal_text, went
from central.web.pages import pages_of
from central.web.routes.accounts import Administrator
from central.webhooks.address import refuse_private
from central.webhooks.endpoints import (
    add_endpoint,
    deliveries_page,
    endpoint_view,
    endpoints_page,
    send_again,
    send_test,
    set_enabled,
)
from contract.faults import RejectError

router = APIRouter()
Number = Annotated[int, Path(ge=1, lt=2**53)]
ROWS: Final = 50
CHOICES: Final = tuple(event for event in EventType if event is not EventType.TEST)
_CSRF: Final = [Depends(require_csrf)]


@router.get("/webhooks")
def webhooks(
    request: Request, login: Administrator, central: CentralDep, after: Annotated[int, Query(ge=0, lt=2**53)] = 0, done: Done = ""
) -> Response:
    """List the endpoints."""
    return _list(request, login, central, after=after, done=done_text(request, done))


@router.post("/webhooks", dependencies=_CSRF)
def add(
    *,
    request: Request,
    login: Administrator,
    central: CentralDep,
    name: Annotated[str, Form(max_length=60)] = "",
    url: Annotated[str, Form(max_length=600)] = "",
    events: Annotated[list[EventType] | None, Form()] = None,
    group: Annotated[int, Form(ge=0, lt=2**53)] = 0,
) -> Response:
    """Add an endpoint and show its secret, this once."""
    try:
        refuse_private(url.strip(), allow_private=central.settings.webhooks.allow_private)
        with central.database.write() as session:
            identity, secret = add_endpoint(
                session,
                central.vault,
                actor_of(request, login),
                name.strip(),
                url.strip(),
                events=set(events or ()) - {EventType.TEST},
                now_us=central.now_us(),
                group_id=group or None,
            )
    except RejectError as error:
        given = {"name": name, "url": url, "events": events or [], "group": group}
        return _list(request, login, central, status=HTTPStatus.BAD_REQUEST, refused=refusal_text(request, error), given=given)
    return _one(request, login, central, identity, secret=secret)


@router.get("/webhooks/{endpoint}")
def webhook(
    *,
    request: Request,
    login: Administrator,
    central: CentralDep,
    endpoint: Number,
    before: Annotated[int | None, Query(ge=1, lt=2**53)] = None,
    done: Done = "",
) -> Response:
    """Show one endpoint with its deliveries and each try."""
    return _one(request, login, central, endpoint, before=before, done=done_text(request, done))


def _stop(session: Session, actor: Actor, endpoint: int, now_us: int) -> None:
    set_enabled(session, actor, endpoint, now_us, enabled=False)


def _start(session: Session, actor: Actor, endpoint: int, now_us: int) -> None:
    set_enabled(session, actor, endpoint, now_us, enabled=True)


_DEEDS: Final[dict[str, tuple[Callable[[Session, Actor, int, int], Any], str]]] = {
    "stop": (_stop, "webhook-disabled"),
    "start": (_start, "webhook-enabled"),
    "test": (send_test, "webhook-test"),
}


@router.post("/webhooks/{endpoint}/deliveries/{delivery}/again", dependencies=_CSRF)
def again(request: Request, login: Administrator, central: CentralDep, endpoint: Number, delivery: Number) -> Response:
    """Send an event once more."""
    try:
        with central.database.write() as session:
            send_again(session, actor_of(request, login), endpoint, delivery, central.now_us())
    except RejectError as error:
        return _one(request, login, central, endpoint, status=HTTPStatus.NOT_FOUND, refused=refusal_text(request, error))
    return went(f"/webhooks/{endpoint}", "webhook-again")


@router.post("/webhooks/{endpoint}/{deed}", dependencies=_CSRF)
def change(request: Request, login: Administrator, central: CentralDep, endpoint: Number, deed: str) -> Response:
    """Stop telling an endpoint, tell it again, or send a test."""
    if deed not in _DEEDS:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"{deed[:40]!r} is none of {', '.join(_DEEDS)}")
    do, done = _DEEDS[deed]
    try:
        with central.database.write() as session:
            endpoint_view(session, endpoint)
            do(session, actor_of(request, login), endpoint, central.now_us())
    except RejectError as error:
        raise HTTPException(HTTPStatus.NOT_FOUND, str(error)) from error
    return went(f"/webhooks/{endpoint}", done)


def _list(
    request: Request, login: Login, central: Central, *, after: int = 0, status: HTTPStatus = HTTPStatus.OK, **values: object
) -> Response:
    with central.database.read() as session:
        rows = endpoints_page(session, after_id=after, limit=ROWS + 1)
        common: dict[str, Any] = {"groups": groups(session)}
    common |= {"rows": rows[:ROWS], "following": rows[ROWS - 1].id if len(rows) > ROWS else None, "after": after}
    common |= {"choices": CHOICES, "event_words": EVENTS, "done": "", "refused": ""}
    common |= {"given": {"name": "", "url": "", "events": [], "group": 0}}
    return pages_of(request).render(request, "accounts/webhooks.html", login, status=status, **(common | values))


def _one(
    request: Request,
    login: Login,
    central: Central,
    endpoint: int,
    *,
    before: int | None = None,
    status: HTTPStatus = HTTPStatus.OK,
    **values: object,
) -> Response:
    with central.database.read() as session:
        try:
            found = endpoint_view(session, endpoint)
        except RejectError as error:
            raise HTTPException(HTTPStatus.NOT_FOUND, str(error)) from error
        rows = deliveries_page(session, endpoint, before_id=before, limit=ROWS + 1)
    common = {"endpoint": found, "rows": rows[:ROWS], "following": rows[ROWS - 1].id if len(rows) > ROWS else None, "before": before}
    common |= {"event_words": EVENTS, "state_words": DELIVERY_STATES, "done": "", "refused": "", "secret": ""}
    return pages_of(request).render(request, "accounts/webhook.html", login, status=status, **(common | values))
