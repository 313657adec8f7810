import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from central.evidence.stations import stations, store_status
from central.evidence.vehicle_detail import vehicle
from central.evidence.vehicle_filter import VehicleFilter
from central.evidence.vehicle_list import PageKey, find_vehicles, latest_cursor, vehicles_since
from contract.faults import RejectError
from contract.topics import StationState, StationStatus
from contract.verdicts import Outcome
from tests.central.bench import Bench, open_bench
from tests.signing_station import T0_US, SigningStation

HEAVY_KG = (8_000, 12_000, 12_000, 12_000, 12_000)


def seqs(rows) -> list[int]:
    return [row.seq for row in rows]


def test_pages_by_key_give_every_vehicle_once_while_more_arrive(bench: Bench):
    bench.send(*(bench.station.next_envelope() for _ in range(7)))
    with bench.central.database.read() as session:
        first = find_vehicles(session, VehicleFilter(), limit=3)
    bench.send(bench.station.next_envelope())
    with bench.central.database.read() as session:
        second = find_vehicles(session, VehicleFilter(), first.next_key, limit=3)
        third = find_vehicles(session, VehicleFilter(), second.next_key, limit=3)
    assert [seqs(page.rows) for page in (first, second, third)] == [[7, 6, 5], [4, 3, 2], [1]]
    assert third.next_key is None


def test_filters_narrow_by_station_time_outcome_and_part_of_the_plate(bench: Bench):
    other = SigningStation(id="other")
    bench.enrol(other)
    bench.send(bench.station.next_envelope(), bench.station.next_envelope(plate="粤B%9_9", loads_kg=HEAVY_KG))
    bench.send(other.next_envelope(), topic=other.topic)
    with bench.central.database.read() as session:

        def found(**narrowed) -> list[tuple[str, int]]:
            return [(row.station, row.seq) for row in find_vehicles(session, VehicleFilter(**narrowed)).rows]

        assert found(station="other") == [("other", 1)]
        assert found(from_us=T0_US + 1) == [(bench.station.id, 2)]
        assert found(until_us=T0_US, station=bench.station.id) == []
        assert found(outcome=Outcome.OVERLOAD) == [(bench.station.id, 2)]
        assert found(enforceable=True) == [(bench.station.id, 2)]
        assert found(plate="b%9") == [(bench.station.id, 2)]
        assert found(plate="%") == [(bench.station.id, 2)]
        assert found(plate="'; DROP TABLE record; --") == []


def test_news_gives_new_vehicles_and_those_with_a_new_supplement(bench: Bench):
    bench.send(bench.station.next_envelope())
    first = bench.station.last
    with bench.central.database.read() as session:
        cursor = latest_cursor(session)
        assert vehicles_since(session, cursor, VehicleFilter()).rows == ()
    bench.send(bench.station.next_envelope(), bench.station.sign(bench.station.supplement(first)))
    with bench.central.database.read() as session:
        news = vehicles_since(session, cursor, VehicleFilter())
        assert seqs(news.rows) == [1, 2]
        assert vehicles_since(session, news.cursor, VehicleFilter()).rows == ()


def test_a_vehicle_that_is_not_there_is_none(bench: Bench):
    bench.send(bench.station.next_envelope())
    bench.send(bench.station.sign(bench.station.supplement(bench.station.last)))
    with bench.central.database.read() as session:
        assert vehicle(session, bench.station.id, 2) is None
        assert vehicle(session, "nobody", 1) is None


def test_a_supplement_of_another_history_is_not_shown_with_the_vehicle(bench: Bench):
    first = bench.station.next_envelope()
    stray = bench.station.sign(bench.station.supplement(bench.station.last, of_sha256="d" * 64))
    bench.send(stray)
    bench.send(first)
    assert bench.vehicle(1).supplements == ()


def test_stations_show_counts_and_their_last_status(bench: Bench):
    bench.send(bench.station.next_envelope(), bench.station.next_envelope())
    status = StationStatus(station=bench.station.id, state=StationState.ONLINE, time_us=T0_US, last_seq=2)
    with bench.central.database.write() as session:
        assert store_status(session, status, status.model_dump_json().encode(), T0_US + 5)
    with bench.central.database.read() as session:
        (view,) = stations(session)
    assert (view.records, view.last_seq, view.last_record_us) == (2, 2, T0_US + 1_000_000)
    assert (view.status, view.status_received_us) == (status, T0_US + 5)


@given(text=st.text(max_size=50))
def test_a_page_key_from_an_address_is_a_key_or_a_clear_refusal(text):
    try:
        key = PageKey.parse(text)
    except RejectError:
        return
    assert PageKey.parse(str(key)) == key


@pytest.mark.parametrize("text", ["", "-", "1", "1-", "x-1", "1--1", f"{2**53}-1", f"1-{10**30}"])
def test_what_is_no_page_key_is_refused(text):
    with pytest.raises(RejectError, match="use the one that the list gave"):
        PageKey.parse(text)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(times=st.lists(st.integers(0, 3), min_size=1, max_size=12), limit=st.integers(1, 5))
def test_pages_of_any_size_put_together_are_the_whole_list_even_at_equal_times(times, limit, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    with open_bench(folder, f"sqlite:///{folder / 'central.db'}") as bench:
        bench.send(*(bench.station.next_envelope(time_us=T0_US + offset) for offset in times))
        key, together = None, []
        with bench.central.database.read() as session:
            while True:
                page = find_vehicles(session, VehicleFilter(), key, limit)
                together += page.rows
                key = page.next_key
                if key is None:
                    break
        assert tuple(together) == bench.vehicles()
        assert sorted(seqs(together)) == list(range(1, len(times) + 1))


def test_nothing_read_can_be_changed(bench: Bench):
    bench.send(bench.station.next_envelope())
    with pytest.raises(AttributeError):
        bench.vehicles()[0].gross_kg = 1  # type: ignore[misc]
