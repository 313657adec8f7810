"""The workflow as data: whole, reachable, drawn in the docs as it is, and refused where it is wrong."""

from pathlib import Path

import pytest

import central.review
from central.review.diagram import state_diagram
from central.review.effects import _EFFECTS
from central.review.guards import FORMED, GUARDS
from central.review.workflow import ENFORCING, WORKFLOW, ActingRole, Part, State, parse_workflow
from contract.faults import StopError

DOCS = Path(__file__).parents[3] / "docs"
SOURCE = (Path(next(iter(central.review.__path__))) / "workflow.toml").read_text(encoding="utf-8")


def reachable(start: State) -> set[State]:
    seen, waiting = {start}, [start]
    while waiting:
        state = waiting.pop()
        for action in WORKFLOW.possible(state):
            if (after := action.after(state)) not in seen:
                seen.add(after)
                waiting.append(after)
    return seen


def test_every_state_can_be_reached_and_from_every_one_a_case_can_end():
    assert reachable(State.RECEIVED) == set(State)
    finals = {row.name for row in WORKFLOW.state if row.final}
    closed = finals | {State.CLOSED}
    for state in State:
        assert reachable(state) & closed, state
    for state in finals:
        ways = [action for action in WORKFLOW.possible(state) if action.name != "revoke"]
        assert all(action.to is None and action.role is ActingRole.SERVICE for action in ways)


def test_no_way_leads_to_a_decision_but_past_three_persons():
    """Take all acts of one part out: no state from the decision on can be reached."""
    for missing in Part:
        seen, waiting = {State.RECEIVED}, [State.RECEIVED]
        while waiting:
            state = waiting.pop()
            for action in WORKFLOW.possible(state):
                if action.part is not missing and action.after(state) not in seen:
                    seen.add(action.after(state))
                    waiting.append(action.after(state))
        assert State.DECIDED not in seen, missing


def test_no_way_leads_from_a_fallen_gate_but_dismissal():
    acts = {action.name: action.to for action in WORKFLOW.possible(State.BARRED) if action.role is not ActingRole.SERVICE}
    assert acts == {"dismiss": State.DISMISSED, "rule-out-passage": None}


def test_every_burden_needs_the_gates_one_trip_and_three_persons():
    for action in WORKFLOW.action:
        if action.outcome in ENFORCING:
            assert {"gates", "three-persons", "one-of-a-trip", "not-exempt", "major", "amount", "not-graver"} <= set(action.needs)


def test_rules_effects_and_acts_know_each_other():
    needed = {name for action in WORKFLOW.action for name in action.needs}
    assert needed == set(GUARDS)
    assert needed >= FORMED
    assert set(_EFFECTS) <= set(WORKFLOW.actions)


def test_every_return_and_every_end_asks_for_a_reason():
    for name, action in WORKFLOW.actions.items():
        if name.startswith("return") or name in {"dismiss", "revoke", "decide-no-action", "lift-exemption"}:
            assert "reason" in action.fields, name


def test_only_dismissals_are_taken_on_many():
    assert [action.name for action in WORKFLOW.action if action.bulk] == ["dismiss"]


def test_the_diagram_of_the_docs_is_drawn_from_the_workflow():
    text = (DOCS / "review.md").read_text(encoding="utf-8")
    assert f"```mermaid\n{state_diagram()}```" in text, "wim-central workflow prints it anew"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace('fields = ["opinion"]', 'fields = ["opinoin"]', 1), "field opinoin is none of"),
        (lambda text: text.replace('name = "dismiss"', 'name = "confirm"'), "two actions are named confirm"),
        (lambda text: text.replace('[[state]]\nname = "barred"\n', ""), "the states are, in this order"),
        (lambda text: text.replace('to = "reviewed"', 'to = "approved"', 1), "action.5.to"),
        (lambda text: text.replace('role = "reviewer"', 'role = "technician"', 1), "role"),
        (lambda text: text.replace("bulk = true", "bluk = true"), "bluk"),
        (lambda text: text + "[[", "no readable TOML"),
    ],
)
def test_a_workflow_that_is_wrong_is_refused_with_what_is_wrong(change, said):
    with pytest.raises(StopError, match=r"workflow\.toml") as caught:
        parse_workflow(change(SOURCE).encode(), "workflow.toml")
    assert said in str(caught.value)
