"""Publishes waiting records, takes receipts, and says every few seconds how the station is."""

import threading
import time
from collections.abc import Callable, Mapping
from random import Random
from typing import Final

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from contract.faults import Fault, Reaction, RejectError, RetryError
from contract.receipts import Receipt
from contract.topics import StationState, StationStatus, receipts_topic, records_topic, status_topic
from edge.uplink.back_off import BackOff
from edge.uplink.ports import RecordQueue, Row
from edge.uplink.receipt import open_receipt
from edge.uplink.session import Broker, Session
from edge.uplink.window import Window

TURN_S: Final = 0.05
"""Longest wait for the network in one turn, so the most that a new record waits before it is sent."""

GREETING_S: Final = 5.0
"""For the broker's answers to CONNECT and SUBSCRIBE."""

FAREWELL_S: Final = 1.0
"""For the acknowledgement of the last status when stopping."""

STATUS_S: Final = 5.0

MakeStatus = Callable[[StationState], StationStatus]

_log = structlog.get_logger("edge.uplink")


class Publisher:
    """One station's connection to its broker, kept up by the thread that calls `run`.

    Parameters
    ----------
    station
        The station's id.
    broker
        Where to connect.
    queue
        Where records wait.
    keys
        Central's public keys by key id; receipts signed by no other are believed.
    make_status
        Gives the station's health in either state.
    note
        Counts and logs a fault.
    stopping
        Ends `run`.
    random
        For the back-off.
    now_s
        Monotonic clock in seconds.
    """

    def __init__(
        self,
        station: str,
        broker: Broker,
        queue: RecordQueue,
        keys: Mapping[str, Ed25519PublicKey],
        *,
        make_status: MakeStatus,
        note: Callable[[Fault], None],
        stopping: threading.Event,
        random: Random,
        window: Window | None = None,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._station = station
        self._broker = broker
        self._queue = queue
        self._keys = keys
        self._make_status = make_status
        self._note = note
        self._stopping = stopping
        self._back_off = BackOff(random)
        self._window = window or Window()
        self._now_s = now_s
        self._under_way: dict[int, Row] = {}
        self._status_due_s = 0.0
        self.connected = False

    def run(self) -> None:
        """Connect, publish, and connect again, until `stopping` is set.

        Raises
        ------
        StopError
            From the queue: its disk failed.
        """
        while not self._stopping.is_set():
            try:
                self._connection()
            except RetryError as error:
                self._note(error.fault())
                self._stopping.wait(self._back_off.next_s())

    def _connection(self) -> None:
        will = self._make_status(StationState.OFFLINE)
        session = Session(self._broker, status_topic(self._station), will.model_dump_json().encode())
        try:
            session.connect()
            if not self._greeted(session):
                return
            self.connected = True
            _log.info("uplink-connected", broker=self._broker.address)
            while not self._stopping.is_set():
                self._turn(session)
            self._say_farewell(session)
        finally:
            self.connected = False
            self._under_way.clear()
            session.close()
            self._lost()

    def _lost(self) -> None:
        poison = self._window.connection_lost(self._now_s())
        if poison is not None:
            what = "ends every connection on which it is sent; it is set aside and tried again later, those behind it are sent"
            self._note(Fault(code="record-poisonous", where=f"record {poison}", what=what, reaction=Reaction.RETRY))

    def _greeted(self, session: Session) -> bool:
        """Wait until the broker has granted the receipts; give False when asked to stop before."""
        if not self._answered(session, lambda: session.established, "CONNECT"):
            return False
        session.subscribe(receipts_topic(self._station))
        self._status_due_s = self._now_s()
        return self._answered(session, lambda: session.subscribed, "SUBSCRIBE")

    def _answered(self, session: Session, answer: Callable[[], bool], what: str) -> bool:
        until_s = self._now_s() + GREETING_S
        while not answer():
            if self._stopping.is_set():
                return False
            if self._now_s() > until_s:
                raise RetryError("broker-silent", self._broker.address, f"has not answered {what} within {GREETING_S:g} s")
            session.turn(TURN_S)
        return True

    def _turn(self, session: Session) -> None:
        session.turn(TURN_S)
        self._take_acknowledgements(session)
        self._take_receipts(session)
        self._send_records(session)
        if self._now_s() >= self._status_due_s:
            self._send_status(session, StationState.ONLINE)
            self._status_due_s = self._now_s() + STATUS_S

    def _take_acknowledgements(self, session: Session) -> None:
        """Note what the broker says: a PUBACK is no delivery, it tells only that the broker lives and whether it denied the message."""
        for answer in session.take_acknowledged():
            row = self._under_way.pop(answer.mid, None)
            if answer.reason is None:
                self._back_off.reset()
            else:
                where = f"record {row.seq}" if row else "status"
                what = f"was denied by the {self._broker.address}: {answer.reason}; look at the broker's access rules"
                self._note(Fault(code="publish-denied", where=where, what=what, reaction=Reaction.RETRY))
            if row:
                self._window.acknowledged(row.seq)

    def _take_receipts(self, session: Session) -> None:
        receipts: list[Receipt] = []
        for _, data in session.take_messages():
            try:
                receipts.append(open_receipt(data, self._station, self._keys))
            except RejectError as error:
                self._note(error.fault())
        if not receipts:
            return
        for fault in self._queue.settle(receipts).faults:
            self._note(fault)
        for receipt in receipts:
            self._window.settled(receipt.seq, receipt.sha256)

    def _send_records(self, session: Session) -> None:
        topic = records_topic(self._station)
        for row in self._window.due(self._queue.waiting(self._window.asks_for()), self._now_s()):
            envelope = self._queue.envelope(row.seq)
            if envelope is None:
                continue
            if not session.fits(topic, envelope):
                what = f"has {len(envelope)} bytes, the broker takes packets of {session.packet_max_bytes}; raise its limit. It waits here"
                self._note(Fault(code="record-exceeds-broker", where=f"record {row.seq}", what=what, reaction=Reaction.RETRY))
                self._window.set_aside(row.seq, self._now_s())
                continue
            if self._window.sent(row, self._now_s()):
                what = "brought no receipt in time and is sent again; look whether central runs"
                self._note(Fault(code="receipt-late", where=f"record {row.seq}", what=what, reaction=Reaction.RETRY))
            self._under_way[session.publish(topic, envelope)] = row

    def _send_status(self, session: Session, state: StationState) -> int:
        return session.publish(status_topic(self._station), self._make_status(state).model_dump_json().encode(), retain=True)

    def _say_farewell(self, session: Session) -> None:
        """Replace the retained status by hand: a clean disconnect does not release the last will."""
        mid = self._send_status(session, StationState.OFFLINE)
        until_s = self._now_s() + FAREWELL_S
        while self._now_s() < until_s:
            session.turn(TURN_S)
            self._take_receipts(session)
            if any(answer.mid == mid for answer in session.take_acknowledged()):
                return
