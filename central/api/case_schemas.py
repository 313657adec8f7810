"""What the API takes and answers of cases. Times are UTC in µs, loads in kg, amounts in hundredths of the currency's unit."""

import json
from dataclasses import replace
from importlib import resources
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field

from central.api.schemas import VehicleLine
from central.evidence.masking import PlateSight
from central.problem import Problem
from central.review.acts import Done
from central.review.desk import OneOfMany
from central.review.fields import Ruling
from central.review.gates import Checklist
from central.review.views import (
    CaseExemptionItem,
    CaseLine,
    CasePage,
    CaseView,
    NoticeItem,
    ObjectionItem,
    Proposal,
    Repeats,
)
from central.review.workflow import Part, State

CASE_LINE: Final[dict[str, Any]] = {
    "id": 12,
    "station": "G104-K12",
    "seq": 5,
    "time_us": 1_772_438_400_000_000,
    "plate": "苏A12345",
    "over_kg": 12_300,
    "over_ppm": 251_020,
    "state": "reviewed",
    "version": 3,
    "entered_us": 1_772_441_000_000_000,
    "due_us": 1_773_072_000_000_000,
    "overdue": False,
    "cleared": True,
    "major": False,
    "trip": None,
    "outcome": None,
    "amount_cents": None,
    "notice_number": None,
}
CASES_MAX: Final = 200
"""Most cases of one dismissal."""


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class CaseList(_Answer):
    """A page of cases; `next` is the `before`, in the work list the `after`, of the next page, None on the last."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"cases": [CASE_LINE], "next": "1772438400000000-12"}]})

    cases: tuple[CaseLine, ...]
    next: str | None

    @classmethod
    def of(cls, page: CasePage, sight: PlateSight) -> Self:
        """Take a page over, its plates masked where the caller sees them so."""
        rows = tuple(row if row.plate is None else replace(row, plate=sight.shown(row.plate, row.station)) for row in page.rows)
        return cls(cases=rows, next=None if page.next_key is None else str(page.next_key))


class EventAnswer(_Answer):
    """One step of a case; `entry` is all of it as RFC 8785 JSON, whose SHA-256 stands in the journal's act `act_id`."""

    id: int
    version: int
    time_us: int
    person: str
    action: str
    from_state: State
    to_state: State
    entry: str
    sha256: str
    act_id: int


class OfferedAnswer(_Answer):
    """An act that leads on; `refused` is why you can not take it now, None if you can."""

    action: str
    fields: tuple[str, ...]
    optional: tuple[str, ...]
    refused: str | None
    what: str


def _case_example() -> dict[str, Any]:
    text = resources.files("central.api").joinpath("case_example.json").read_text(encoding="utf-8")
    example: dict[str, Any] = json.loads(text)
    return example


class CaseAnswer(_Answer):
    """A case with all that belongs to it; the vehicle's record is at `/api/v1/vehicles/{station}/{seq}`."""

    model_config = ConfigDict(json_schema_extra={"examples": [_case_example()]})

    line: CaseLine
    due_certain: bool
    vehicle: VehicleLine
    checklist: Checklist
    proposal: Proposal
    exemptions: tuple[CaseExemptionItem, ...]
    repeats: Repeats | None
    trip: tuple[CaseLine, ...]
    history: tuple[EventAnswer, ...]
    objections: tuple[ObjectionItem, ...]
    notice: NoticeItem | None
    hearing_until_us: int | None
    ruling: Ruling | None
    parts: dict[Part, tuple[str, ...]]
    decided_us: int | None
    notified_us: int | None
    closed_us: int | None
    home_informed_us: int | None
    published_us: int | None
    offered: tuple[OfferedAnswer, ...]

    @classmethod
    def of(cls, view: CaseView) -> Self:
        """Take a case over."""
        same = {name: getattr(view, name) for name in cls.model_fields if name not in {"vehicle", "history", "offered"}}
        offered = [
            OfferedAnswer(
                action=one.action.name, fields=one.action.fields, optional=one.action.optional, refused=one.refused, what=one.what
            )
            for one in view.offered
        ]
        history = tuple(EventAnswer.model_validate(one) for one in view.history)
        return cls(**same, vehicle=VehicleLine.of(view.vehicle.summary, PlateSight(None)), history=history, offered=tuple(offered))


class ActRequest(BaseModel):
    """What a person does: the version of the case that he looked at, and what the act is given."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"version": 2, "fields": {"opinion": "plate and axles agree with the pictures"}}]}
    )

    version: Annotated[int, Field(ge=1, lt=2**31)]
    fields: dict[Annotated[str, Field(max_length=40)], Any] = {}


class DoneAnswer(_Answer):
    """Where an act left its case; `event` is its row of history."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"case_id": 12, "state": "reviewed", "version": 3, "event": 40}]})

    case_id: int
    state: State
    version: int
    event: int

    @classmethod
    def of(cls, done: Done) -> Self:
        """Take it over."""
        return cls.model_validate(done)


class LookedAt(BaseModel):
    """A case and the version at which it was looked at."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[int, Field(ge=1, lt=2**53)]
    version: Annotated[int, Field(ge=1, lt=2**31)]


class DismissalRequest(BaseModel):
    """Cases to dismiss on one ground."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"cases": [{"id": 12, "version": 2}], "ground": "pictures-unclear", "reason": "fog, no plate can be made out"}]
        },
    )

    cases: Annotated[tuple[LookedAt, ...], Field(min_length=1, max_length=CASES_MAX)]
    ground: str
    reason: str


class OneDismissal(_Answer):
    """What became of one case: done, or the problem."""

    case_id: int
    done: DoneAnswer | None
    problem: Problem | None

    @classmethod
    def of(cls, one: OneOfMany) -> Self:
        """Take it over."""
        refused = one.refused
        return cls(
            case_id=one.case_id,
            done=None if one.done is None else DoneAnswer.of(one.done),
            problem=None if refused is None else Problem(code=refused.code, where=refused.where, what=refused.what),
        )


class DismissalAnswer(_Answer):
    """What became of each."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"results": [{"case_id": 12, "done": {"case_id": 12, "state": "dismissed", "version": 3, "event": 40}, "problem": None}]}
            ]
        }
    )

    results: tuple[OneDismissal, ...]


class StateCount(_Answer):
    """How many cases stand in a state, and how many of them are overdue."""

    count: int
    overdue: int


class CountsAnswer(_Answer):
    """Cases by state, and how many wait for who asks (None for a program)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"states": {"reviewed": {"count": 4, "overdue": 1}}, "waiting": 4}]})

    states: dict[State, StateCount]
    waiting: int | None
