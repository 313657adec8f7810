"""Full-process recording: who saw, did, changed, printed or exported what, when and from where.

An act is written in the very transaction of what it tells of, so that neither is there without the other.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from central.evidence.log.leaves import log_act
from central.evidence.models import Act
from contract.canonical import canonical_bytes

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

DETAIL_MAX: Final = 40
"""Most entries in an act's detail: what matters of a deed, not a copy of it."""
Detail = dict[str, str | int | bool | None]


class Verb(StrEnum):
    """Kinds of acts."""

    SAW = "saw"
    SEARCHED = "searched"
    PRINTED = "printed"
    EXPORTED = "exported"
    DID = "did"
    CHANGED = "changed"
    DELETED = "deleted"
    ENTERED = "entered"
    LEFT = "left"
    REFUSED = "refused"
    """What was tried and not allowed."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and from where; a program of the service itself acts as `SERVICE`."""

    person: str
    """The human being; two accounts of one person have the same."""
    account: str
    address: str


SERVICE: Final = Actor("service", "service", "local")
PUBLIC: Final = "public"
"""Person and account of whoever is not logged in."""


class ActEntry(BaseModel):
    """What is kept of an act, for ever: integers and texts only, no plate, no secret."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    time_us: Annotated[int, Field(gt=0, lt=2**53)]
    person: Annotated[str, Field(min_length=1, max_length=60)]
    account: Annotated[str, Field(min_length=1, max_length=60)]
    address: Annotated[str, Field(max_length=60)]
    verb: Verb
    subject: Annotated[str, Field(min_length=1, max_length=120)]
    """What it was done to, as a path: ``case/12``, ``vehicle/S1/5``, ``account/3``, ``list/vehicles``."""
    detail: Annotated[Detail, Field(max_length=DETAIL_MAX)] = {}


def note(session: Session, actor: Actor, verb: Verb, subject: str, *, now_us: int, detail: Detail | None = None) -> int:
    """Write an act, and its leaf in the log, within the caller's transaction and give its number."""
    entry = ActEntry(
        time_us=now_us,
        person=actor.person,
        account=actor.account,
        address=actor.address,
        verb=verb,
        subject=subject,
        detail=detail or {},
    )
    row = Act(time_us=now_us, person=entry.person, account=entry.account, verb=verb.value, subject=subject, entry=canonical_bytes(entry))
    session.add(row)
    session.flush()
    log_act(session, row.id, row.entry, now_us)
    return row.id


def told(narrowed: "DataclassInstance") -> Detail:
    """Give the filter of a list as an act may keep it: what was asked for, but of a plate only that one was searched.

    `within` is left out: it is what the asker may see anyway.
    """
    given = {name: value for name, value in asdict(narrowed).items() if value is not None and value != () and name != "within"}
    if "plate" in given:
        given["plate"] = True
    texts = {
        name: " ".join(value) if isinstance(value, tuple) else str(value) for name, value in given.items() if not isinstance(value, int)
    }
    return given | texts


def read_object(data: bytes) -> dict[str, Any]:
    """Give a stored object of JSON as plain values, nothing where it cannot be read: for checks, which name what was damaged."""
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def detail_of(entry: bytes) -> dict[str, Any]:
    """Give the detail of an act's stored entry, nothing where it cannot be read."""
    found = read_object(entry).get("detail")
    return found if isinstance(found, dict) else {}


def spans(numbers: Sequence[int]) -> str:
    """Write ascending numbers as spans, for a detail: ``3-5,9``."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in found)


def read_spans(text: str) -> list[tuple[int, int]]:
    """Read what `spans` has written; nothing where it cannot be read."""
    try:
        pairs = [one.split("-") for one in text.split(",") if one]
        return [(int(pair[0]), int(pair[-1])) for pair in pairs]
    except ValueError:
        return []
