"""The sums kept record by record are those of the records, whatever came when."""

import random as chance
import tempfile
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from central.evidence.aggregates.rebuild import (
    OF_STATIONS,
    check_network,
    check_station,
    fill,
    rebuild_network,
    rebuild_station,
    station_ids,
)
from central.evidence.aggregates.rollups import NETWORK
from central.evidence.models import NetworkDay, OverloadPlate, StationTally, TrafficDay, TrafficMonth, Vehicle
from central.evidence.retention import sweep
from central.evidence.retention_due import Schedule, find_due
from central.evidence.stations import stations
from contract.units import US_PER_DAY
from tests.central.bench import Bench, open_bench
from tests.signing_station import T0_US, SigningStation

LIGHT, HEAVY = (6_000, 9_000, 7_500, 7_500, 7_500), (8_000, 12_000, 12_000, 12_000, 12_000)
TABLES = (*OF_STATIONS, *(one.table for one in NETWORK))
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
"""Each run makes a database: a failure is told at once, not after ten minutes of making it smaller."""
SOON = Schedule(*(1e-9,) * len(fields(Schedule)))
"""Everything is due as soon as it may be."""
PLATES = (None, "湘A12345", "湘B00001")


def read(text: str) -> dict[str, object]:
    return {
        "camera": "c1",
        "event_id": "e1",
        "time_us": T0_US,
        "text": text,
        "confidence_ppm": 900_000,
        "colour": "yellow",
        "facing": "rear" if text.endswith("挂") else "front",
        "certainty_ppm": 950_000,
        "residual_us": 0,
    }


def differences(bench: Bench) -> list[str]:
    with bench.central.database.snapshot() as session:
        of_stations = [found for station in station_ids(session) for found in check_station(session, station)]
        return [str(found) for found in (*of_stations, *check_network(session))]


def stored(bench: Bench, model: type) -> list[tuple[object, ...]]:
    with bench.central.database.read() as session:
        return [tuple(row) for row in session.execute(select(*model.__table__.columns).order_by(*model.__table__.primary_key))]


vehicles = st.fixed_dictionaries(
    {
        "loads_kg": st.sampled_from([LIGHT, HEAVY, (7_000, 11_500)]),
        "plate": st.sampled_from(PLATES),
        "time_us": st.integers(T0_US - 400 * US_PER_DAY, T0_US),
        "vehicle_class": st.sampled_from(["1+1", "1+2+3", "1" * 60]),
    }
)
stories = st.lists(
    st.one_of(vehicles, st.tuples(st.integers(1, 6), st.sampled_from(["", "湘A12345", "湘C777挂"]))), min_size=1, max_size=12
)


def envelopes(station: SigningStation, story: list[object]) -> list[bytes]:
    """Sign a story: vehicles, and supplements that bring a plate to an earlier one of them."""
    links, signed = [], []
    for one in story:
        if isinstance(one, dict):
            certainty = 0 if one["plate"] is None else 990_000
            signed.append(station.next_envelope(**one, plate_certainty_ppm=certainty))
            links.append(station.last)
        elif links:
            back, text = one
            of = links[-min(back, len(links))]
            signed.append(station.sign(station.supplement(of, plates=(read(text),) if text else ())))
    return signed


@settings(max_examples=25, deadline=None, phases=NO_SHRINKING)
@given(stories, st.integers(0, 2**32), st.lists(st.integers(0, 30), max_size=3))
def test_the_sums_are_those_of_the_records_for_any_order_and_any_sweeps(story, order, sweeps):
    with tempfile.TemporaryDirectory() as folder, open_bench(Path(folder), f"sqlite:///{folder}/central.db") as bench:
        other = SigningStation(id="other")
        bench.enrol(other)
        messages = [(bench.station, one) for one in envelopes(bench.station, story)]
        messages += [(other, one) for one in envelopes(other, story[: len(story) // 2])]
        chance.Random(order).shuffle(messages)
        for number, (station, envelope) in enumerate(messages):
            bench.clock.now_us += 1_000
            bench.send(envelope, topic=station.topic)
            if number in sweeps:
                bench.clock.now_us += 1_000
                with bench.central.database.write() as session:
                    if (due := find_due(session, bench.clock(), SOON)) is not None:
                        sweep(session, due, bench.clock(), SOON)
        assert differences(bench) == []
        before = {table.name: stored_table(bench, table) for table in TABLES}
        for station in (bench.station.id, other.id):
            with bench.central.database.write() as session:
                assert rebuild_station(session, station) == 0
        with bench.central.database.write() as session:
            assert rebuild_network(session) == 0
        assert {table.name: stored_table(bench, table) for table in TABLES} == before


def stored_table(bench: Bench, table) -> list[tuple[object, ...]]:
    with bench.central.database.read() as session:
        return [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key))]


def test_one_batch_gives_the_sums_of_one_by_one(bench: Bench):
    envelopes_ = [bench.station.next_envelope(loads_kg=load) for load in (LIGHT, HEAVY, HEAVY)]
    bench.send(*envelopes_)
    assert stored(bench, TrafficDay)[0][2:6] == (3, 3, 0, 2)
    assert stored(bench, OverloadPlate)[0][2:4] == ("京A12345", 2)
    bench.send(*envelopes_)
    assert stored(bench, TrafficDay)[0][2] == 3
    assert differences(bench) == []


def test_the_network_is_every_station_together(bench: Bench):
    other = SigningStation(id="other")
    bench.enrol(other)
    bench.send(bench.station.next_envelope(loads_kg=HEAVY), bench.station.next_envelope(loads_kg=LIGHT))
    bench.send(other.next_envelope(loads_kg=HEAVY), topic=other.topic)
    (day,) = stored(bench, NetworkDay)
    assert day[1:3] == (3, 3)
    assert [row[1:3] for row in stored(bench, TrafficMonth)] == [(bench.station.id, 2), ("other", 1)]


def test_a_station_made_anew_changes_the_network_by_what_was_wrong(bench: Bench):
    bench.send(bench.station.next_envelope(), bench.station.next_envelope())
    with bench.central.database.write() as session:
        for table in (TrafficDay, TrafficMonth, NetworkDay):
            session.execute(update(table).values(passages=9))
        assert rebuild_station(session, bench.station.id) == 2
    assert differences(bench) == []
    with bench.central.database.write() as session:
        session.execute(update(NetworkDay).values(passages=9))
        assert [found.table for found in check_network(session)] == ["network_day"]
        assert rebuild_network(session) == 1
    assert differences(bench) == []


def test_the_stations_counts_come_from_the_tally(bench: Bench):
    bench.send(bench.station.next_envelope(), bench.station.next_envelope())
    with bench.central.database.read() as session:
        (view,) = stations(session)
    assert (view.records, view.last_seq, view.last_record_us) == (2, 2, T0_US + 1_000_000)


def test_a_wrong_sum_is_named_and_made_right(bench: Bench):
    bench.send(bench.station.next_envelope(loads_kg=HEAVY))
    with bench.central.database.write() as session:
        session.execute(update(TrafficDay).values(overloads=7))
        session.execute(update(Vehicle).values(over_kg=0))
    found = differences(bench)
    assert any("traffic_day" in one and "'overloads': 7" in one for one in found)
    with bench.central.database.write() as session:
        assert rebuild_station(session, bench.station.id) + rebuild_network(session) == len(found)
    assert differences(bench) == []


@pytest.mark.parametrize("table", [StationTally, TrafficDay])
def test_a_database_from_before_the_sums_is_filled_once(bench: Bench, table: type):
    bench.send(bench.station.next_envelope(loads_kg=HEAVY))
    before = stored(bench, table)
    with bench.central.database.write() as session:
        for each in (StationTally, TrafficDay):
            session.execute(each.__table__.delete())
    assert fill(bench.central.database) == [bench.station.id]
    assert stored(bench, table) == before
    assert fill(bench.central.database) == []
