"""Who listens: adding, stopping and listing webhook endpoints, and what became of their deliveries."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from central.evidence.events import queue_message
from central.evidence.journal import Actor, Detail, Verb, note
from central.evidence.messages import EventType, message_of
from central.evidence.models import DeliveryState, StationGroup, WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent
from central.evidence.paging import page_rows
from central.evidence.vault import Vault
from central.webhooks.address import checked_url
from central.webhooks.signature import new_secret
from contract.faults import RejectError


@dataclass(frozen=True, slots=True)
class EndpointView:
    """An endpoint as lists show it; its secret is shown once only, when it is made."""

    id: int
    name: str
    url: str
    events: tuple[EventType, ...]
    group: str | None
    created_by: str
    created_us: int
    disabled_us: int | None
    disabled_why: str
    waiting: int
    failed: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try; `status` None where nobody answered."""

    time_us: int
    status: int | None
    why: str
    took_ms: int


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One event for one endpoint, and each try of it."""

    id: int
    event_id: int
    event: EventType
    subject: str
    time_us: int
    state: DeliveryState
    attempts: tuple[Attempt, ...]
    next_us: int


def add_endpoint(
    session: Session,
    vault: Vault,
    actor: Actor,
    name: str,
    url: str,
    *,
    events: Collection[EventType],
    now_us: int,
    group_id: int | None = None,
    token_id: int | None = None,
) -> tuple[int, str]:
    """Add an endpoint and give its number and its secret, which is shown this once.

    Raises
    ------
    RejectError
        ``bad-webhook-name``, ``bad-webhook-url``, ``no-event`` or ``no-group``.
    """
    if not (1 <= len(name) <= 60 and name == name.strip() and name.isprintable()):
        raise RejectError("bad-webhook-name", "name", "needs 1 to 60 printable characters: say which system it is for")
    checked_url(url)
    if not events:
        raise RejectError("no-event", "events", "is empty: name what the endpoint is to be told")
    if group_id is not None and session.get(StationGroup, group_id) is None:
        raise RejectError("no-group", f"station group {group_id}", "does not exist; choose one of the list")
    secret = new_secret()
    row = WebhookEndpoint(
        name=name,
        url=url,
        secret_sealed=vault.seal(secret, now_us),
        events=" ".join(sorted(events)),
        group_id=group_id,
        token_id=token_id,
        created_by=actor.person,
        created_us=now_us,
        disabled_why="",
    )
    session.add(row)
    session.flush()
    note(session, actor, Verb.DID, f"webhook/{row.id}", now_us=now_us, detail={"what": "added", "events": row.events})
    return row.id, secret


def set_enabled(session: Session, actor: Actor, endpoint: int, now_us: int, *, enabled: bool, why: str = "") -> None:
    """Stop telling an endpoint, or tell it again; what waited meanwhile is told too."""
    session.execute(
        update(WebhookEndpoint)
        .where(WebhookEndpoint.id == endpoint)
        .values(disabled_us=None if enabled else now_us, disabled_why="" if enabled else why)
    )
    detail: Detail = {"what": "enabled" if enabled else "disabled"}
    note(session, actor, Verb.CHANGED, f"webhook/{endpoint}", now_us=now_us, detail=detail)


def send_test(session: Session, actor: Actor, endpoint: int, now_us: int) -> int:
    """Queue a test event for one endpoint, whatever it listens to."""
    note(session, actor, Verb.DID, f"webhook/{endpoint}", now_us=now_us, detail={"what": "test"})
    return queue_message(session, message_of(EventType.TEST, f"webhook/{endpoint}", {"endpoint": endpoint}, now_us), [endpoint])


def send_again(session: Session, actor: Actor, endpoint: int, delivery: int, now_us: int) -> None:
    """Queue a delivery once more that was given up or has arrived.

    Raises
    ------
    RejectError
        ``no-delivery``.
    """
    row = session.get(WebhookDelivery, delivery)
    if row is None or row.endpoint_id != endpoint:
        raise RejectError("no-delivery", f"delivery {delivery}", "is none of this endpoint; load the page again")
    row.state, row.attempts, row.next_us = DeliveryState.WAITING.value, 0, now_us
    note(session, actor, Verb.DID, f"webhook/{endpoint}", now_us=now_us, detail={"what": "again", "delivery": delivery})


def endpoint_view(session: Session, endpoint: int, *, token_id: int | None = None) -> EndpointView:
    """Give one endpoint; with `token_id` only one that this token made.

    Raises
    ------
    RejectError
        ``no-webhook``.
    """
    found = _views(session, [endpoint], token_id)
    if not found:
        raise RejectError("no-webhook", f"webhook {endpoint}", "does not exist; choose one of the list")
    return found[0]


def endpoints_page(session: Session, *, token_id: int | None = None, after_id: int = 0, limit: int = 50) -> tuple[EndpointView, ...]:
    """Give endpoints by number, those after `after_id`; with `token_id` those that this token made."""
    query = select(WebhookEndpoint.id).where(WebhookEndpoint.id > after_id).order_by(WebhookEndpoint.id)
    if token_id is not None:
        query = query.where(WebhookEndpoint.token_id == token_id)
    return _views(session, list(session.scalars(query.limit(page_rows(limit, ahead=1)))), token_id)


def deliveries_page(session: Session, endpoint: int, *, before_id: int | None = None, limit: int = 50) -> tuple[DeliveryView, ...]:
    """Give an endpoint's deliveries, the newest first, with each try."""
    query = (
        select(WebhookDelivery, WebhookEvent)
        .join(WebhookEvent, WebhookEvent.id == WebhookDelivery.event_id)
        .where(WebhookDelivery.endpoint_id == endpoint)
        .order_by(WebhookDelivery.id.desc())
        .limit(page_rows(limit, ahead=1))
    )
    if before_id is not None:
        query = query.where(WebhookDelivery.id < before_id)
    rows = list(session.execute(query))
    tries: dict[int, list[Attempt]] = {}
    identities = [delivery.id for delivery, _ in rows]
    for row in session.scalars(select(WebhookAttempt).where(WebhookAttempt.delivery_id.in_(identities)).order_by(WebhookAttempt.id)):
        tries.setdefault(row.delivery_id, []).append(Attempt(row.time_us, row.status, row.why, row.took_ms))
    return tuple(
        DeliveryView(
            id=delivery.id,
            event_id=event.id,
            event=EventType(event.type),
            subject=event.subject,
            time_us=event.time_us,
            state=DeliveryState(delivery.state),
            attempts=tuple(tries.get(delivery.id, ())),
            next_us=delivery.next_us,
        )
        for delivery, event in rows
    )


def _views(session: Session, identities: list[int], token_id: int | None) -> tuple[EndpointView, ...]:
    query = (
        select(WebhookEndpoint, StationGroup.name)
        .outerjoin(StationGroup, StationGroup.id == WebhookEndpoint.group_id)
        .where(WebhookEndpoint.id.in_(identities))
        .order_by(WebhookEndpoint.id)
    )
    if token_id is not None:
        query = query.where(WebhookEndpoint.token_id == token_id)
    counted = (
        select(WebhookDelivery.endpoint_id, WebhookDelivery.state, func.count())
        .where(WebhookDelivery.endpoint_id.in_(identities), WebhookDelivery.state != DeliveryState.DELIVERED.value)
        .group_by(WebhookDelivery.endpoint_id, WebhookDelivery.state)
    )
    counts = {(endpoint, state): number for endpoint, state, number in session.execute(counted)}
    return tuple(
        EndpointView(
            id=row.id,
            name=row.name,
            url=row.url,
            events=tuple(EventType(name) for name in row.events.split() if name in set(EventType)),
            group=group,
            created_by=row.created_by,
            created_us=row.created_us,
            disabled_us=row.disabled_us,
            disabled_why=row.disabled_why,
            waiting=counts.get((row.id, DeliveryState.WAITING.value), 0),
            failed=counts.get((row.id, DeliveryState.FAILED.value), 0),
        )
        for row, group in session.execute(query)
    )
