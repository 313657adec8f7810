"""Searching the journal by the beginning of a subject: right for every path, and by the index in both databases."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, insert, text
from sqlalchemy.engine import Engine

from central.evidence.acts import ActFilter, find_acts
from central.evidence.journal import ActEntry, Verb
from central.evidence.models import Act
from contract.canonical import canonical_bytes
from tests.central.bench import Bench

SUBJECT = st.text(st.sampled_from("ab/0.%_-Z村"), min_size=1, max_size=6)


def fill(bench: Bench, subjects: list[str]) -> None:
    rows = []
    for number, subject in enumerate(subjects):
        entry = ActEntry(time_us=number + 1, person="x", account="x", address="local", verb=Verb.SAW, subject=subject)
        common = {"time_us": number + 1, "person": "x", "account": "x", "verb": "saw", "subject": subject}
        rows.append(common | {"entry": canonical_bytes(entry)})
    with bench.central.database.write() as session:
        session.execute(insert(Act), rows)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(subjects=st.lists(SUBJECT, min_size=1, max_size=20), beginning=SUBJECT)
def test_all_below_a_path_is_found_and_nothing_else(bench: Bench, subjects: list[str], beginning: str):
    with bench.central.database.write() as session:
        before = max((row.id for row in find_acts(session, ActFilter()).rows), default=0)
    fill(bench, subjects)
    with bench.central.database.read() as session:
        page = find_acts(session, ActFilter(subject=f"{beginning}/"), limit=500)
    found = [row.entry.subject for row in page.rows if row.id > before]
    assert found == [one for one in reversed(subjects) if one.startswith(f"{beginning}/")]


def test_the_index_finds_what_lies_below_a_path(bench: Bench):
    database = bench.central.database
    fill(bench, [f"vehicle/S{number % 50}/{number}" for number in range(5_000)])
    with database.write() as session:
        session.execute(text("ANALYZE act"))
    asked: list[tuple[str, object]] = []

    def listen(_connection: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        asked.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", listen)
    with database.read() as session:
        page = find_acts(session, ActFilter(subject="vehicle/S7/"))
    event.remove(Engine, "before_cursor_execute", listen)
    assert len(page.rows) == 50
    statement, parameters = next(one for one in asked if "act.subject >=" in one[0])
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN (FORMAT JSON)"
    with database.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"{explain} {statement}", parameters).all()
    told = json.dumps([list(map(str, row)) for row in plan])
    assert "ix_act_subject_id" in told, told
