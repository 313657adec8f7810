"""The broker's side of ingest: receives into a bounded queue, and acknowledges and answers only after the durable commit."""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from central.context import Central
from central.ingest.broker_client import make_client
from central.ingest.receive import Outgoing, Receiver
from central.ingest.status import receive_status
from central.ingest.verify import Message
from contract.faults import RejectError, RetryError, StopError, WimError
from contract.topics import ALL_RECORDS, ALL_STATUS

RECEIVE_MAX: Final = 400
"""QoS 1 messages the broker may have outstanding with us (MQTT 5, 3.1.2.11.3): 100 MB if each is as large as a record may be."""
QUEUE_MESSAGES: Final = 2 * RECEIVE_MAX
"""Twice what a broker that keeps to `RECEIVE_MAX` can send."""
BATCH_MESSAGES: Final = 200
"""Messages per durable commit: one fsync serves all of them, and as many again may come from the broker meanwhile."""
SESSION_EXPIRY_S: Final = 7 * 86_400
"""How long the broker keeps our subscription while we are away; longer outages are covered by the stations' own queues."""
KEEPALIVE_S: Final = 15
RECEIPTS_WAITING_MAX: Final = 20_000
"""Receipts kept for a broker that is away; a station whose receipt was not kept sends its record again."""
DATABASE_RETRY_S: Final = 1.0
POLL_S: Final = 0.2
_LOG = structlog.get_logger("central.ingest")


@dataclass(frozen=True, slots=True)
class _Delivery:
    """A message with what is needed to acknowledge it: packet ids are the connection's, so an old connection's are worth nothing."""

    message: Message
    mid: int
    qos: int
    connection: int


class Subscriber:
    """Runs ingest in two threads: the broker's, which only queues, and the worker, which stores.

    Either thread ending before `stop` asks the whole service to end, so that it is started afresh.

    Parameters
    ----------
    central
        What all parts share.
    receiver
        Stores records.
    """

    def __init__(self, central: Central, receiver: Receiver) -> None:
        self._central = central
        self._receiver = receiver
        self._queue: queue.Queue[_Delivery] = queue.Queue(QUEUE_MESSAGES)
        self._stopping = threading.Event()
        self._connection = 0
        self._subscribed = False
        self._receipts_sent = 0
        self._receipts_acknowledged = 0
        self._client = make_client(central.settings.broker)
        self._client.max_inflight_messages_set(RECEIVE_MAX)
        self._client.max_queued_messages_set(RECEIPTS_WAITING_MAX)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_disconnect = self._on_disconnect
        self._client.on_message = self._on_message
        self._client.on_publish = self._on_publish
        self._network = threading.Thread(target=self._guarded, args=(self._serve_network,), name="ingest-network", daemon=True)
        self._worker = threading.Thread(target=self._guarded, args=(self._serve_queue,), name="ingest-worker", daemon=True)

    @property
    def connected(self) -> bool:
        """Whether the broker is connected and has confirmed the subscriptions."""
        return self._subscribed and self._client.is_connected()

    def start(self) -> None:
        """Begin to connect and to store; returns at once, whether the broker is there or not."""
        self._worker.start()
        self._network.start()

    def stop(self, within_s: float) -> None:
        """Store what is queued, send the receipts that are due, and end; what does not fit into the time, stations send again."""
        deadline_s = time.monotonic() + within_s
        self._stopping.set()
        if self._worker.ident is not None:
            self._worker.join(within_s)
        while self._receipts_acknowledged < self._receipts_sent and self.connected and time.monotonic() < deadline_s:
            time.sleep(0.01)
        self._client.disconnect()
        if self._network.ident is not None:
            self._network.join(max(0.1, deadline_s - time.monotonic()))

    def _guarded(self, serve: Callable[[], None]) -> None:
        """Run a thread's work; whatever ends it early ends the service, for an ingest that silently stands still loses evidence."""
        error: WimError = StopError("ingest-stopped", threading.current_thread().name, "ended unexpectedly; see the log's traceback")
        try:
            serve()
        except WimError as cause:
            error = cause
            self._central.count(cause)
        finally:
            if not self._stopping.is_set():
                self._central.ending.ask(error)

    def _serve_network(self) -> None:
        broker = self._central.settings.broker
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = SESSION_EXPIRY_S
        properties.ReceiveMaximum = RECEIVE_MAX
        self._client.connect_async(broker.host, broker.port, keepalive=KEEPALIVE_S, clean_start=False, properties=properties)
        self._client.loop_forever(retry_first_connection=True)

    def _on_connect(self, client: mqtt.Client, _userdata: object, _flags: object, reason: ReasonCode, _properties: object) -> None:
        if reason.is_failure:
            self._central.count(RetryError("broker-refused", self._where, f"refuses us: {reason}; check user, password and ACL"))
            return
        self._connection += 1
        client.subscribe([(ALL_RECORDS, SubscribeOptions(qos=1)), (ALL_STATUS, SubscribeOptions(qos=1))])

    def _on_subscribe(self, _client: mqtt.Client, _userdata: object, _mid: int, reasons: list[ReasonCode], _properties: object) -> None:
        refused = [str(reason) for reason in reasons if reason.is_failure]
        if refused:
            self._central.count(RetryError("subscription-refused", self._where, f"refuses to deliver: {refused[0]}; check its ACL"))
            return
        self._subscribed = True
        self._central.metrics.connected.set(1)
        _LOG.info("broker connected", broker=self._where)

    def _on_disconnect(self, _client: mqtt.Client, _userdata: object, _flags: object, reason: ReasonCode, _properties: object) -> None:
        self._subscribed = False
        self._central.metrics.connected.set(0)
        if not self._stopping.is_set():
            self._central.count(RetryError("broker-away", self._where, f"ended the connection: {reason}; trying again"))

    def _on_message(self, client: mqtt.Client, _userdata: object, packet: mqtt.MQTTMessage) -> None:
        try:
            message = Message(packet.topic, bytes(packet.payload))
        except UnicodeDecodeError:
            self._central.count(RejectError("unknown-topic", self._where, "delivered a message whose topic is not UTF-8"))
            client.ack(packet.mid, packet.qos)
            return
        try:
            self._queue.put_nowait(_Delivery(message, packet.mid, packet.qos, self._connection))
        except queue.Full:
            # Without a receipt the station sends it again; acknowledged all the same, or the broker would count it as outstanding for ever.
            self._central.count(
                RetryError("ingest-queue-full", message.topic, f"{QUEUE_MESSAGES} messages wait; the broker sends too many")
            )
            client.ack(packet.mid, packet.qos)
        self._central.metrics.waiting.set(self._queue.qsize())

    def _on_publish(self, _client: mqtt.Client, _userdata: object, _mid: int, _reason: ReasonCode, _properties: object) -> None:
        self._receipts_acknowledged += 1

    def _serve_queue(self) -> None:
        while not (self._stopping.is_set() and self._queue.empty()):
            batch = self._take()
            if batch:
                self._process(batch)

    def _take(self) -> list[_Delivery]:
        batch: list[_Delivery] = []
        try:
            batch.append(self._queue.get(timeout=POLL_S))
            while len(batch) < BATCH_MESSAGES:
                batch.append(self._queue.get_nowait())
        except queue.Empty:
            pass  # all there is
        return batch

    def _process(self, batch: list[_Delivery]) -> None:
        statuses = [one.message for one in batch if one.message.topic.endswith("/status")]
        records = [one.message for one in batch if not one.message.topic.endswith("/status")]
        while True:
            try:
                receipts = self._receiver.receive(records) if records else []
                for message in statuses:
                    receive_status(self._central, message.topic, message.data)
                break
            except RetryError as error:
                self._central.count(error)
                if self._stopping.wait(DATABASE_RETRY_S):
                    return  # nothing was acknowledged: the broker, or the stations, send it again
        for one in batch:
            if one.connection == self._connection:
                self._client.ack(one.mid, one.qos)
        for receipt in receipts:
            self._send(receipt)
        self._central.metrics.waiting.set(self._queue.qsize())

    def _send(self, receipt: Outgoing) -> None:
        sent = self._client.publish(receipt.topic, receipt.data, qos=1)
        if sent.rc == mqtt.MQTT_ERR_QUEUE_SIZE:
            self._central.count(RetryError("receipts-waiting", receipt.topic, f"{RECEIPTS_WAITING_MAX} receipts wait for the broker"))
        else:
            self._receipts_sent += 1

    @property
    def _where(self) -> str:
        broker = self._central.settings.broker
        return f"broker {broker.host}:{broker.port}"
