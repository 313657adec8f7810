"""What the API takes and answers of webhooks. Times are UTC in µs."""

from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field

from central.api.examples import TIME_US
from central.evidence.messages import EventType
from central.evidence.models import DeliveryState
from central.webhooks.endpoints import DeliveryView, EndpointView

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
