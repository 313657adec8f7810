"""What is done for each batch must not grow slower with what is stored: no statement of it reads a whole table.

SQLite plans without statistics, so that the plan over an empty table is the plan over a million rows.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine

from central.evidence.database import _WRITES, Database
from central.evidence.vehicle_filter import VehicleFilter
from central.evidence.vehicle_list import vehicles_since
from tests.central.bench import Bench
from tests.central.review.office import DAY_US, REVIEWER, Office, pictures
from tests.central.test_retention import sweep
from tests.signing_station import READ, SigningStation

GROWING = ("record", "vehicle", "supplement", "media", "disclosure", "log_leaf", "act", "case_event", "case_file")
WHOLE = re.compile(rf"^SCAN ({'|'.join(GROWING)})\b|^SEARCH ({'|'.join(GROWING)}) .*\(station=\?\)$")
"""Of a whole table, or of all that one station ever sent."""
UNSWEPT = re.compile(r"vehicle USING .*\(swept_us=\?( AND outcome=\?)?\)$")
"""Of all vehicles that were not swept yet."""
PLANNED = ("SELECT", "UPDATE", "DELETE", "WITH")
SCREENING_DUE = "case_file.screening_wanted > case_file.screening_done"
"""Reads an index over all cases; they are one passage in fifty, and it is asked once for a hundred screenings."""


@contextmanager
def statements(*, locked: bool = False) -> Iterator[set[str]]:
    """Collect the statements that are executed meanwhile, or of them only those within the write lock."""
    seen: set[str] = set()

    def note(connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if not locked or connection.get_execution_options().get(_WRITES):
            seen.add(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def whole_tables(database: Database, seen: set[str]) -> dict[str, list[str]]:
    """Give the statements that read a whole table that grows, with the lines of their plans that say so."""
    found = {}
    for statement in seen:
        if statement.lstrip("( ").startswith(PLANNED) and (lines := [one for one in plan_of(database, statement) if WHOLE.match(one)]):
            found[statement] = lines
    return found


def plan_of(database: Database, statement: str) -> list[str]:
    """Give the lines of a statement's plan."""
    with database.read() as session:
        values = (0,) * statement.count("?")
        return [str(row[3]) for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]


def send_all_kinds(bench: Bench, station: SigningStation) -> None:
    """Send vehicles whose plates come late, a predecessor that comes late, and some of it once more."""

    def plate_comes_late() -> list[bytes]:
        vehicle = station.sign(station.vehicle(plate=None))
        return [vehicle, station.sign(station.supplement(of=station.last, plates=(READ,)))]

    first, missing, after = plate_comes_late(), station.sign(station.vehicle()), plate_comes_late()
    for batch in (first, after, [missing], first):
        bench.send(*batch, topic=station.topic)


def test_ingest_reads_no_whole_table(sqlite_bench: Bench):
    with statements() as seen:
        send_all_kinds(sqlite_bench, sqlite_bench.station)
    assert any("late_match" in statement for statement in seen), "a plate came late"
    assert any("UPDATE record" in statement for statement in seen), "a predecessor came late"
    assert whole_tables(sqlite_bench.central.database, seen) == {}


def test_screening_reads_no_whole_table(sqlite_bench: Bench):
    office = Office(sqlite_bench)
    office.publish()
    with statements() as seen:
        case = office.new_case(arrived=False)
        for item, data in pictures(0):
            office.arrive(data, item.sha256)
        office.screen()
    assert office.row(case).cleared
    assert {statement for statement in whole_tables(sqlite_bench.central.database, seen) if SCREENING_DUE not in statement} == set()


def test_deletion_and_live_rows_read_no_whole_table(sqlite_bench: Bench):
    send_all_kinds(sqlite_bench, sqlite_bench.station)
    sqlite_bench.clock.now_us += 400 * DAY_US
    with statements() as seen:
        with sqlite_bench.central.database.read() as session:
            assert vehicles_since(session, 0, VehicleFilter()).rows
        assert sweep(sqlite_bench).vehicles
    assert any("supplement.swept_us" in statement for statement in seen), "late supplements were looked for"
    assert whole_tables(sqlite_bench.central.database, seen) == {}


def test_what_is_due_for_deletion_is_not_looked_for_within_the_write_lock(sqlite_bench: Bench):
    send_all_kinds(sqlite_bench, sqlite_bench.station)
    office = Office(sqlite_bench)
    office.publish()
    office.act(office.new_case(), "dismiss", REVIEWER)
    sqlite_bench.clock.now_us += 400 * DAY_US
    with statements(locked=True) as seen:
        assert sweep(sqlite_bench).vehicles
    plans = {statement: plan_of(sqlite_bench.central.database, statement) for statement in seen if statement.startswith(PLANNED)}
    unbounded = {statement: plan for statement, plan in plans.items() if any(UNSWEPT.search(line) for line in plan)}
    assert unbounded == {}
    assert any("swept_us IS NULL" in statement for statement in seen), "what was found is asked for once more"


def test_publishing_a_station_asks_one_index_of_plates_for_each_case(sqlite_bench: Bench):
    with statements() as seen:
        Office(sqlite_bench).publish()
    (asking,) = [statement for statement in seen if statement.startswith("UPDATE case_file")]
    plan = plan_of(sqlite_bench.central.database, asking)
    assert [line for line in plan if "vehicle" in line] == [
        "SEARCH vehicle USING COVERING INDEX ix_vehicle_plate_station (plate=? AND station=?)"
    ]
    read = [line for line in plan if "case_file" in line]
    assert all("USING COVERING INDEX" in line or "USING INTEGER PRIMARY KEY" in line for line in read), read


def test_a_plan_that_reads_a_whole_table_is_found(sqlite_bench: Bench):
    in_a_list = "SELECT record.id FROM record WHERE (record.station, record.seq) IN (VALUES (?, ?), (?, ?))"
    assert set(whole_tables(sqlite_bench.central.database, {in_a_list})) == {in_a_list}
