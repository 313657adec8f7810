"""What happened, told to other systems: an event is written in the very transaction of what it tells of, and sent after it.

Events carry numbers and states, never a plate: who may know more asks the API under his token's scopes.
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.evidence.models import DeliveryState, StationGroupMember, WebhookDelivery, WebhookEndpoint, WebhookEvent

BARRED_KEYS: Final = frozenset({"plate", "plates", "owner", "driver", "carrier", "address"})
"""What an event never carries: it tells that something is there, not whom it is about."""


class EventType(StrEnum):
    """Kinds of events that an endpoint may listen to."""

    RECORD_OVERLOAD = "record.overload"
    CASE_OPENED = "case.opened"
    CASE_RETURNED = "case.returned"
    CASE_DECIDED = "case.decided"
    CASE_NOTIFIED = "case.notified"
    CASE_OBJECTED = "case.objected"
    CASE_CLOSED = "case.closed"
    CASE_PUBLISHED = "case.published"
    TEST = "webhook.test"
    """Sent by hand to one endpoint, to see that it arrives."""


def emit(session: Session, event: EventType, subject: str, data: Mapping[str, str | int | bool | None], now_us: int) -> int | None:
    """Queue an event, within the caller's transaction, for every endpoint that listens; give its number, None if none does.

    Parameters
    ----------
    session
        Of `Database.write()`.
    event
        What happened.
    subject
        To what, as in the journal: ``case/12``, ``vehicle/S1/5``.
    data
        Numbers and states; with ``station`` only endpoints that may know of that station are told.
    now_us
        When, UTC in µs.

    Raises
    ------
    ValueError
        If `data` has a key that no event may carry.
    """
    barred = BARRED_KEYS & data.keys()
    if barred:
        msg = f"an event carries no {', '.join(sorted(barred))}"
        raise ValueError(msg)
    station = data.get("station")
    station = station if isinstance(station, str) else None
    listening = [row.id for row in _listening(session, event, station)]
    return queue_event(session, event, subject, data, now_us, endpoint_ids=listening) if listening else None


def queue_event(
    session: Session, event: EventType, subject: str, data: Mapping[str, str | int | bool | None], now_us: int, *, endpoint_ids: list[int]
) -> int:
    """Queue an event for named endpoints and give its number."""
    body = {"type": event.value, "time_us": now_us, "subject": subject, "data": dict(data)}
    station = data.get("station")
    row = WebhookEvent(
        type=event.value,
        subject=subject,
        station=station if isinstance(station, str) else None,
        time_us=now_us,
        body=json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(),
    )
    session.add(row)
    session.flush()
    session.add_all(
        WebhookDelivery(endpoint_id=identity, event_id=row.id, state=DeliveryState.WAITING.value, attempts=0, next_us=now_us)
        for identity in endpoint_ids
    )
    session.flush()
    return row.id


def _listening(session: Session, event: EventType, station: str | None) -> list[WebhookEndpoint]:
    rows = [
        row
        for row in session.scalars(select(WebhookEndpoint).where(WebhookEndpoint.disabled_us.is_(None)))
        if event.value in row.events.split()
    ]
    grouped = {row.group_id for row in rows if row.group_id is not None}
    if not grouped:
        return rows
    query = select(StationGroupMember.group_id).where(StationGroupMember.group_id.in_(grouped), StationGroupMember.station == station)
    reached = set(session.scalars(query))
    return [row for row in rows if row.group_id is None or row.group_id in reached]
