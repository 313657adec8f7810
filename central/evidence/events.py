"""What happened, told to other systems: an event is written in the very transaction of what it tells of, and sent after it.

Events carry numbers and states, never a plate: who may know more asks the API under his token's scopes.
"""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.evidence.messages import EventType, Message, message_of
from central.evidence.models import DeliveryState, StationGroupMember, WebhookDelivery, WebhookEndpoint, WebhookEvent


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
        As the event's message carries it (`central.evidence.messages`); with ``station`` only endpoints that may know of it are told.
    now_us
        When, UTC in µs.

    Raises
    ------
    ValueError
        If `data` is not what a message of that kind carries.
    """
    message = message_of(event, subject, dict(data), now_us)  # before it is asked who listens: wrong data is told at once
    listening = [row.id for row in _listening(session, event, message.station)]
    return queue_message(session, message, listening) if listening else None


def queue_message(session: Session, message: Message, endpoint_ids: list[int]) -> int:
    """Queue a message for named endpoints and give the number of its event."""
    row = WebhookEvent(
        type=message.type.value,
        subject=message.subject,
        station=message.station,
        time_us=message.time_us,
        body=message.model_dump_json().encode(),
    )
    session.add(row)
    session.flush()
    session.add_all(
        WebhookDelivery(endpoint_id=identity, event_id=row.id, state=DeliveryState.WAITING.value, attempts=0, next_us=message.time_us)
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
