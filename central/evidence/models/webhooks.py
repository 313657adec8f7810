"""Tables of what is told to other systems as it happens: who listens, what happened, and each try to tell it."""

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from central.evidence.models.base import BIG, NAME, Base


class DeliveryState(StrEnum):
    """How far a delivery is."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Every try failed, or the receiver said that it is gone."""


class WebhookEndpoint(Base):
    """An address that is told of events; `events` are separated by blanks, `token_id` is the token by which a program made it."""

    __tablename__ = "webhook_endpoint"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(60))
    url: Mapped[str] = mapped_column(String(500))
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    events: Mapped[str] = mapped_column(Text)
    group_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("station_group.id"))
    token_id: Mapped[int | None] = mapped_column(BIG, ForeignKey("api_token.id"))
    created_by: Mapped[str] = mapped_column(String(60))
    created_us: Mapped[int] = mapped_column(BIG)
    disabled_us: Mapped[int | None] = mapped_column(BIG)
    disabled_why: Mapped[str] = mapped_column(Text, server_default="")


class WebhookEvent(Base):
    """Something that happened, as the bytes that are signed and sent, the same ones at each try."""

    __tablename__ = "webhook_event"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    type: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(120))
    station: Mapped[str | None] = mapped_column(NAME)
    time_us: Mapped[int] = mapped_column(BIG)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class WebhookDelivery(Base):
    """One event for one endpoint: the durable queue is what waits, by `next_us`."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("ix_webhook_delivery_state_next_us", "state", "next_us"),
        Index("ix_webhook_delivery_endpoint_id_id", "endpoint_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    endpoint_id: Mapped[int] = mapped_column(BIG, ForeignKey("webhook_endpoint.id"))
    event_id: Mapped[int] = mapped_column(BIG, ForeignKey("webhook_event.id"))
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(Integer)
    next_us: Mapped[int] = mapped_column(BIG)


class WebhookAttempt(Base):
    """One try of a delivery; `status` is the HTTP status, None where there was no answer, and `why` says what went wrong."""

    __tablename__ = "webhook_attempt"
    __table_args__ = (Index("ix_webhook_attempt_delivery_id_id", "delivery_id", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    delivery_id: Mapped[int] = mapped_column(BIG, ForeignKey("webhook_delivery.id"))
    time_us: Mapped[int] = mapped_column(BIG)
    status: Mapped[int | None] = mapped_column(Integer)
    why: Mapped[str] = mapped_column(Text)
    took_ms: Mapped[int] = mapped_column(Integer)
