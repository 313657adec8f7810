"""The work list holds what a person may do now and nothing else, first due first; lists are paged by key and narrowed."""

import pytest

from central.evidence.accounts import Login, Role
from central.evidence.models import Case
from central.evidence.vehicle_list import PageKey, passages_of
from central.review.lines import CaseFilter, count_by_state, find_cases
from central.review.views import CaseKey
from central.review.work import work_count, work_list
from central.review.workflow import WORKFLOW, Decision, State
from contract.faults import RejectError
from tests.central.review.office import APPROVER, LEGAL, PERSON_OF, PLATE, REVIEWER, Office, login
from tests.central.review.table import PATHS
from tests.signing_station import SigningStation

NEXT_STEPS = {
    State.SCREENED: {"confirm"},
    State.BARRED: {"dismiss"},
    State.REVIEWED: {"pass-legal"},
    State.LEGALLY_REVIEWED: {"decide-no-action", "offer-hearing"},
    State.DECIDED: {"notify", "close"},
    State.NOTIFIED: {"close"},
    State.OBJECTED: {"hear"},
    State.HEARD: {"close", "decide-no-action"},
    State.CLOSED: {"inform-home", "publish"},
}


def work(office: Office, who: Login, **narrowed) -> list[int]:
    with office.bench.central.database.read() as session:
        page = work_list(session, who, office.bench.clock(), CaseFilter(**narrowed))
        assert work_count(session, who, office.bench.clock()) == len(work_list(session, who, office.bench.clock()).rows)
    return [line.id for line in page.rows]


@pytest.fixture
def everywhere(sqlite_office: Office) -> tuple[Office, dict[State, int]]:
    """Give an office with a case in every state that one can be driven to, and a barred one."""
    ids = {}
    for state, path in PATHS.items():
        ids[state] = sqlite_office.new_case(plate=f"京A0{len(ids):04d}")
        sqlite_office.drive(ids[state], *path)
    ids[State.BARRED] = sqlite_office.new_case(plate=None)
    return sqlite_office, ids


def test_what_waits_for_a_person_is_what_he_can_do(everywhere: tuple[Office, dict[State, int]]):
    office, ids = everywhere
    for days in (0, 20):
        office.pass_days(days)
        for who in (*PERSON_OF.values(), login("other", *Role), login("nobody", Role.AUDITOR)):
            waiting = set(work(office, who))
            for state, case_id in ids.items():
                offered = {one.action.name: one.refused for one in office.view(case_id, who).offered}
                ready = {name for name in NEXT_STEPS.get(state, ()) if name in offered and offered[name] is None}
                major_only = {"offer-hearing"} if not office.row(case_id).major else set()
                assert (case_id in waiting) is bool(ready - major_only), (state, who.name, offered)


def test_after_a_hearing_was_missing_in_a_major_case_it_waits_for_the_legal_reviewer(sqlite_office: Office):
    case_id = sqlite_office.new_case()
    sqlite_office.drive(case_id, "confirm", "pass-legal")
    assert work(sqlite_office, LEGAL) == []
    with sqlite_office.bench.central.database.write() as session:
        session.get_one(Case, case_id).major = True
    assert work(sqlite_office, LEGAL) == [case_id]
    sqlite_office.drive(case_id, "offer-hearing")
    assert work(sqlite_office, LEGAL) == []


def test_a_case_leaves_the_list_of_who_has_another_part_in_it(sqlite_office: Office):
    case_id = sqlite_office.new_case()
    sqlite_office.drive(case_id, "confirm")
    both = login(REVIEWER.person, Role.LEGAL, Role.REVIEWER)
    assert work(sqlite_office, both) == []
    assert work(sqlite_office, LEGAL) == [case_id]
    sqlite_office.drive(case_id, "return")
    assert work(sqlite_office, login(LEGAL.person, Role.REVIEWER)) == []
    assert work(sqlite_office, both) == [case_id]


def test_a_role_for_some_stations_lists_their_cases_only(sqlite_office: Office):
    there = SigningStation(id="G104-K80")
    sqlite_office.bench.enrol(there)
    sqlite_office.publish(there)
    here, elsewhere = sqlite_office.new_case(), sqlite_office.new_case(station=there, plate="京B11111")
    limited = Login(1, "x", "x", frozenset({Role.REVIEWER}), "csrf", {Role.REVIEWER: frozenset({"G104-K80"})})
    assert work(sqlite_office, limited) == [elsewhere]
    assert set(work(sqlite_office, REVIEWER)) == {here, elsewhere}


def test_first_due_comes_first_and_pages_join_without_gap_or_repeat(office: Office):
    ids = [office.new_case() for _ in range(5)]
    barred = office.new_case(plate=None)
    with office.bench.central.database.write() as session:
        for offset, case_id in enumerate([ids[3], ids[0], ids[0], ids[4]]):
            session.get_one(Case, case_id).due_us = 1_000 + offset
    found, key = [], None
    with office.bench.central.database.read() as session:
        while True:
            page = work_list(session, REVIEWER, office.bench.clock(), after=key, limit=2)
            found += [line.id for line in page.rows]
            if page.next_key is None:
                break
            key = CaseKey.parse(str(page.next_key))
    assert found == [ids[3], ids[0], ids[4], ids[1], ids[2], barred]


def test_lists_are_narrowed_and_paged_newest_first(office: Office):
    ids = [office.new_case(plate=f"京A1000{number}") for number in range(3)]
    office.drive(ids[1], "confirm", "pass-legal", "decide-penalty")
    barred = office.new_case(plate=None)
    now_us = office.bench.clock()

    def ids_of(**narrowed) -> list[int]:
        with office.bench.central.database.read() as session:
            return [line.id for line in find_cases(session, CaseFilter(**narrowed), now_us).rows]

    assert ids_of() == [barred, *reversed(ids)]
    assert ids_of(states=(State.SCREENED, State.DECIDED)) == list(reversed(ids))
    assert ids_of(plate="a10001") == [ids[1]]
    assert ids_of(plate="%") == []
    assert ids_of(notice="2026/00001") == [ids[1]]
    assert ids_of(outcome=Decision.PENALTY) == [ids[1]]
    assert ids_of(cleared=False) == [barred]
    assert ids_of(person="an") == [ids[1]]
    assert ids_of(station="nowhere") == []
    assert ids_of(overdue=True) == []
    assert ids_of(overdue=False) == [barred, *reversed(ids)]
    passed_us = office.row(ids[1]).time_us
    assert ids_of(from_us=passed_us) == [barred, ids[2], ids[1]]
    assert ids_of(until_us=passed_us) == [ids[0]]
    with office.bench.central.database.read() as session:
        first = find_cases(session, CaseFilter(), now_us, limit=3)
        rest = find_cases(session, CaseFilter(), now_us, before=first.next_key, limit=3)
        assert [line.id for line in (*first.rows, *rest.rows)] == [barred, *reversed(ids)]
        assert rest.next_key is None
        assert find_cases(session, CaseFilter(), now_us, stations=frozenset()).rows == ()
        counts = count_by_state(session, now_us)
        assert (counts[State.SCREENED], counts[State.DECIDED], counts[State.BARRED]) == ((2, 0), (1, 0), (1, 0))
        late = count_by_state(session, now_us + 40 * 86_400_000_000)
        assert (late[State.SCREENED], late[State.BARRED]) == ((2, 2), (1, 0))


@pytest.mark.parametrize("text", ["", "x", "1", "1-", "-1", "1-x", "9" * 30 + "-1", "1-2-3"])
def test_a_page_key_that_is_none_is_refused(text):
    with pytest.raises(RejectError, match="page key"):
        CaseKey.parse(text)


def test_what_waits_for_the_party_is_never_overdue(sqlite_office: Office):
    case_id = sqlite_office.new_case()
    sqlite_office.drive(case_id, *PATHS[State.NOTIFIED])
    sqlite_office.pass_days(30)
    assert not sqlite_office.view(case_id).line.overdue
    assert WORKFLOW.states[State.NOTIFIED].waits
    assert work(sqlite_office, APPROVER) == [case_id]


def test_earlier_passages_of_a_plate(office: Office):
    records = [office.overload() for _ in range(3)]
    office.overload(plate="京B11111")
    with office.bench.central.database.read() as session:
        newest = office.bench.vehicle(records[2].seq).summary.key
        assert [row.seq for row in passages_of(session, PLATE, newest)] == [records[1].seq, records[0].seq]
        assert passages_of(session, PLATE, PageKey(0, 0)) == ()
