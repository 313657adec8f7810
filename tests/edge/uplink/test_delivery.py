"""Records over a real broker: a row leaves on a true receipt for it and on nothing else, whatever broker and central do meanwhile."""

import contextlib
import socket
import threading
import time

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.receipts import ReceiptOutcome
from contract.records import CrossingEntry
from contract.signatures import PayloadType
from contract.topics import StationState
from edge.uplink import window
from tests.broker import free_port, running_broker
from tests.edge.outbox.queueing import OTHER
from tests.edge.uplink.central_stand_in import CentralStandIn, Line, eventually, sealed_receipt, silent

MANY_CROSSINGS = tuple(CrossingEntry(sensor="s1", axle=1, start=n, stop=n + 1) for n in range(100))
"""Make a record of some 10 kB."""


@pytest.fixture(params=["embedded", pytest.param("mosquitto", marks=pytest.mark.system("mosquitto"))])
def broker(request, tmp_path):
    with running_broker(request.param, tmp_path) as broker:
        yield broker


@pytest.fixture
def embedded(tmp_path):
    with running_broker("embedded", tmp_path) as broker:
        yield broker


@pytest.fixture
def quick_resend(monkeypatch):
    """Wait half a second for a receipt where the station waits ten."""
    monkeypatch.setattr(window.Window.__init__, "__defaults__", (window.SIZE, 0.5))


def test_all_arrive_in_order_and_leave(broker, tmp_path):
    with CentralStandIn(broker.port) as central, Line(tmp_path, broker.port) as line:
        line.weigh(250)
        eventually(line.empty)
        assert central.seqs == list(range(1, 251))
        assert line.faults == []


def test_the_station_says_that_it_is_there_and_that_it_goes(broker, tmp_path):
    with CentralStandIn(broker.port) as central:
        with Line(tmp_path, broker.port):
            eventually(lambda: StationState.ONLINE in central.states)
        eventually(lambda: central.states[-1] is StationState.OFFLINE)


def test_stopping_is_quick_with_and_without_a_broker(broker, tmp_path):
    for name, port in (("there", broker.port), ("away", free_port())):
        with Line(tmp_path / name, port) as line:
            eventually(lambda line=line, name=name: line.uplink.connected or (name == "away" and line.faults))
            begin_s = time.monotonic()
            assert line.uplink.stop()
            assert time.monotonic() - begin_s < 3


@pytest.mark.usefixtures("quick_resend")
def test_a_broker_that_dies_and_comes_back_costs_nothing(broker, tmp_path):
    with CentralStandIn(broker.port) as central, Line(tmp_path, broker.port) as line:
        line.weigh(20)
        eventually(lambda: len(set(central.seqs)) >= 5)
        broker.kill()
        line.weigh(20)
        eventually(lambda: {"broker-lost", "broker-unreachable"} & set(line.codes))
        broker.start()
        eventually(line.empty)
        assert set(central.seqs) == set(range(1, 41))
        assert "record-poisonous" not in line.codes


def test_a_broker_that_is_not_there_yet(tmp_path):
    with running_broker("embedded", tmp_path) as broker:
        broker.kill()
        with Line(tmp_path, broker.port) as line:
            line.weigh(3)
            eventually(lambda: "broker-unreachable" in line.codes)
            assert line.outbox.counts().waiting_records == 3
            broker.start()
            with CentralStandIn(broker.port):
                eventually(line.empty)


@pytest.mark.usefixtures("quick_resend")
def test_an_acknowledgement_is_no_delivery(embedded, tmp_path):
    """The broker takes every record and nobody is there to store one; when central comes they are sent once more."""
    with Line(tmp_path, embedded.port) as line:
        line.weigh(5)
        eventually(lambda: "receipt-late" in line.codes)
        assert line.outbox.counts().waiting_records == 5
        with CentralStandIn(embedded.port) as central:
            eventually(line.empty)
            assert set(central.seqs) == {1, 2, 3, 4, 5}


@pytest.mark.usefixtures("quick_resend")
def test_false_receipts_do_nothing(embedded, tmp_path):
    stranger = Ed25519PrivateKey.generate()
    forged = [
        lambda payload, seq: sealed_receipt(payload, seq, key=stranger),
        lambda payload, seq: sealed_receipt(payload, seq, sha256=OTHER),
        lambda payload, seq: sealed_receipt(payload, seq + 1_000),
        lambda payload, seq: sealed_receipt(payload, seq, station="S2"),
        lambda payload, seq: sealed_receipt(payload, seq, kind=PayloadType.RECORD),
        lambda payload, seq: sealed_receipt(payload, seq)[:-10],
        lambda payload, seq: b"",
    ]
    sent = threading.Event()

    def lie(_station, seq, payload):
        sent.set()
        return [make(payload, seq) for make in forged]

    with CentralStandIn(embedded.port, lie) as central, Line(tmp_path, embedded.port) as line:
        line.weigh(2)
        codes = {"unknown-key", "receipt-misfit", "receipt-station", "wrong-payload-type", "not-an-envelope"}
        eventually(lambda: codes <= set(line.codes))
        assert sent.is_set()
        assert line.outbox.counts().waiting_records == 2
        assert line.codes.count("receipt-misfit") >= 2
        central.answer = lambda station, seq, payload: [sealed_receipt(payload, seq)]
        eventually(line.empty)


@pytest.mark.usefixtures("quick_resend")
def test_central_that_loses_and_repeats_still_gets_each_one(embedded, tmp_path):
    seen = set()

    def forgetful(_station, seq, payload):
        first = seq not in seen
        seen.add(seq)
        return [] if first and seq % 3 == 0 else [sealed_receipt(payload, seq)] * 2

    with CentralStandIn(embedded.port, forgetful), Line(tmp_path, embedded.port) as line:
        line.weigh(30)
        eventually(line.empty)
        assert set(line.codes) == {"receipt-late"}


def test_what_central_refuses_is_kept(embedded, tmp_path):
    def refuse(_station, seq, payload):
        return [sealed_receipt(payload, seq, outcome=ReceiptOutcome.QUARANTINED)]

    with CentralStandIn(embedded.port, refuse), Line(tmp_path, embedded.port) as line:
        line.weigh()
        eventually(lambda: line.outbox.counts().refused_records == 1)
        assert line.codes == ["record-refused"]


def test_a_station_that_is_cut_off_is_reported_by_its_last_will(embedded, tmp_path):
    """The line between station and broker is cut by a relay that closes without a word."""
    with CentralStandIn(embedded.port) as central, Relay(embedded.port) as relay:
        with Line(tmp_path, relay.port):
            eventually(lambda: StationState.ONLINE in central.states)
            relay.cut()
            eventually(lambda: StationState.OFFLINE in central.states)
            eventually(lambda: central.states[-1] is StationState.ONLINE)


def test_a_broker_that_says_nothing_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr("edge.uplink.publisher.GREETING_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as mute, Line(tmp_path, mute.getsockname()[1]) as line:
        eventually(lambda: "broker-silent" in line.codes)


def test_a_broker_that_talks_nonsense_is_left(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener, Line(tmp_path, listener.getsockname()[1]) as line:
        for _ in range(3):
            connection, _ = listener.accept()
            with connection:
                connection.recv(1_000)
                connection.sendall(bytes(range(0x20, 0x80)) * 20)
                eventually(lambda: {"broker-nonsense", "broker-lost", "broker-silent"} & set(line.codes))
        assert line.uplink.alive


def test_a_disk_that_fails_ends_the_thread_and_says_so(embedded, tmp_path):
    line = Line(tmp_path, embedded.port)
    line.outbox.close()
    line.uplink.start()
    eventually(lambda: not line.uplink.alive)
    assert line.uplink.failure is not None
    assert line.uplink.stop()


def test_without_central_s_key_the_station_says_so_at_once(tmp_path):
    line = Line(tmp_path, free_port())
    line.uplink._has_keys = False
    with line:
        assert line.codes[0] == "no-receipt-key"


@pytest.mark.system("mosquitto")
def test_a_poisonous_record_does_not_hold_up_the_others(tmp_path):
    """Mosquitto with message_size_limit cuts the connection at a larger message and again on every new one."""
    with running_broker("mosquitto", tmp_path) as broker:
        broker.stop()
        with (tmp_path / "mosquitto.conf").open("a") as configuration:
            configuration.write("message_size_limit 6000\n")
        broker.start()
        with CentralStandIn(broker.port) as central, Line(tmp_path, broker.port) as line:
            line.weigh(2)
            line.weigh(crossings=MANY_CROSSINGS)
            line.weigh(2)
            eventually(lambda: line.outbox.counts().waiting_records == 1, 60)
            assert set(central.seqs) == {1, 2, 4, 5}
            assert [row.seq for row in line.outbox.waiting(9)] == [3]
            assert "record-poisonous" in line.codes


@pytest.mark.system("mosquitto")
def test_a_record_beyond_the_broker_s_packet_size_waits_and_the_others_pass(tmp_path):
    with running_broker("mosquitto", tmp_path) as broker:
        broker.stop()
        with (tmp_path / "mosquitto.conf").open("a") as configuration:
            configuration.write("max_packet_size 6000\n")
        broker.start()
        with CentralStandIn(broker.port) as central, Line(tmp_path, broker.port) as line:
            line.weigh()
            line.weigh(crossings=MANY_CROSSINGS)
            line.weigh()
            eventually(lambda: line.outbox.counts().waiting_records == 1)
            assert central.seqs == [1, 3]
            assert line.codes == ["record-exceeds-broker"]


def test_the_numbers_of_a_silent_central_stay_bounded(embedded, tmp_path):
    with CentralStandIn(embedded.port, silent) as central, Line(tmp_path, embedded.port) as line:
        line.weigh(window.SIZE + 50)
        eventually(lambda: len(central.seqs) == window.SIZE)
        assert line.outbox.counts().waiting_records == window.SIZE + 50


class Relay:
    """A TCP relay to a port that can be cut: both sides are closed at once, new connections are relayed again."""

    def __init__(self, target):
        self._target = target
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._open = []
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()
        self.cut()

    def cut(self):
        while self._open:
            for end in self._open.pop():
                with contextlib.suppress(OSError):  # a pump has closed it before
                    end.shutdown(socket.SHUT_RDWR)

    def _serve(self):
        pumps = []
        try:
            while True:
                near, _ = self._server.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                self._open.append((near, far))
                for source, sink in ((near, far), (far, near)):
                    pumps.append(threading.Thread(target=self._pump, args=(source, sink)))
                    pumps[-1].start()
        except OSError:
            for pump in pumps:
                pump.join()

    @staticmethod
    def _pump(source, sink):
        with contextlib.suppress(OSError), source:
            while data := source.recv(65_536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)
