from collections.abc import Iterator

import pytest

from contract.media import sha256_hex
from contract.receipts import ReceiptOutcome
from tests.central.bench import Bench, open_bench
from tests.forgeries.forgeries import FORGERIES, Forgery
from tests.signing_station import SigningStation


@pytest.fixture
def bench(tmp_path) -> Iterator[Bench]:
    with open_bench(tmp_path, f"sqlite:///{tmp_path / 'central.db'}") as bench:
        bench.send(bench.station.next_envelope())
        yield bench


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.make.__name__)
def test_a_forgery_is_quarantined_with_its_reason_and_nothing_else_stops(bench: Bench, forgery: Forgery):
    other = SigningStation(id="other-station")
    bench.enrol(other)
    topic, message = forgery.make(bench.station, other)
    receipts = bench.send(message, topic=topic)
    assert [(item.code, item.authentic, item.topic) for item in bench.quarantine()] == [(forgery.code, forgery.signed_by_station, topic)]
    assert bench.quarantine()[0].sha256 == sha256_hex(message)
    assert bench.fault_count(forgery.code) == 1
    assert all(receipt.outcome is ReceiptOutcome.QUARANTINED and forgery.code in (receipt.reason or "") for receipt in receipts)
    assert not receipts or forgery.signed_by_station, "who has not signed gets no answer"
    assert len(bench.vehicles()) == 1
    (receipt,) = bench.send(bench.station.next_envelope())
    assert receipt.outcome is ReceiptOutcome.STORED


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.make.__name__)
def test_a_forgery_sent_again_is_counted_on_its_row(bench: Bench, forgery: Forgery):
    topic, message = forgery.make(bench.station, SigningStation(id="other-station"))
    bench.send(message, topic=topic)
    bench.send(message, message, topic=topic)
    assert [item.times for item in bench.quarantine()] == [3]


def test_a_record_that_does_not_fit_its_stored_successor_is_quarantined(bench: Bench):
    fork = SigningStation(id=bench.station.id, key=bench.station.key, last=bench.station.last)
    bench.station.next_envelope(lane=2)
    bench.send(bench.station.next_envelope())
    (receipt,) = bench.send(fork.next_envelope(lane=3))
    assert receipt.outcome is ReceiptOutcome.QUARANTINED
    assert [item.code for item in bench.quarantine()] == ["chain-break"]
