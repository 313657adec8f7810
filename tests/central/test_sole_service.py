"""Two services over one database: the second is refused, a lost lock stops all writing, and commands go on beside the service."""

import threading
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
from sqlalchemy import text

from central.evidence import sole_service
from central.evidence.database import Database
from central.evidence.journal import SERVICE, Verb, note
from central.evidence.sole_service import SERVICE_LOCK_ID, SoleService
from central.migrations.run import migrate
from contract.faults import RetryError, StopError

WITHIN_S = 20
HOLDERS = text("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = :id AND granted")


@pytest.fixture
def open_database(database_url: str) -> Iterator[Callable[[], Database]]:
    """Give what opens the database anew, as another process would."""
    opened = []

    def open_it() -> Database:
        opened.append(Database(database_url))
        return opened[-1]

    migrate(open_it())
    yield open_it
    for one in opened:
        one.close()


def write(database: Database) -> int:
    with database.write() as session:
        return note(session, SERVICE, Verb.DID, "test", now_us=1)


def wait_until(condition: Callable[[], object], what: str) -> None:
    deadline_s = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < deadline_s, f"waited {WITHIN_S} s until {what}"
        time.sleep(0.02)


def writes(database: Database) -> bool:
    try:
        write(database)
    except RetryError:
        return False
    return True


def test_a_second_service_is_refused_and_told_which_one_is_there(open_database):
    first, second = open_database(), open_database()
    ended: list[StopError] = []
    sole = SoleService(first, ended.append)
    sole.take()
    with pytest.raises(StopError, match=r"served already, by .* since \d{4}-\d\d-\d\d") as refused:
        SoleService(second, ended.append).take()
    assert refused.value.code == "service-runs"
    assert write(first) < write(second), "a command writes beside the service"
    sole.give_up()
    following = SoleService(second, ended.append)
    following.take()
    following.give_up()
    assert ended == []


@pytest.mark.system("postgres")
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
class TestOfPostgres:
    def test_nothing_is_written_from_the_moment_at_which_the_lock_is_lost(self, open_database, monkeypatch):
        monkeypatch.setattr(sole_service, "LOOK_S", 3_600.0)  # nobody has noticed yet
        database, other = open_database(), open_database()
        sole = SoleService(database, lambda _error: None)
        sole.take()
        assert write(database)
        lose(other)
        with pytest.raises(RetryError, match="only this service writes") as refused:
            write(database)
        assert refused.value.code == "service-lock-lost"
        assert write(other), "a command writes as before"
        sole.give_up()

    def test_a_lock_that_was_lost_is_taken_again(self, open_database, monkeypatch):
        monkeypatch.setattr(sole_service, "LOOK_S", 0.02)
        database, other = open_database(), open_database()
        sole = SoleService(database, lambda _error: None)
        sole.take()
        lose(other)
        wait_until(lambda: writes(database), "it has the lock again")
        with pytest.raises(StopError, match="served already"):
            SoleService(other, lambda _error: None).take()
        sole.give_up()

    def test_a_service_whose_place_was_taken_ends_and_writes_nothing(self, open_database):
        database, other = open_database(), open_database()
        told, ended = threading.Event(), list[StopError]()
        sole = SoleService(database, lambda error: (ended.append(error), told.set()))
        sole.take()
        with psycopg.connect(psycopg_url(other), autocommit=True) as faster:
            waiting = threading.Thread(target=faster.execute, args=("SELECT pg_advisory_lock(%s)", (SERVICE_LOCK_ID,)))
            waiting.start()  # it is next in the queue, so that no moment is left to the one that loses the lock
            wait_until(lambda: waits(other), "another waits for the lock")
            lose(other)
            assert told.wait(WITHIN_S)
            waiting.join()
            assert ended[0].code == "service-runs"
            assert not writes(database)
        assert not writes(database), "it does not take its place again"
        sole.give_up()


def psycopg_url(database: Database) -> str:
    return database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def lose(database: Database) -> None:
    """End the connection that holds the lock, as a server does that restarts."""
    with database.write() as session:
        pids = session.scalars(HOLDERS, {"id": SERVICE_LOCK_ID}).all()
        assert pids
        session.execute(text("SELECT pg_terminate_backend(pid) FROM unnest(cast(:pids AS int[])) AS pid"), {"pids": pids})

    def is_gone() -> bool:
        with database.read() as session:
            return not set(pids) & set(session.scalars(HOLDERS, {"id": SERVICE_LOCK_ID}))

    wait_until(is_gone, "the lock is let go")


def waits(database: Database) -> bool:
    with database.read() as session:
        return bool(session.scalar(text("SELECT count(*) FROM pg_locks WHERE objid = :id AND NOT granted"), {"id": SERVICE_LOCK_ID}))
