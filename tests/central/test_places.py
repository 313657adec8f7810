"""Station and number pairs in a condition: the rows that they name and no others, by the index on both columns."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from central.evidence.models import Record
from central.evidence.places import among
from tests.central.bench import Bench

NAMES = ("G104-K12", "G104-K13", "1", "a.b-c_d")
places = st.sets(st.tuples(st.sampled_from(NAMES), st.integers(1, 9) | st.sampled_from([2**53 - 1, 10**12])), max_size=30)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=places)
def test_it_names_the_rows_of_these_places_and_no_others(bench: Bench, wanted):
    while bench.station.last.seq < 6:
        bench.send(bench.station.next_envelope())
    with bench.central.database.read() as session:
        found = session.execute(select(Record.station, Record.seq).where(among(session, Record.station, Record.seq, wanted))).all()
    assert sorted(found) == sorted((name, seq) for name, seq in wanted if name == bench.station.id and seq <= 6)


def test_sqlite_searches_its_index_by_both_columns(sqlite_bench: Bench):
    with sqlite_bench.central.database.read() as session:
        query = select(Record.id).where(among(session, Record.station, Record.seq, [("S", 1), ("S", 2)]))
        plan = session.execute(text(f"EXPLAIN QUERY PLAN {query.compile(session.get_bind(), compile_kwargs={'literal_binds': True})}"))
        assert "USING COVERING INDEX uq_record_station_seq (station=? AND seq=?)" in plan.first().detail
