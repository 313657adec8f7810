"""``/api/v1/webhooks``: a program manages the endpoints that it made itself; an administrator every one."""

from typing import Annotated, Any, Final, Self

from fastapi import APIRouter, Depends, HTTPException, Path, Query, status
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from central.access import CentralDep
from central.api.caller import Caller, RequireScope
from central.api.examples import TIME_US
from central.api.paging import Rows
from central.evidence.messages import EventType
from central.evidence.models import ApiToken, DeliveryState
from central.evidence.tokens import Scope
from central.web.routes.webhooks import refuse_private
from central.webhooks.endpoints import (
    DeliveryView,
    EndpointView,
    add_endpoint,
    deliveries_page,
    endpoint_view,
    endpoints_page,
    send_again,
    send_test,
    set_enabled,
)
from contract.faults import RejectError

_ENDPOINT: Final[dict[str, Any]] = {
    "id": 3,
    "name": "credit platform",
    "url": "https://credit.example/hooks/weighline",
    "events": ["case.decided", "case.closed"],
    "group": None,
    "created_us": TIME_US,
    "disabled_us": None,
    "disabled_why": "",
    "waiting": 0,
    "failed": 0,
}
_DELIVERY: Final[dict[str, Any]] = {
    "id": 40,
    "event_id": "evt_17",
    "event": "case.decided",
    "subject": "case/12",
    "time_us": TIME_US,
    "state": "delivered",
    "attempts": [{"time_us": TIME_US + 900_000, "status": 204, "why": "", "took_ms": 31}],
    "next_us": TIME_US,
}


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class NewWebhook(BaseModel):
    """What a new endpoint is to be told, and where."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"name": "credit platform", "url": _ENDPOINT["url"], "events": _ENDPOINT["events"]}]},
    )

    name: Annotated[str, Field(min_length=1, max_length=60, description="System it is for")]
    url: Annotated[str, Field(min_length=8, max_length=500, description="https, or http on central's own machine")]
    events: Annotated[list[EventType], Field(min_length=1, max_length=20, description="What it is told")]


class Webhook(_Answer):
    """An endpoint; its secret is told once, when it is made."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ENDPOINT]})

    id: int
    name: str
    url: str
    events: tuple[EventType, ...]
    group: str | None
    created_us: int
    disabled_us: int | None
    disabled_why: str
    waiting: int
    failed: int

    @classmethod
    def of(cls, view: EndpointView) -> Self:
        """Take an endpoint over."""
        return cls.model_validate(view)


class MadeWebhook(_Answer):
    """A new endpoint with the secret of its signatures, as Standard Webhooks writes it."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"webhook": _ENDPOINT, "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="}]}
    )

    webhook: Webhook
    secret: str


class WebhookList(_Answer):
    """A page of endpoints, by number; `next` is the `after` of the next page, None on the last."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"webhooks": [_ENDPOINT], "next": None}]})

    webhooks: tuple[Webhook, ...]
    next: int | None


class AttemptAnswer(_Answer):
    """One try; `status` None where nobody answered."""

    time_us: int
    status: int | None
    why: str
    took_ms: int


class DeliveryAnswer(_Answer):
    """One event for one endpoint; `event_id` is what the receiver gets as ``webhook-id``."""

    id: int
    event_id: str
    event: EventType
    subject: str
    time_us: int
    state: DeliveryState
    attempts: tuple[AttemptAnswer, ...]
    next_us: int

    @classmethod
    def of(cls, view: DeliveryView) -> Self:
        """Take a delivery over."""
        return cls(
            id=view.id,
            event_id=f"evt_{view.event_id}",
            event=view.event,
            subject=view.subject,
            time_us=view.time_us,
            state=view.state,
            attempts=tuple(AttemptAnswer.model_validate(one) for one in view.attempts),
            next_us=view.next_us,
        )


class DeliveryList(_Answer):
    """A page of deliveries, the newest first; `next` is the `before` of the next page, None on the last."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"deliveries": [_DELIVERY], "next": None}]})

    deliveries: tuple[DeliveryAnswer, ...]
    next: int | None


class Queued(_Answer):
    """The event that is on its way."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"event_id": "evt_18"}]})

    event_id: str


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
    refuse_private(central, new.url)
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
