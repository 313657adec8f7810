"""The queue's worker: takes what is due, tries it, keeps how it went, and puts it off where it failed.

A delivery is tried at least once and may arrive twice, after a crash between the answer and its note: the receiver sees it by the
``webhook-id``.
"""

import threading
from collections import Counter
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from central.context import Central
from central.evidence.journal import SERVICE
from central.evidence.models import DeliveryState, WebhookAttempt, WebhookDelivery, WebhookEndpoint, WebhookEvent
from central.webhooks.address import Resolve, resolve
from central.webhooks.endpoints import set_enabled
from central.webhooks.send import GONE, Outcome, Parcel, send
from contract.faults import RejectError, RetryError, StopError
from contract.units import US_PER_S

PAUSES_S: Final = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Before the second, third … try: three days in all (Standard Webhooks 1.0.0, "deliverability and reliability")."""
LOOK_S: Final = 1.0
BATCH: Final = 20
PER_ENDPOINT: Final = 5
"""Most of a batch for one endpoint, so that one which does not answer keeps no other waiting for long."""
SENDERS: Final = 4
_LOG = structlog.get_logger("central")


@dataclass(frozen=True, slots=True)
class _Due:
    delivery_id: int
    endpoint_id: int
    url: str
    secret_sealed: bytes
    event_id: int
    body: bytes


def deliver_due(central: Central, resolver: Resolve = resolve) -> int:
    """Try once whatever is due, at most `BATCH`; give how many were tried.

    Raises
    ------
    RetryError
        ``database-away``; what was not noted is tried again.
    """
    with central.database.read() as session:
        due = _due(session, central.now_us())
    waiting: SimpleQueue[_Due] = SimpleQueue()
    tried: SimpleQueue[tuple[_Due, Outcome]] = SimpleQueue()
    for one in due:
        waiting.put(one)
    for _ in range(min(SENDERS, len(due))):
        # Daemons: a receiver that does not answer must not keep the service from ending.
        threading.Thread(target=_send_all, args=(central, resolver, waiting, tried), name="webhook-sender", daemon=True).start()
    for _ in due:
        one, outcome = tried.get()
        with central.database.write() as session:
            _note(session, one, outcome, central.now_us())
    return len(due)


class Courier:
    """Delivers what is due, in a thread of its own, from `start` to `stop`."""

    def __init__(self, central: Central) -> None:
        self._central = central
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, within_s: float) -> None:
        """End; a try that is under way longer than that is left and made again after the next start."""
        self._ended.set()
        self._thread.join(within_s)

    def _run(self) -> None:
        tried = 0
        while not self._ended.wait(0 if tried == BATCH else LOOK_S):
            try:
                tried = deliver_due(self._central)
            except RetryError as error:
                self._central.count(error)
                tried = 0
            except StopError as error:
                self._central.ending.ask(error)
                return


def _send_all(central: Central, resolver: Resolve, waiting: "SimpleQueue[_Due]", tried: "SimpleQueue[tuple[_Due, Outcome]]") -> None:
    while True:
        try:
            one = waiting.get_nowait()
        except Empty:
            return
        try:
            outcome = _try(central, resolver, one)
        except Exception as error:  # noqa: BLE001 - who waits for the outcome would wait for ever, and no webhook go out again
            _LOG.exception("webhook-internal", endpoint=one.endpoint_id, delivery=one.delivery_id)
            outcome = Outcome(None, f"failed on a fault of this program: {type(error).__name__}", 0)
        tried.put((one, outcome))


def _due(session: Session, now_us: int) -> list[_Due]:
    query = (
        select(WebhookDelivery, WebhookEndpoint, WebhookEvent)
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
        .join(WebhookEvent, WebhookEvent.id == WebhookDelivery.event_id)
        .where(
            WebhookDelivery.state == DeliveryState.WAITING.value,
            WebhookDelivery.next_us <= now_us,
            WebhookEndpoint.disabled_us.is_(None),
        )
        .order_by(WebhookDelivery.next_us, WebhookDelivery.id)
        .limit(BATCH * PER_ENDPOINT)
    )
    taken: Counter[int] = Counter()
    due = []
    for delivery, endpoint, event in session.execute(query):
        taken[endpoint.id] += 1
        if taken[endpoint.id] <= PER_ENDPOINT:
            due.append(_Due(delivery.id, endpoint.id, endpoint.url, endpoint.secret_sealed, event.id, event.body))
    return due[:BATCH]


def _try(central: Central, resolver: Resolve, due: _Due) -> Outcome:
    try:
        secret = central.vault.unseal(due.secret_sealed, f"secret of webhook {due.endpoint_id}")
    except RejectError as error:
        return Outcome(None, f"{error.code}: {error.what}"[:500], 0)
    parcel = Parcel(due.url, secret, f"evt_{due.event_id}", due.body, central.now_us() // US_PER_S)
    return send(parcel, allow_private=central.settings.webhooks.allow_private, resolver=resolver)


def _note(session: Session, due: _Due, outcome: Outcome, now_us: int) -> None:
    row = session.get_one(WebhookDelivery, due.delivery_id)
    session.add(WebhookAttempt(delivery_id=row.id, time_us=now_us, status=outcome.status, why=outcome.why, took_ms=outcome.took_ms))
    if outcome.arrived:
        row.state = DeliveryState.DELIVERED.value
    elif outcome.status == GONE:
        row.state = DeliveryState.FAILED.value
        set_enabled(session, SERVICE, due.endpoint_id, now_us, enabled=False, why="the receiver answered 410: it is gone")
    elif row.attempts >= len(PAUSES_S):
        row.state = DeliveryState.FAILED.value
        _LOG.warning("webhook-given-up", endpoint=due.endpoint_id, delivery=row.id, why=outcome.why)
    else:
        pause_s = max(PAUSES_S[row.attempts], outcome.retry_after_s or 0)
        row.next_us = now_us + pause_s * US_PER_S
    row.attempts += 1
