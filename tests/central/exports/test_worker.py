"""Jobs from asking to deletion, over a real database and real files."""

import csv
import io
import json
import threading
import time
from datetime import UTC

import pytest
from sqlalchemy import select

from central.evidence.accounts import Login, Role, add_account
from central.evidence.journal import Actor
from central.evidence.models import Act
from central.evidence.vehicle_filter import VehicleFilter
from central.exports import jobs, worker
from central.exports.deletion import remove_due_exports
from central.exports.jobs import Format, JobState
from central.exports.rows import pages_of_rows
from central.exports.worker import ExportMaker
from contract.faults import RejectError, RetryError
from contract.units import US_PER_DAY
from contract.verdicts import Outcome
from tests.central.bench import Bench

ACTOR = Actor("person-1", "reader", "127.0.0.1")
LIGHT = (5_000, 7_000, 7_000, 6_000, 6_000)
HEAVY = (7_000, 12_000, 12_000, 11_000, 11_000)


@pytest.fixture
def login(bench: Bench) -> Login:
    with bench.central.database.write() as session:
        number = add_account(session, "reader", Role.AUDITOR, None, bench.clock())
    return Login(number, "reader", "person-1", frozenset({Role.AUDITOR}), "token")


@pytest.fixture
def maker(bench: Bench) -> ExportMaker:
    return ExportMaker(bench.central, UTC)


def asked(bench: Bench, login: Login, wanted: Format = Format.CSV, *, masked: bool = False, **narrowed: object) -> int:
    with bench.central.database.write() as session:
        filtered = VehicleFilter(**narrowed)  # type: ignore[arg-type]
        return jobs.ask(session, login, ACTOR, wanted, filtered, masked=masked, now_us=bench.clock())


def state(bench: Bench, login: Login, number: int) -> jobs.Job:
    with bench.central.database.read() as session:
        job = jobs.job_of(session, number, login.account_id)
    assert job is not None
    return job


def content(bench: Bench, job: jobs.Job) -> list[dict[str, str]]:
    text = (bench.central.settings.export_folder / job.file_name).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def removed(bench: Bench) -> int:
    files, _ = remove_due_exports(bench.central.database, bench.central.settings.export_folder, bench.clock())
    return files


def acts(bench: Bench) -> list[dict[str, object]]:
    with bench.central.database.read() as session:
        query = select(Act.entry).where(Act.subject.startswith("export/")).order_by(Act.id)
        return [json.loads(entry) for entry in session.scalars(query)]


def test_a_file_holds_what_the_list_held_when_it_was_asked_for(bench, login, maker):
    bench.send(*(bench.station.next_envelope() for _ in range(3)))
    bench.send(bench.station.next_envelope(loads_kg=HEAVY))
    number = asked(bench, login, outcome=Outcome.WITHIN_LIMITS)
    bench.send(bench.station.next_envelope())
    assert maker.make_next()
    job = state(bench, login, number)
    assert (job.state, job.rows_done, job.rows_total) == (JobState.DONE, 3, 3)
    assert [line["seq"] for line in content(bench, job)] == ["3", "2", "1"]
    assert not maker.make_next()


def test_pages_by_key_give_each_vehicle_once_however_they_are_cut(bench):
    bench.send(*(bench.station.next_envelope() for _ in range(7)))
    for rows_of_a_page in (1, 2, 3, 7, 50):
        pages = pages_of_rows(bench.central.database, VehicleFilter(), 2**40, rows_of_a_page)
        assert [row.seq for page in pages for row in page] == [7, 6, 5, 4, 3, 2, 1]


def test_plates_are_masked_for_whom_they_are_masked_in_the_list(bench, login, maker):
    bench.send(bench.station.next_envelope(plate="京A12345"))
    number = asked(bench, login, masked=True)
    maker.make_next()
    (line,) = content(bench, state(bench, login, number))
    assert line["plate"] == "京A·***45"


def test_the_journal_tells_of_it_without_the_plate_that_was_searched(bench, login, maker):
    number = asked(bench, login, plate="京A12345")
    maker.make_next()
    told = [act for act in acts(bench) if act["subject"].startswith("export/")]
    assert [(act["verb"], act["subject"], act["person"]) for act in told] == [
        ("exported", f"export/{number}", "person-1"),
        ("did", f"export/{number}", "service"),
    ]
    assert told[0]["detail"] == {"format": "csv", "masked": False, "plate": True}
    assert "京A12345" not in json.dumps(told, ensure_ascii=False)


def test_what_cannot_be_made_says_why_and_leaves_no_file(bench, login, maker):
    bench.send(bench.station.next_envelope())
    number = asked(bench, login, Format.TMG_WEIGHT)
    assert maker.make_next()
    job = state(bench, login, number)
    assert job.state is JobState.FAILED
    assert 'exports.tmg."G104-K12"' in (job.fault or "")
    assert list(bench.central.settings.export_folder.iterdir()) == []


def test_a_file_goes_when_the_first_plate_in_it_is_due(bench, login, maker):
    bench.send(bench.station.next_envelope(loads_kg=LIGHT))
    kept_us = round(bench.central.settings.retention.not_overloaded_days * US_PER_DAY)
    received_us = bench.vehicles()[0].received_us
    bench.clock.now_us = received_us + kept_us - US_PER_DAY
    number = asked(bench, login)
    maker.make_next()
    assert state(bench, login, number).delete_us == received_us + kept_us


def test_a_file_of_overloads_goes_after_its_days(bench, login, maker):
    bench.send(bench.station.next_envelope(loads_kg=HEAVY))
    number = asked(bench, login, plate="京A")
    maker.make_next()
    job = state(bench, login, number)
    path = bench.central.settings.export_folder / job.file_name
    assert job.delete_us == bench.clock() + 7 * US_PER_DAY
    assert removed(bench) == 0
    assert path.is_file()
    bench.clock.now_us += 7 * US_PER_DAY
    assert removed(bench) == 1
    assert not path.exists()
    gone = state(bench, login, number)
    assert (gone.state, gone.filter.plate) == (JobState.DELETED, None)


def test_a_job_whose_maker_died_is_begun_anew_by_the_next_one_and_a_living_one_is_left_alone(bench, login, maker):
    bench.send(bench.station.next_envelope())
    number = asked(bench, login)
    with bench.central.database.write() as session:
        assert jobs.claim(session, bench.clock()) is not None
    assert not maker.make_next()
    maker.resume()
    assert maker.make_next()
    assert state(bench, login, number).state is JobState.DONE


def test_a_job_amid_which_the_database_was_away_is_begun_anew(bench, login, maker, monkeypatch):
    bench.send(bench.station.next_envelope())
    number = asked(bench, login)
    make, times = maker._make, iter((RetryError("database-away", "database", "is away"), None))

    def make_or_fail(job):
        if (error := next(times)) is not None:
            raise error
        return make(job)

    monkeypatch.setattr(maker, "_make", make_or_fail)
    monkeypatch.setattr(worker, "LOOK_S", 0.01)
    maker.start()
    deadline_s = time.monotonic() + 20
    while state(bench, login, number).state is not JobState.DONE:
        assert time.monotonic() < deadline_s
        time.sleep(0.01)
    maker.stop(5)


def test_two_makers_never_take_the_same_job(bench, login):
    numbers = {asked(bench, login) for _ in range(jobs.OPEN_MAX)}
    taken: list[int] = []

    def take() -> None:
        for _ in numbers:
            with bench.central.database.write() as session:
                job = jobs.claim(session, bench.clock())
            if job is not None:
                taken.append(job.id)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(numbers)


def test_open_exports_of_one_account_are_bounded(bench, login):
    for _ in range(jobs.OPEN_MAX):
        asked(bench, login)
    with pytest.raises(RejectError, match="not finished"):
        asked(bench, login)


def test_another_account_does_not_see_it(bench, login):
    number = asked(bench, login)
    with bench.central.database.read() as session:
        assert jobs.job_of(session, number, login.account_id + 1) is None
        assert jobs.jobs_of(session, login.account_id + 1) == ()
