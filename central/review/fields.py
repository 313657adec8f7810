"""What an act may be given: every field that an action of the workflow can name, with its bounds."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from contract.faults import RejectError
from contract.media import Sha256
from contract.records import TimeUs

AMOUNT_MAX_CENTS: Final = 100_000_000_00
"""Above every fine of every rule pack; a larger one is a slip of the hand."""
PARTICIPANTS_MIN: Final = 3
"""A discussion of fewer is none (the leading members of the organ decide together: Administrative Penalty Law, art. 57)."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=4_000, pattern=r"^[^\x00]*$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Ground(StrEnum):
    """Why a case is dismissed."""

    GATE_FELL = "gate-fell"
    EXEMPT = "exempt"
    PERMITTED = "permitted"
    PLATE_WRONG = "plate-wrong"
    PICTURES_UNCLEAR = "pictures-unclear"
    AXLES_WRONG = "axles-wrong"
    SAME_TRIP = "same-trip"
    WEIGHED_AGAIN = "weighed-again"
    """Another scale found it within the limits."""
    OTHER = "other"


class Hearing(StrEnum):
    """What became of the hearing that was offered before the decision."""

    HELD = "held"
    WAIVED = "waived"
    """The party said in writing that it wants none."""


class Ruling(StrEnum):
    """What the hearing of an objection found of the decision."""

    UPHELD = "upheld"
    AMENDED = "amended"
    REVOKED = "revoked"


class Service(StrEnum):
    """How something was served on the party."""

    IN_PERSON = "in-person"
    POST = "post"
    ELECTRONIC = "electronic"
    ANNOUNCEMENT = "announcement"


class Document(BaseModel):
    """A document that belongs to an act, by its title and the hash of its bytes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Line
    sha256: Sha256


class Fields(BaseModel):
    """All that acts may be given; each action takes the ones it names, and `documents` always."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Text | None = None
    opinion: Text | None = None
    ground: Ground | None = None
    exemption: Line | None = None
    evidence: Text | None = None
    permit_number: Annotated[Line, Field(max_length=100)] | None = None
    permit_from: date | None = None
    permit_until: date | None = None
    registered_kg: Annotated[int, Field(ge=500, le=200_000)] | None = None
    exemption_number: Annotated[int, Field(ge=1, lt=2**53)] | None = None
    passage: Annotated[Line, Field(max_length=60)] | None = None
    served_by: Service | None = None
    served_us: TimeUs | None = None
    hearing: Hearing | None = None
    held_us: TimeUs | None = None
    participants: Annotated[tuple[Line, ...], Field(min_length=1, max_length=30)] | None = None
    amount_cents: Annotated[int, Field(ge=1, le=AMOUNT_MAX_CENTS)] | None = None
    text: Text | None = None
    contact: Line | None = None
    received_us: TimeUs | None = None
    ruling: Ruling | None = None
    authority: Line | None = None
    informed_us: TimeUs | None = None
    documents: Annotated[tuple[Document, ...], Field(max_length=20)] = ()


FIELD_NAMES: Final = frozenset(Fields.model_fields) - {"documents"}


def parse_fields(action: str, given: Mapping[str, Any], required: tuple[str, ...], optional: tuple[str, ...] = ()) -> Fields:
    """Read what an act was given.

    Raises
    ------
    RejectError
        ``field-missing``, ``field-unknown`` or ``field-invalid``; `where` is the field's name.
    """
    known = {*required, *optional, "documents"}
    filled = {name: value for name, value in given.items() if value is not None and value != ""}
    for name in filled:
        if name not in known:
            raise RejectError("field-unknown", name, f"is not taken by {action}; it takes {', '.join(sorted(known))}")
    for name in required:
        if name not in filled:
            raise RejectError("field-missing", name, f"is needed by {action}")
    try:
        return Fields.model_validate(filled)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise RejectError("field-invalid", ".".join(map(str, first["loc"])), first["msg"]) from error
