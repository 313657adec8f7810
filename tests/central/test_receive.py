import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from central.evidence.audit import audit
from central.evidence.models import ChainState
from contract.receipts import ReceiptOutcome
from contract.verdicts import Outcome
from tests.central.bench import Bench, open_bench
from tests.signing_station import READ, picture_ref


def test_a_sound_record_is_stored_verbatim_and_gets_a_signed_receipt(bench: Bench):
    envelope = bench.station.next_envelope()
    (receipt,) = bench.send(envelope)
    assert (receipt.seq, receipt.sha256, receipt.outcome) == (1, bench.station.last.sha256, ReceiptOutcome.STORED)
    stored = bench.vehicle(1)
    assert stored.signed.envelope == envelope
    assert stored.signed.chain is ChainState.LINKED
    assert stored.summary.outcome is Outcome.WITHIN_LIMITS
    assert stored.summary.mark is None


def test_the_same_record_again_is_one_row_and_the_same_receipt(bench: Bench):
    envelope = bench.station.next_envelope()
    first = bench.send(envelope)
    assert bench.send(envelope) == first
    assert bench.send(envelope, envelope) == first * 2
    assert len(bench.vehicles()) == 1


def test_a_missing_predecessor_leaves_a_record_pending_until_it_arrives(bench: Bench):
    first, second, third = (bench.station.next_envelope() for _ in range(3))
    bench.send(third, first)
    assert [row.chain for row in sorted(bench.vehicles(), key=lambda row: row.seq)] == [ChainState.LINKED, ChainState.PENDING]
    bench.send(second)
    assert {row.chain for row in bench.vehicles()} == {ChainState.LINKED}


def test_an_overload_is_enforceable_only_while_central_confirms_it(bench: Bench):
    overload = bench.station.vehicle(loads_kg=(8_000, 12_000, 12_000, 12_000, 12_000))
    milder = bench.station.vehicle()
    bench.send(bench.station.sign(overload))
    bench.send(
        bench.station.sign(overload.model_copy(update={"seq": 2, "prev_sha256": bench.station.last.sha256, "verdict": milder.verdict}))
    )
    differs, agrees = bench.vehicles()
    assert (agrees.outcome, agrees.enforceable, agrees.mark) == (Outcome.OVERLOAD, True, None)
    assert agrees.over_kg == 13_000
    assert not differs.enforceable
    assert differs.mark is not None
    assert differs.mark.startswith("verdict-differs: ")
    assert bench.fault_count("verdict-differs") == 1


def test_an_overload_whose_facts_demand_a_bar_that_is_not_named_is_marked(bench: Bench):
    record = bench.station.vehicle(loads_kg=(8_000, 12_000, 12_000, 12_000, 12_000), plate=None, plate_certainty_ppm=0)
    bench.send(bench.station.sign(record))
    (row,) = bench.vehicles()
    assert row.mark == "gate-missing: the record's own facts demand no-plate, which its verdict does not name"
    assert not row.enforceable


@pytest.mark.parametrize("late_first", [False, True])
def test_a_supplement_brings_plate_and_picture_in_either_order(bench: Bench, late_first: bool):
    vehicle = bench.station.sign(bench.station.vehicle(plate=None, plate_certainty_ppm=0))
    link = bench.station.last
    late = bench.station.sign(bench.station.supplement(link, plates=(READ,), media=(picture_ref("a" * 64, 10),)))
    bench.send(*((late, vehicle) if late_first else (vehicle, late)))
    row = bench.vehicle(1)
    assert (row.summary.plate, row.summary.plate_certainty_ppm) == ("粤B99999", 870_000)
    assert [(item.seq, item.present) for item in row.media] == [(2, False)]


def test_a_message_the_database_refuses_is_quarantined_and_the_rest_of_its_batch_is_stored(bench: Bench):
    odd = bench.station.next_envelope(vehicle_class="1+\x002")
    after = bench.station.next_envelope()
    receipts = bench.send(odd, after)
    assert len(receipts) == 2
    assert receipts[1].outcome is ReceiptOutcome.STORED
    if bench.central.database.is_sqlite:
        assert receipts[0].outcome is ReceiptOutcome.STORED
    else:
        assert receipts[0].outcome is ReceiptOutcome.QUARANTINED
        assert [item.code for item in bench.quarantine()] == ["not-storable"]


def test_unsigned_rubbish_is_kept_within_its_bound_and_counted_beyond(tmp_path):
    with open_bench(tmp_path, f"sqlite:///{tmp_path / 'central.db'}", unsigned_mb=0) as bench:
        assert bench.send(b"rubbish") == []
        assert bench.quarantine() == ()
        assert bench.fault_count("not-an-envelope") == 1
        assert bench.central.metrics.registry.get_sample_value("wim_central_messages_total", {"outcome": "counted"}) == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_and_repetition_ends_in_one_unbroken_chain(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("order")
    with open_bench(folder, f"sqlite:///{folder / 'central.db'}") as bench:
        envelopes = [bench.station.next_envelope() for _ in range(5)]
        times = data.draw(st.lists(st.integers(1, 3), min_size=5, max_size=5))
        sequence = data.draw(st.permutations([envelope for envelope, count in zip(envelopes, times, strict=True) for _ in range(count)]))
        cut = data.draw(st.integers(0, len(sequence)))
        receipts = bench.send(*sequence[:cut]) + bench.send(*sequence[cut:])
        assert {receipt.outcome for receipt in receipts} == {ReceiptOutcome.STORED}
        assert len(receipts) == len(sequence)
        with bench.central.database.read() as session:
            found = audit(session, bench.central.blobs)
        assert found.failures == []
        result = found.stations[bench.station.id]
        assert (result.records, result.verified, result.chain, result.last_seq) == (5, 5, "unbroken", 5)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400) | st.text(max_size=200).map(str.encode), topic=st.text(max_size=500))
def test_no_message_whatever_stops_ingest(sqlite_bench, data, topic):
    assert sqlite_bench.send(data, topic=topic) == []
