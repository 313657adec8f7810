"""A station's side of MQTT: publishes envelopes and gathers the receipts that come back, their signatures verified."""

import queue
from collections.abc import Iterator
from contextlib import contextmanager

import paho.mqtt.client as mqtt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from paho.mqtt.enums import CallbackAPIVersion

from contract.receipts import Receipt
from contract.signatures import PayloadType, key_id, open_envelope, parse_envelope
from contract.topics import receipts_topic
from tests.signing_station import SigningStation

WAIT_S = 20


class StationClient:
    """Connected as a station; reconnects by itself."""

    def __init__(self, station: SigningStation, port: int, central_key: Ed25519PublicKey) -> None:
        self.station = station
        self._keys = {key_id(central_key): central_key}
        self._receipts: queue.Queue[Receipt] = queue.Queue()
        self._subscribed: queue.Queue[bool] = queue.Queue()
        self.client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=f"station-{station.id}", protocol=mqtt.MQTTv5)
        self.client.reconnect_delay_set(1, 1)
        self.client.on_connect = lambda client, *_: client.subscribe(receipts_topic(station.id), qos=1)
        self.client.on_subscribe = lambda *_: self._subscribed.put(True)
        self.client.on_message = self._on_message
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        self.wait_until_subscribed()

    def _on_message(self, _client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
        payload = open_envelope(parse_envelope(message.payload, message.topic), PayloadType.RECEIPT, self._keys, message.topic)
        self._receipts.put(Receipt.model_validate_json(payload))

    def wait_until_subscribed(self) -> None:
        self._subscribed.get(timeout=WAIT_S)

    def publish(self, envelope: bytes, topic: str | None = None) -> None:
        self.client.publish(topic or self.station.topic, envelope, qos=1)

    def receipts(self, count: int) -> list[Receipt]:
        """Wait for so many receipts."""
        return [self._receipts.get(timeout=WAIT_S) for _ in range(count)]

    def has_receipt(self) -> bool:
        return not self._receipts.empty()


@contextmanager
def connected(station: SigningStation, port: int, central_key: Ed25519PublicKey) -> Iterator[StationClient]:
    client = StationClient(station, port, central_key)
    try:
        yield client
    finally:
        client.client.disconnect()
        client.client.loop_stop()
