"""Every endpoint of cases for every role, own and other case, state and act: what is answered, by a table written by hand."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import httpx
import pytest

from central.evidence.accounts import Role
from central.evidence.models import Case
from central.review.workflow import WORKFLOW, State
from tests.central.review.office import APPROVER, LEGAL, REVIEWER, entered
from tests.central.review.serving import Asker, Serving, serving
from tests.central.review.table import PATHS, REFUSED_BY_RULE, TABLE

READING = {Role.REVIEWER, Role.LEGAL, Role.APPROVER, Role.AUDITOR, Role.TECHNICIAN}
PART_PERSONS = {Role.REVIEWER: REVIEWER.person, Role.LEGAL: LEGAL.person, Role.APPROVER: APPROVER.person}


@dataclass
class Cases:
    """Cases in every state, made anew where an act has moved one."""

    serving: Serving
    ready: dict[State, int] = field(default_factory=dict)

    def in_state(self, state: State) -> Case:
        office = self.serving.office
        if state not in self.ready or office.state(self.ready[state]) is not state:
            self.ready[state] = self._make(state)
        return office.row(self.ready[state])

    def spend(self, state: State) -> None:
        """Let the next one who asks for a case in this state have a fresh one."""
        self.ready.pop(state, None)

    def _make(self, state: State) -> int:
        office = self.serving.office
        if state is State.BARRED:
            return office.new_case(plate=None)
        case_id = office.new_case()
        if state is State.RECEIVED:
            with office.bench.central.database.write() as session:
                session.get_one(Case, case_id).state = State.RECEIVED.value
            return case_id
        office.drive(case_id, *PATHS[state])
        assert office.state(case_id) is state
        return case_id

    def taken_by(self, state: State) -> set[Role]:
        """Which parts were taken on the way to a state."""
        return {role for action in PATHS.get(state, ()) if (role := TABLE[action].role) is not None}


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cases]:
    with serving(tmp_path_factory.mktemp("central")) as running:
        yield Cases(running)


@pytest.fixture(scope="module")
def strangers(cases: Cases) -> dict[Role, Asker]:
    """Accounts of persons who have no part in any case, one for each role."""
    return {role: cases.serving.asker(f"stranger-{role}", role) for role in Role}


@pytest.fixture(scope="module")
def doubles(cases: Cases) -> dict[tuple[Role, Role], Asker]:
    """Second accounts: a role for each person who takes the part of another role."""
    pairs = product((Role.REVIEWER, Role.LEGAL, Role.APPROVER), repeat=2)
    return {(role, part): cases.serving.asker(f"{part}-as-{role}", role, person=PART_PERSONS[part]) for role, part in pairs if role != part}


def expected(state: State, action: str, role: Role, *, is_double: bool) -> int:
    """Give the answer that the table demands."""
    row = TABLE[action]
    if role not in READING or row.role is not role or is_double:
        return 403
    if state not in row.origins:
        return 409
    return REFUSED_BY_RULE.get((state, action), 200)


def ask(cases: Cases, asker: Asker, state: State, action: str) -> tuple[int, dict[str, Any]]:
    row = cases.in_state(state)
    fields = entered(action, cases.serving.office.bench.clock()) if action in WORKFLOW.actions and TABLE[action].role else {}
    if action == "lift-exemption":
        fields["exemption_number"] = 999
    answer = asker.act(row.id, action, row.version, fields)
    if answer.status_code == 200:
        cases.spend(state)
    return answer.status_code, answer.json()


def test_the_table_names_every_act_and_the_workflow_is_as_the_table_says():
    assert set(TABLE) == set(WORKFLOW.actions)
    for name, row in TABLE.items():
        action = WORKFLOW.actions[name]
        assert (action.role.role, set(action.from_states), action.to) == (row.role, row.origins, row.to), name


@pytest.mark.parametrize("state", State)
def test_every_act_for_every_role_of_a_stranger(cases: Cases, strangers: dict[Role, Asker], state: State):
    for action, role in product(TABLE, Role):
        status, body = ask(cases, strangers[role], state, action)
        assert status == expected(state, action, role, is_double=False), (action, role, body)
        if status == 200:
            assert body["state"] == (TABLE[action].to or state)
        else:
            assert set(body) == {"code", "where", "what"}


@pytest.mark.parametrize("state", State)
def test_every_act_for_whoever_took_another_part(cases: Cases, doubles: dict[tuple[Role, Role], Asker], state: State):
    for (role, part), action in product(doubles, TABLE):
        if part not in cases.taken_by(state):
            continue
        status, body = ask(cases, doubles[role, part], state, action)
        assert status == expected(state, action, role, is_double=True), (action, role, part, body)
        if TABLE[action].role is role:
            assert body["code"] == "four-eyes"


@pytest.mark.parametrize("role", Role)
def test_reading_is_for_those_who_look_at_cases(cases: Cases, strangers: dict[Role, Asker], role: Role):
    row = cases.in_state(State.SCREENED)
    wanted = 200 if role in READING else 403
    for path in ("", "/work", "/counts", f"/{row.id}"):
        assert strangers[role].get(path).status_code == wanted, path
    assert strangers[role].get("/999999").status_code == (404 if role in READING else 403)
    many = {"cases": [{"id": 999_999, "version": 1}], "ground": "other", "reason": "nothing there"}
    assert strangers[role].post("/dismissals", many).status_code == wanted


@pytest.mark.parametrize("role", sorted(READING))
def test_a_case_of_a_station_that_one_does_not_see_is_not_there(cases: Cases, role: Role):
    asker = cases.serving.asker(f"elsewhere-{role}", role, stations=set())
    row = cases.in_state(State.SCREENED)
    assert asker.get("").json()["cases"] == []
    assert asker.get(f"/{row.id}").status_code == 404
    for action in TABLE:
        assert asker.act(row.id, action, row.version, {}).status_code == 404
    many = {"cases": [{"id": row.id, "version": row.version}], "ground": "other", "reason": "not mine"}
    answer = asker.post("/dismissals", many)
    assert answer.json()["results"][0]["problem"]["code"] == "no-case"


def test_nobody_who_is_not_logged_in_or_whose_form_is_foreign_gets_anything(cases: Cases, strangers: dict[Role, Asker]):
    row = cases.in_state(State.SCREENED)
    asker = strangers[Role.REVIEWER]
    body = {"version": row.version, "fields": entered("confirm", 1)}
    assert asker.post(f"/{row.id}/actions/confirm", body, csrf="foreign").status_code == 403
    with httpx.Client(base_url=cases.serving.base_url) as nobody:
        for path in ("", "/work", "/counts", f"/{row.id}"):
            assert nobody.get(f"/api/v1/cases{path}").status_code == 401
        assert nobody.post(f"/api/v1/cases/{row.id}/actions/confirm", json=body).status_code == 401
    assert cases.serving.office.state(row.id) is State.SCREENED


@pytest.mark.parametrize(
    ("fields", "code", "where"),
    [
        ({}, "field-missing", "opinion"),
        ({"opinion": ""}, "field-missing", "opinion"),
        ({"opinion": "x"}, "field-invalid", "opinion"),
        ({"opinion": "x" * 5_000}, "field-invalid", "opinion"),
        ({"opinion": "good", "amount_cents": 5}, "field-unknown", "amount_cents"),
        ({"opinion": "a\x00b"}, "field-invalid", "opinion"),
        ({"opinion": "good", "documents": [{"title": "x", "sha256": "no"}]}, "field-invalid", "documents.0.sha256"),
    ],
)
def test_what_is_entered_is_checked_field_by_field(cases: Cases, strangers: dict[Role, Asker], fields, code, where):
    row = cases.in_state(State.SCREENED)
    answer = strangers[Role.REVIEWER].act(row.id, "confirm", row.version, fields)
    assert (answer.status_code, answer.json()["code"], answer.json()["where"]) == (422, code, where)
    assert cases.serving.office.row(row.id).version == row.version


def test_a_version_that_is_not_the_cases_is_a_conflict(cases: Cases, strangers: dict[Role, Asker]):
    row = cases.in_state(State.SCREENED)
    for version in (row.version - 1, row.version + 1):
        answer = strangers[Role.REVIEWER].act(row.id, "confirm", version, entered("confirm", 1))
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert strangers[Role.REVIEWER].act(row.id, "no-such-act", row.version, {}).status_code == 404
