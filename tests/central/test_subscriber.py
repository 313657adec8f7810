"""Ingest over real brokers: the embedded one, and Mosquitto where it is installed."""

import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from central.config import BrokerSettings, Settings
from central.context import Central
from central.evidence.audit import audit
from central.evidence.database import Database
from central.evidence.stations import stations
from central.ingest.receive import Receiver
from central.ingest.subscriber import Subscriber
from contract.faults import StopError
from contract.receipts import ReceiptOutcome
from contract.topics import StationState, StationStatus, status_topic
from tests.broker import RunningBroker, running_broker
from tests.central.bench import Bench
from tests.central.station_client import StationClient, connected
from tests.signing_station import T0_US

WAIT_S = 20


def until(condition: Callable[[], object], what: str) -> None:
    deadline_s = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline_s, f"waited {WAIT_S} s for {what}"
        time.sleep(0.02)


@pytest.fixture(params=["embedded", pytest.param("mosquitto", marks=pytest.mark.system("mosquitto"))])
def broker(request: pytest.FixtureRequest, tmp_path) -> Iterator[RunningBroker]:
    with running_broker(request.param, tmp_path) as broker:
        yield broker


@pytest.fixture
def subscriber(sqlite_bench: Bench, broker: RunningBroker) -> Iterator[Subscriber]:
    subscriber = start(sqlite_bench, broker)
    yield subscriber
    subscriber.stop(3)
    assert not sqlite_bench.central.ending.asked


@pytest.fixture
def station(sqlite_bench: Bench, broker: RunningBroker, subscriber: Subscriber) -> Iterator[StationClient]:
    with connected(sqlite_bench.station, broker.port, sqlite_bench.receipt_key.public_key()) as client:
        yield client


def start(bench: Bench, broker: RunningBroker) -> Subscriber:
    settings = bench.central.settings.model_copy(update={"broker": BrokerSettings(port=broker.port)})
    bench.central.settings = settings
    subscriber = Subscriber(bench.central, bench.receiver)
    subscriber.start()
    until(lambda: subscriber.connected, "central's connection")
    return subscriber


def test_records_come_in_and_receipts_go_out(sqlite_bench, station):
    envelopes = [sqlite_bench.station.next_envelope() for _ in range(50)]
    for envelope in envelopes:
        station.publish(envelope)
    receipts = station.receipts(50)
    assert sorted(receipt.seq for receipt in receipts) == list(range(1, 51))
    assert {receipt.outcome for receipt in receipts} == {ReceiptOutcome.STORED}
    assert len(sqlite_bench.vehicles()) == 50


def test_poison_between_good_records_stops_nothing(sqlite_bench, station):
    for _ in range(5):
        station.publish(b"\x00\xff rubbish")
        station.publish(b"{}", status_topic(sqlite_bench.station.id))
        station.publish(b"x" * 1000, "wim/v1/no such station/records")
        station.publish(sqlite_bench.station.next_envelope())
    assert [receipt.seq for receipt in station.receipts(5)] == [1, 2, 3, 4, 5]
    until(lambda: len(sqlite_bench.quarantine()) == 3, "the quarantine")
    assert {item.code for item in sqlite_bench.quarantine()} == {"not-an-envelope", "not-a-status", "unknown-topic"}


def test_a_status_is_kept_and_a_false_one_is_not(sqlite_bench, station):
    own = StationStatus(station=sqlite_bench.station.id, state=StationState.ONLINE, time_us=T0_US, last_seq=7)
    station.publish(own.model_copy(update={"station": "other"}).model_dump_json().encode(), status_topic(own.station))
    station.publish(own.model_copy(update={"station": "stranger"}).model_dump_json().encode(), status_topic("stranger"))
    station.publish(own.model_dump_json().encode(), status_topic(own.station))

    def status() -> StationStatus | None:
        with sqlite_bench.central.database.read() as session:
            return stations(session)[0].status

    until(lambda: status() == own, "the status")
    until(lambda: len(sqlite_bench.quarantine()) == 2, "the quarantine")
    assert {item.code for item in sqlite_bench.quarantine()} == {"wrong-station", "not-enrolled"}


def test_a_broker_that_is_killed_is_found_again_and_resent_records_are_one_row(sqlite_bench, broker, subscriber, station):
    first = sqlite_bench.station.next_envelope()
    station.publish(first)
    station.receipts(1)
    broker.kill()
    until(lambda: not subscriber.connected, "the broker's death")
    broker.start()
    until(lambda: subscriber.connected, "central's return")
    station.wait_until_subscribed()
    station.publish(first)
    station.publish(sqlite_bench.station.next_envelope())
    while station.receipts(1)[0].seq != 2:
        pass  # the first one again, once or, where its PUBACK was lost as well, twice
    assert len(sqlite_bench.vehicles()) == 2
    assert sqlite_bench.fault_count("broker-away") >= 1


def test_no_receipt_and_no_acknowledgement_before_the_commit(sqlite_bench, subscriber, station):
    database = sqlite_bench.central.database
    with database.write():  # holds every other writer off
        station.publish(sqlite_bench.station.next_envelope())
        time.sleep(0.5)  # far longer than a delivery takes
        assert not station.has_receipt()
    assert [receipt.seq for receipt in station.receipts(1)] == [1]


def test_a_database_that_is_away_keeps_the_batch_until_it_is_back(sqlite_bench, subscriber, station, monkeypatch):
    with sqlite_bench.central.database.write() as session:
        session.execute(text("ALTER TABLE record RENAME TO gone"))
    station.publish(sqlite_bench.station.next_envelope())
    until(lambda: sqlite_bench.fault_count("database-away"), "the fault")
    assert not station.has_receipt()
    with sqlite_bench.central.database.write() as session:
        session.execute(text("ALTER TABLE gone RENAME TO record"))
    assert [receipt.seq for receipt in station.receipts(1)] == [1]


def test_stopping_stores_and_answers_what_was_delivered(sqlite_bench, subscriber, station):
    for _ in range(40):
        station.publish(sqlite_bench.station.next_envelope())
    until(lambda: len(sqlite_bench.vehicles()) > 0, "the first record")
    subscriber.stop(3)
    stored = len(sqlite_bench.vehicles())
    assert len(station.receipts(stored)) == stored


def test_what_was_published_while_central_was_down_arrives_or_is_resent(sqlite_bench, broker, subscriber, station):
    station.publish(sqlite_bench.station.next_envelope())
    station.receipts(1)
    subscriber.stop(3)
    meanwhile = [sqlite_bench.station.next_envelope() for _ in range(5)]
    again = start(sqlite_bench, broker)
    try:
        for envelope in meanwhile:
            station.publish(envelope)
        station.receipts(5)
    finally:
        again.stop(3)
    with sqlite_bench.central.database.read() as session:
        result = audit(session, sqlite_bench.central.blobs).stations[sqlite_bench.station.id]
    assert (result.records, result.chain) == (6, "unbroken")


def test_two_ingest_processes_on_one_broker_store_each_record_once(sqlite_bench, broker, subscriber, station):
    bench = sqlite_bench
    settings = bench.central.settings.model_copy(update={"broker": BrokerSettings(port=broker.port, client_id="second")})
    database = Database(settings.url)
    central = Central(settings, database, bench.central.blobs, bench.clock, bench.central.derived)
    second = Subscriber(central, Receiver(central, bench.receipt_key))
    second.start()
    until(lambda: second.connected, "the second connection")
    try:
        for _ in range(30):
            station.publish(bench.station.next_envelope())
        receipts = station.receipts(60)
        assert {receipt.seq for receipt in receipts} == set(range(1, 31))
        assert {receipt.outcome for receipt in receipts} == {ReceiptOutcome.STORED}
        assert len(bench.vehicles()) == 30
    finally:
        second.stop(3)
        database.close()


def test_a_worker_that_ends_by_itself_ends_the_service(tmp_path, sqlite_bench, monkeypatch):
    subscriber = Subscriber(sqlite_bench.central, sqlite_bench.receiver)

    def fail() -> None:
        raise StopError("database-broken", "database", "disk I/O error; check the disk")

    monkeypatch.setattr(subscriber, "_take", fail)
    subscriber._worker.start()
    until(lambda: sqlite_bench.central.ending.asked, "the request to end")
    assert sqlite_bench.central.ending.error is not None
    assert sqlite_bench.central.ending.error.code == "database-broken"


@pytest.mark.parametrize("broken", [{"ca_file": "/nowhere"}, {"username": "a", "password_file": "/nowhere"}])
def test_settings_that_cannot_be_used_are_named_at_once(sqlite_bench, broken):
    sqlite_bench.central.settings = Settings.model_validate({"data": sqlite_bench.central.settings.data, "broker": broken})
    with pytest.raises(StopError, match="/nowhere"):
        Subscriber(sqlite_bench.central, sqlite_bench.receiver)
