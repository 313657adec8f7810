"""The way of a case as data: states, acts, who may take them and what they need. Read from ``workflow.toml`` beside this file."""

import tomllib
from enum import StrEnum
from functools import cached_property
from importlib.resources import files
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from central.evidence.accounts import Role
from central.evidence.events import EventType
from central.review.fields import FIELD_NAMES
from contract.faults import StopError

Name = Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$", max_length=40)]


class State(StrEnum):
    """Where a case stands: what was last done with it."""

    RECEIVED = "received"
    """Here, and not screened yet."""
    BARRED = "barred"
    """A gate fell: it can not be enforced, unless something that arrives late lets the gate hold."""
    SCREENED = "screened"
    REVIEWED = "reviewed"
    LEGALLY_REVIEWED = "legally-reviewed"
    DECIDED = "decided"
    NOTIFIED = "notified"
    OBJECTED = "objected"
    HEARD = "heard"
    CLOSED = "closed"
    PUBLISHED = "published"
    DISMISSED = "dismissed"


class Decision(StrEnum):
    """What an approver decides."""

    PENALTY = "penalty"
    WARNING = "warning"
    NO_ACTION = "no-action"


ENFORCING: Final = frozenset({Decision.PENALTY, Decision.WARNING})
"""Decisions that burden the party."""


class Part(StrEnum):
    """What a person does in a case; nobody takes two."""

    REVIEW = "review"
    LEGAL = "legal"
    APPROVE = "approve"


class ActingRole(StrEnum):
    """Who takes an act: one of the accounts' roles, the program itself, or whoever holds the notice."""

    SERVICE = "service"
    PUBLIC = "public"
    REVIEWER = Role.REVIEWER.value
    LEGAL = Role.LEGAL.value
    APPROVER = Role.APPROVER.value

    @property
    def role(self) -> Role | None:
        """The accounts' role, None for program and public."""
        return None if self in {ActingRole.SERVICE, ActingRole.PUBLIC} else Role(self.value)


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StateRow(_Table):
    """A state; `waits`: the term is the party's, and the office acts after it, not within."""

    name: State
    due_working_days: Annotated[int, Field(ge=1, le=250)] | None = None
    source: str = ""
    outcomes: frozenset[Decision] = frozenset(Decision)
    """The term runs only where the decision is one of these."""
    waits: bool = False
    final: bool = False


class ActionRow(_Table):
    """An act; `to` None leaves the case in its state."""

    name: Name
    role: ActingRole
    part: Part | None = None
    from_states: Annotated[tuple[State, ...], Field(alias="from")] = ()
    to: State | None = None
    fields: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    needs: tuple[Name, ...] = ()
    outcome: Decision | None = None
    outcomes: frozenset[Decision] = frozenset()
    bulk: bool = False
    aside: bool = False
    """It changes nothing that a person decides upon."""
    event: EventType | None = None
    """What other systems are told of it."""

    @model_validator(mode="after")
    def _known_fields(self) -> Self:
        unknown = sorted({*self.fields, *self.optional} - FIELD_NAMES)
        if unknown:
            msg = f"action {self.name}: field {unknown[0]} is none of {', '.join(sorted(FIELD_NAMES))}"
            raise ValueError(msg)
        return self

    def after(self, state: State) -> State:
        """Give the state that the act leaves a case in."""
        return self.to or state


class Workflow(_Table):
    """All of it, in the order of the file."""

    state: tuple[StateRow, ...]
    action: tuple[ActionRow, ...]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if [row.name for row in self.state] != list(State):
            msg = f"the states are, in this order: {', '.join(State)}"
            raise ValueError(msg)
        names = [row.name for row in self.action]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            msg = f"two actions are named {twice}"
            raise ValueError(msg)
        return self

    @cached_property
    def states(self) -> dict[State, StateRow]:
        """States by name."""
        return {row.name: row for row in self.state}

    @cached_property
    def actions(self) -> dict[str, ActionRow]:
        """Acts by name."""
        return {row.name: row for row in self.action}

    def possible(self, state: State) -> tuple[ActionRow, ...]:
        """Give the acts that lead on from a state."""
        return tuple(row for row in self.action if state in row.from_states)


def parse_workflow(data: bytes, source: str) -> Workflow:
    """Read a workflow.

    Raises
    ------
    StopError
        ``workflow-invalid``, naming the row and what is allowed.
    """
    try:
        given: dict[str, Any] = tomllib.loads(data.decode("utf-8"))
        return Workflow.model_validate(given)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise StopError("workflow-invalid", source, f"is no readable TOML file: {error}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise StopError("workflow-invalid", source, f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


WORKFLOW: Final = parse_workflow(files("central.review").joinpath("workflow.toml").read_bytes(), "workflow.toml")
