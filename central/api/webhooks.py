"""``/api/v1/webhooks``: a program manages the endpoints that it made itself; an administrator every one."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, HTTPException, Path, Query, status
from sqlalchemy.orm import Session

from central.access import CentralDep
from central.api.caller import Caller, RequireScope
from central.api.paging import Rows
from central.api.webhook_schemas import DeliveryAnswer, DeliveryList, MadeWebhook, NewWebhook, Queued, Webhook, WebhookList
from central.evidence.messages import EventType
from central.evidence.models import ApiToken
from central.evidence.tokens import Scope
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

Manager = Annotated[Caller, Depends(RequireScope(Scope.WEBHOOKS_MANAGE))]
Number = Annotated[int, Path(ge=1, lt=2**53, description="The endpoint's number", examples=[3])]
_UNKNOWN: Final[dict[int | str, dict[str, Any]]] = {404: {"description": "The caller has no endpoint, or it no delivery, of that number."}}

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"])


@router.get("", summary="List endpoints", responses={200: {"description": "A page of endpoints."}})
def list_webhooks(
    caller: Manager,
    central: CentralDep,
    after: Annotated[int, Query(ge=0, lt=2**53, description="`next` of the page before", examples=[3])] = 0,
    limit: Rows = 50,
) -> WebhookList:
    """Give one page of the caller's endpoints."""
    with central.database.read() as session:
        found = endpoints_page(session, token_id=caller.token_id, after_id=after, limit=limit + 1)
    page = tuple(Webhook.of(view) for view in found[:limit])
    return WebhookList(webhooks=page, next=page[-1].id if len(found) > limit else None)


@router.post(
    "",
    summary="Add an endpoint",
    status_code=201,
    responses={201: {"description": "It is added; the secret is told this once."}, 400: {"description": "The address is not allowed."}},
)
def add_webhook(caller: Manager, central: CentralDep, new: NewWebhook) -> MadeWebhook:
    """Add an endpoint, which is told of the stations that the caller may know of."""
    refuse_private(new.url, allow_private=central.settings.webhooks.allow_private)
    with central.database.write() as session:
        identity, secret = add_endpoint(
            session,
            central.vault,
            caller.actor,
            new.name.strip(),
            new.url,
            events=set(new.events) - {EventType.TEST},
            now_us=central.now_us(),
            group_id=_group_of(session, caller),
            token_id=caller.token_id,
        )
        return MadeWebhook(webhook=Webhook.of(endpoint_view(session, identity)), secret=secret)


@router.delete(
    "/{endpoint}", summary="Stop telling an endpoint", status_code=204, responses={204: {"description": "It is stopped."}, **_UNKNOWN}
)
def stop_webhook(caller: Manager, central: CentralDep, endpoint: Number) -> None:
    """Stop telling an endpoint; what became of its deliveries stays to be read."""
    with central.database.write() as session:
        _own(session, caller, endpoint)
        set_enabled(session, caller.actor, endpoint, central.now_us(), enabled=False)


@router.get(
    "/{endpoint}/deliveries", summary="List an endpoint's deliveries", responses={200: {"description": "A page of deliveries."}, **_UNKNOWN}
)
def list_deliveries(
    caller: Manager,
    central: CentralDep,
    endpoint: Number,
    before: Annotated[int | None, Query(ge=1, lt=2**53, description="`next` of the page before", examples=[40])] = None,
    limit: Rows = 50,
) -> DeliveryList:
    """Give one page of deliveries with each try, the newest first."""
    with central.database.read() as session:
        _own(session, caller, endpoint)
        found = deliveries_page(session, endpoint, before_id=before, limit=limit + 1)
    page = tuple(DeliveryAnswer.of(view) for view in found[:limit])
    return DeliveryList(deliveries=page, next=page[-1].id if len(found) > limit else None)


@router.post("/{endpoint}/test", summary="Send a test", status_code=202, responses={202: {"description": "It is on its way."}, **_UNKNOWN})
def test_webhook(caller: Manager, central: CentralDep, endpoint: Number) -> Queued:
    """Queue a test event for the endpoint, whatever it listens to."""
    with central.database.write() as session:
        _own(session, caller, endpoint)
        return Queued(event_id=f"evt_{send_test(session, caller.actor, endpoint, central.now_us())}")


@router.post(
    "/{endpoint}/deliveries/{delivery}/again",
    summary="Send an event once more",
    status_code=204,
    responses={204: {"description": "It is on its way again."}, **_UNKNOWN},
)
def send_delivery_again(
    caller: Manager,
    central: CentralDep,
    endpoint: Number,
    delivery: Annotated[int, Path(ge=1, lt=2**53, description="The delivery's number", examples=[40])],
) -> None:
    """Queue a delivery again that was given up or has arrived."""
    with central.database.write() as session:
        _own(session, caller, endpoint)
        try:
            send_again(session, caller.actor, endpoint, delivery, central.now_us())
        except RejectError as error:
            raise HTTPException(status.HTTP_404_NOT_FOUND, error.what) from error


def _own(session: Session, caller: Caller, endpoint: int) -> None:
    try:
        endpoint_view(session, endpoint, token_id=caller.token_id)
    except RejectError as error:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"there is no endpoint {endpoint}") from error


def _group_of(session: Session, caller: Caller) -> int | None:
    """Give the station group of the caller's token: its endpoints are told of no other station."""
    return None if caller.token_id is None else session.get_one(ApiToken, caller.token_id).group_id
