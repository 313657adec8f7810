"""The other end of the uplink for its tests: takes records from a real broker and answers as a test says, with real signatures."""

import json
import threading
import time
from collections.abc import Callable
from random import Random

import paho.mqtt.client as mqtt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paho.mqtt.enums import CallbackAPIVersion

from contract.canonical import canonical_bytes
from contract.disclosures import parse_record_envelope
from contract.faults import Fault
from contract.media import sha256_hex
from contract.receipts import Receipt, ReceiptOutcome
from contract.signatures import PayloadType, key_id, payload_of, seal
from contract.station import Uplink as Settings
from contract.topics import ALL_RECORDS, ALL_STATUS, StationState, StationStatus, receipts_topic, station_of
from edge.outbox import Outbox
from edge.uplink import Uplink
from tests.edge.outbox.queueing import STATION
from tests.signing_station import SigningStation

PATIENCE_S = 20
KEY = Ed25519PrivateKey.generate()
KEYS = {key_id(KEY.public_key()): KEY.public_key()}

Answer = Callable[[str, int, bytes], list[bytes]]


def sealed_receipt(payload, seq, *, station=STATION, outcome=ReceiptOutcome.STORED, key=KEY, sha256=None, kind=PayloadType.RECEIPT):
    receipt = Receipt(station=station, seq=seq, sha256=sha256 or sha256_hex(payload), outcome=outcome, time_us=1)
    return seal(canonical_bytes(receipt), kind, key)


def honest(station, seq, payload):
    return [sealed_receipt(payload, seq, station=station)]


def silent(_station, _seq, _payload):
    return []


class CentralStandIn:
    """Notes the numbers of the records that arrive and the states of the station, and answers each record with `answer`."""

    def __init__(self, port, answer: Answer = honest, configure=None, client_id="central"):
        self.seqs: list[int] = []
        self.states: list[StationState] = []
        self.answer = answer
        self._subscribed = threading.Event()
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id, protocol=mqtt.MQTTv5)
        client.on_connect = lambda client, *_: client.subscribe([(ALL_RECORDS, 1), (ALL_STATUS, 1)])
        client.on_subscribe = lambda *_: self._subscribed.set()
        client.on_message = self._on_message
        client.reconnect_delay_set(1, 1)
        if configure:
            configure(client)
        self._client = client
        self._port = port

    def __enter__(self):
        self._client.connect_async("127.0.0.1", self._port)
        self._client.loop_start()
        assert self._subscribed.wait(PATIENCE_S)
        return self

    def __exit__(self, *_):
        self._client.disconnect()
        self._client.loop_stop()
        self._client._reset_sockets()

    def _on_message(self, client, _data, message):
        station = station_of(message.topic)
        if message.topic.endswith("status"):
            self.states.append(StationStatus.model_validate_json(message.payload).state)
            return
        payload = payload_of(parse_record_envelope(message.payload, "test"), "test")
        seq = json.loads(payload)["seq"]
        self.seqs.append(seq)
        for data in self.answer(station, seq, payload):
            client.publish(receipts_topic(station), data, qos=1)


class Line:
    """A station's outbox and uplink to a broker on a port of this machine."""

    def __init__(self, folder, port, central_url="http://127.0.0.1:9", **settings):
        self.station = SigningStation(STATION)
        self.outbox = Outbox(folder / "box", 64)
        self.faults: list[Fault] = []
        self.uplink = Uplink(
            STATION,
            Settings(broker_port=port, central_url=central_url, **settings),
            self.outbox,
            self.station.key,
            KEYS,
            make_status=self._status,
            note=self.faults.append,
            now_us=lambda: time.time_ns() // 1_000,
            random=Random(),
        )

    def _status(self, state):
        return StationStatus(station=STATION, state=state, time_us=1, last_seq=self.outbox.head().seq)

    def __enter__(self):
        self.uplink.start()
        return self

    def __exit__(self, *_):
        ended = self.uplink.stop()
        self.outbox.close()
        assert ended

    def weigh(self, count=1, blobs=(), **changes):
        """Put so many records into the outbox."""
        for _ in range(count):
            self.outbox.append(lambda after: self._next(after, changes), blobs)

    def _next(self, after, changes):
        self.station.last = after
        record = self.station.vehicle(**changes)
        return canonical_bytes(record), self.station.sign(record)

    @property
    def codes(self):
        return [fault.code for fault in self.faults]

    def empty(self):
        return self.outbox.counts().waiting_records == 0


def eventually(condition, patience_s=PATIENCE_S):
    """Wait until a condition holds; what other threads and processes do has no other clock."""
    until_s = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < until_s, "it did not happen in time"
        time.sleep(0.02)
