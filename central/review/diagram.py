"""The way of a case drawn as a state diagram in Mermaid, from the workflow itself."""

from collections.abc import Iterable, Iterator

from central.review.workflow import WORKFLOW, ActingRole, ActionRow, State


def state_diagram() -> str:
    """Give the diagram; acts of persons that leave a case where it is stand as notes beside their state."""
    return "\n".join(["stateDiagram-v2", *(f"    {line}" for line in _lines())]) + "\n"


def _lines() -> Iterator[str]:
    names = {state: state.value.replace("-", "_") for state in State}
    yield from (f"{names[state]} : {state.value}" for state in State if names[state] != state.value)
    for (origin, target), actions in _ways().items():
        yield f"{'[*]' if origin is None else names[origin]} --> {names[target]} : {_label(actions)}"
    yield from (f"{names[row.name]} --> [*]" for row in WORKFLOW.state if row.final)
    for state in State:
        staying = [action for action in WORKFLOW.possible(state) if action.to is None and action.role is not ActingRole.SERVICE]
        if staying:
            yield f"note right of {names[state]} : {_label(staying)}"


def _ways() -> dict[tuple[State | None, State], list[ActionRow]]:
    """Give the acts that lead from one state to another, in the order of the workflow; None stands for nothing before."""
    ways: dict[tuple[State | None, State], list[ActionRow]] = {}
    for action in WORKFLOW.action:
        for origin in action.from_states or (None,):
            if action.to is not None and origin is not action.to:
                ways.setdefault((origin, action.to), []).append(action)
    return ways


def _label(actions: Iterable[ActionRow]) -> str:
    by_role: dict[str, list[str]] = {}
    for action in actions:
        by_role.setdefault(action.role.value, []).append(action.name)
    return " / ".join(f"{', '.join(names)} ({role})" for role, names in by_role.items())
