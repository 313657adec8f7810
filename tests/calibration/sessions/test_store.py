"""The store of events: nothing is changed, lost, or done by two at once."""

import sqlite3
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calibration.sessions import actions
from calibration.sessions import events as e
from calibration.sessions.store import LEASE_US, SessionStore
from contract.faults import RejectError, StopError
from tests.calibration.sessions.material import OPENED, HandClock, seen, truck


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def store(tmp_path, clock):
    with closing(SessionStore(tmp_path / "sessions.db", clock)) as store:
        store.open("s1", OPENED, "Li")
        yield store


def refused(code):
    return pytest.raises(RejectError, match="") if code is None else _Refused(code)


class _Refused:
    def __init__(self, code):
        self.code = code

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        assert isinstance(error, RejectError), error
        assert error.code == self.code
        return True


@pytest.mark.parametrize("statement", ["UPDATE event SET body = '{}'", "DELETE FROM event", "UPDATE event SET at_us = 0 WHERE id = 1"])
def test_the_database_itself_refuses_to_change_an_event(store, tmp_path, statement):
    with (
        closing(sqlite3.connect(tmp_path / "sessions.db", isolation_level=None)) as intruder,
        pytest.raises(sqlite3.IntegrityError, match="never"),
    ):
        intruder.execute(statement)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE event SET body = replace(body, 'cost323', 'jjg907') WHERE id = 1",
        "UPDATE event SET by = 'Wang' WHERE id = 2",
        "UPDATE event SET at_us = at_us + 1 WHERE id = 2",
        "DELETE FROM event WHERE id = 2",
    ],
)
def test_an_event_changed_behind_its_back_is_found(tmp_path, clock, damage):
    path = tmp_path / "sessions.db"
    with closing(SessionStore(path, clock)) as store:
        store.open("s1", OPENED, "Li")
        store.act("s1", "Li", actions.enter_truck(truck()))
        store.act("s1", "Li", actions.make_plan([30, 50]))
    with closing(sqlite3.connect(path, isolation_level=None)) as intruder:
        intruder.execute("DROP TRIGGER event_stays")
        intruder.execute("DROP TRIGGER event_remains")
        intruder.execute(damage)
    with pytest.raises(StopError) as stopped:
        SessionStore(path, clock)
    assert stopped.value.code == "session-altered"


def test_the_state_after_a_restart_is_the_state_before(tmp_path, store, clock):
    store.act("s1", "Li", actions.enter_truck(truck()))
    store.act("s1", "station", actions.see_pass(seen(), 4_000, captured=True))
    store.act("s1", "Li", actions.accept(seen().id, "A", "centre"))
    with closing(SessionStore(tmp_path / "sessions.db", clock)) as again:
        assert again.session("s1") == store.session("s1")
        assert again.digest("s1") == store.digest("s1")


def test_a_second_technician_is_refused_until_the_lease_lapses(store, clock):
    with refused("session-held"):
        store.act("s1", "Wang", actions.enter_truck(truck()))
    assert store.session("s1").trucks == {}
    store.act("s1", "Li", actions.enter_truck(truck()))
    clock.us += LEASE_US
    state = store.act("s1", "Wang", actions.withdraw_truck("A", "sprung leaf"))
    assert state.withdrawn == {"A": "sprung leaf"}
    with refused("session-held"):
        store.act("s1", "Li", actions.enter_truck(truck()))


def test_who_leaves_lets_others_in_and_a_sign_of_life_keeps_them_out(store, clock):
    clock.us += LEASE_US // 2
    store.stay("s1", "Li")
    clock.us += LEASE_US * 3 // 4
    assert store.lease("s1").holder == "Li"
    store.leave("s1", "Li")
    store.act("s1", "Wang", actions.enter_truck(truck()))
    assert store.lease("s1").holder == "Wang"


def test_what_the_station_says_needs_no_lease_and_takes_none(store):
    store.act("s1", "station", actions.see_pass(seen(), 4_000, captured=False))
    assert store.lease("s1").holder == "Li"


def test_a_clock_stepped_back_is_written_down_and_keeps_nobody_out_for_an_hour(store, clock):
    clock.us -= 3_600_000_000
    state = store.act("s1", "Wang", actions.enter_truck(truck()))
    assert len(state.jumps) == 1
    assert state.jumps[0][1].from_us - state.jumps[0][1].to_us == pytest.approx(3_600_000_000, abs=1e5)
    assert "A" in state.trucks


def test_a_lane_has_one_open_session_and_a_closed_one_takes_nothing(store):
    with refused("session-open"):
        store.open("s2", OPENED, "Li")
    with refused("session-exists"):
        store.open("s1", OPENED, "Li")
    with refused("session-name"):
        store.open("../s", OPENED, "Li")
    store.act("s1", "Li", actions.close("done for today"))
    with refused("session-closed"):
        store.act("s1", "Li", actions.enter_truck(truck()))
    assert store.open("s2", OPENED, "Li").name == "s2"
    with refused("session-unknown"):
        store.session("s3")


def test_what_was_refused_has_left_nothing(store):
    before = store.digest("s1")
    with refused("plan-empty"):
        store.act("s1", "Li", actions.make_plan([30]))
    assert store.digest("s1") == before


def test_an_action_that_fails_half_way_leaves_nothing(store):
    def half(_state):
        yield e.TruckEntered(truck=truck())
        msg = "power lost"
        raise OSError(msg)

    before = store.digest("s1")
    with pytest.raises(OSError, match="power"):
        store.act("s1", "Li", half)
    assert store.digest("s1") == before


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["truck", "pass", "accept", "reject", "reopen", "plan"]), max_size=15))
def test_any_course_of_a_session_replays_to_the_same_state(tmp_path_factory, steps):
    path = tmp_path_factory.mktemp("any") / "sessions.db"
    clock = HandClock()
    with closing(SessionStore(path, clock)) as store:
        store.open("s1", OPENED, "Li")
        for number, step in enumerate(steps):
            state = store.session("s1")
            last = list(state.passes)[-1] if state.passes else "none"
            decide = {
                "truck": actions.enter_truck(truck(f"T{number}")),
                "pass": actions.see_pass(seen(20 + number), 4_000, captured=True),
                "accept": actions.accept(last, next(iter(state.trucks), "none"), "centre"),
                "reject": actions.reject(last, "too fast"),
                "reopen": actions.reopen(last, "was right"),
                "plan": actions.make_plan([30, 60]),
            }[step]
            try:
                store.act("s1", "Li", decide)
            except RejectError:
                assert store.session("s1") == state
        expected = store.session("s1")
    with closing(SessionStore(path, clock)) as again:
        assert again.session("s1") == expected
        numbers = [run.number for run in expected.runs]
        assert len(set(numbers)) == len(numbers)
