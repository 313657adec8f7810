"""One MQTT 5 connection from CONNECT to its end. A new connection is a new session: nothing of paho's own memory outlives it.

The caller's one thread turns the loop, so callbacks run there and only note what happened; publishing from within one would deadlock.
"""

import contextlib
import ssl
import struct
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt import MQTTException
from paho.mqtt.client import ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from contract.faults import RetryError

CONNECT_WAIT_S: Final = 2.0
"""For the TCP connection, and again for the TLS handshake; short, so that stopping is."""
KEEPALIVE_S: Final = 15
"""A dead link is noticed after half as much again at the broker, which then publishes the last will."""
PACKET_OVERHEAD_BYTES: Final = 64
"""Fixed header, topic length, packet id and properties of a PUBLISH, generously."""
RECEIVE_MAX: Final = 200
"""Receipts that the broker may have under way to us."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is and as whom to connect; `tls` None is plain TCP."""

    host: str
    port: int
    client_id: str
    username: str | None
    password: str | None
    tls: ssl.SSLContext | None

    @property
    def address(self) -> str:
        """For logs and faults."""
        return f"broker {self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The broker's PUBACK; `reason` None is success."""

    mid: int
    reason: str | None


class Session:
    """One connection.

    Attributes
    ----------
    acknowledged
        PUBACKs since they were last taken.
    messages
        Topic and payload of the messages received since they were last taken.
    """

    def __init__(self, broker: Broker, will_topic: str, will: bytes) -> None:
        self._broker = broker
        self.acknowledged: deque[Acknowledged] = deque()
        self.messages: deque[tuple[str, bytes]] = deque()
        self._connected: Properties | None = None
        self._established = False
        self._granted: str | None = None
        self._lost: str | None = None
        client = mqtt.Client(CallbackAPIVersion.VERSION2, broker.client_id, protocol=mqtt.MQTTv5, reconnect_on_failure=False)
        client.connect_timeout = CONNECT_WAIT_S
        if broker.username is not None:
            client.username_pw_set(broker.username, broker.password)
        if broker.tls is not None:
            client.tls_set_context(broker.tls)
        client.will_set(will_topic, will, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        client.on_message = self._on_message
        self._client = client

    @property
    def established(self) -> bool:
        """Whether the broker has accepted the connection."""
        return self._established

    @property
    def subscribed(self) -> bool:
        """Whether the broker has granted the subscription."""
        return self._granted == ""

    @property
    def packet_max_bytes(self) -> int | None:
        """Largest packet that the broker takes, None where it does not say."""
        return getattr(self._connected, "MaximumPacketSize", None)

    def connect(self) -> None:
        """Open the connection; the broker's answer comes while the loop turns.

        Raises
        ------
        RetryError
            ``broker-unreachable``, with what the network or TLS said.
        """
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho has no types here
        properties.SessionExpiryInterval = 0
        properties.ReceiveMaximum = RECEIVE_MAX
        try:
            self._client.connect(self._broker.host, self._broker.port, KEEPALIVE_S, clean_start=True, properties=properties)
        except (OSError, ValueError) as error:
            raise RetryError("broker-unreachable", self._broker.address, f"cannot be reached: {error}") from error

    def subscribe(self, topic: str) -> None:
        """Ask for a topic at QoS 1."""
        self._client.subscribe(topic, qos=1)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int:
        """Send at QoS 1 and give the packet id by which `acknowledged` names it."""
        return self._client.publish(topic, payload, qos=1, retain=retain).mid

    def fits(self, topic: str, payload: bytes) -> bool:
        """Whether the broker takes a message of this size; sending a larger one would cost the connection."""
        limit = self.packet_max_bytes
        return limit is None or len(payload) + len(topic.encode()) + PACKET_OVERHEAD_BYTES <= limit

    def turn(self, wait_s: float) -> None:
        """Send and receive what is there; return at the first of it, or after `wait_s`.

        Raises
        ------
        RetryError
            The connection has ended or was refused, or the broker sent what is no MQTT.
        """
        try:
            code = self._client.loop(wait_s)
        except (ValueError, IndexError, KeyError, struct.error, MQTTException) as error:
            raise RetryError("broker-nonsense", self._broker.address, f"sent what is no MQTT 5: {error}") from error
        if self._lost is not None:
            raise RetryError("broker-lost", self._broker.address, self._lost)
        if code != mqtt.MQTT_ERR_SUCCESS:
            raise RetryError("broker-lost", self._broker.address, f"the connection ended: {mqtt.error_string(code)}")

    def close(self) -> None:
        """Say goodbye where there is anybody to hear it, and let go of the socket."""
        client = self._client
        client.on_disconnect = None
        with contextlib.suppress(OSError, ValueError):
            client.disconnect()
            client.loop(0)
        # Bound methods tie client and session into a cycle; untied, the client's sockets are closed here and not whenever.
        client.on_connect = client.on_subscribe = client.on_publish = client.on_message = None

    def take_acknowledged(self) -> Iterator[Acknowledged]:
        """Give and forget the PUBACKs noted so far."""
        while self.acknowledged:
            yield self.acknowledged.popleft()

    def take_messages(self) -> Iterator[tuple[str, bytes]]:
        """Give and forget the messages noted so far."""
        while self.messages:
            yield self.messages.popleft()

    def _on_connect(
        self,
        _client: mqtt.Client,
        _data: Any,  # noqa: ANN401 - paho's type
        _flags: ConnectFlags,
        reason: ReasonCode,
        properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._lost = f"refused the connection: {reason}; look at the station's user name, password or certificate"
            return
        self._established = True
        self._connected = properties

    def _on_subscribe(self, _client: mqtt.Client, _data: Any, _mid: int, reasons: list[ReasonCode], _properties: Properties | None) -> None:  # noqa: ANN401 - paho's type
        refused = [str(reason) for reason in reasons if reason.is_failure]
        self._granted = ", ".join(refused)
        if refused:
            self._lost = f"denied the subscription to receipts: {self._granted}; look at the broker's access rules"

    def _on_disconnect(
        self,
        _client: mqtt.Client,
        _data: Any,  # noqa: ANN401 - paho's type
        flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        by = "the broker ended the connection" if flags.is_disconnect_packet_from_server else "the connection ended"
        self._lost = self._lost or f"{by}: {reason}"

    def _on_publish(self, _client: mqtt.Client, _data: Any, mid: int, reason: ReasonCode, _properties: Properties) -> None:  # noqa: ANN401 - paho's type
        self.acknowledged.append(Acknowledged(mid, str(reason) if reason.is_failure else None))

    def _on_message(self, _client: mqtt.Client, _data: Any, message: MQTTMessage) -> None:  # noqa: ANN401 - paho's type
        self.messages.append((message.topic, bytes(message.payload)))
