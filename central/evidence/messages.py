"""What a webhook is sent: one model for each kind of event, from which both its bytes and its place in the API's document are made.

A message carries numbers and states, never a plate: it tells that something is there, not whom it is about.
"""

from enum import StrEnum
from functools import cache
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, create_model

BARRED_KEYS: Final = frozenset({"plate", "plates", "owner", "driver", "carrier", "address"})
"""What no message has a field for; a test holds the models against it."""


class EventType(StrEnum):
    """Kinds of events that an endpoint may listen to."""

    RECORD_OVERLOAD = "record.overload"
    CASE_OPENED = "case.opened"
    CASE_RETURNED = "case.returned"
    CASE_DECIDED = "case.decided"
    CASE_NOTIFIED = "case.notified"
    CASE_OBJECTED = "case.objected"
    CASE_CLOSED = "case.closed"
    CASE_PUBLISHED = "case.published"
    TEST = "webhook.test"
    """Sent by hand to one endpoint, to see that it arrives."""


class EventData(BaseModel):
    """What an event tells; with a station only endpoints that may know of that station are told."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class OverloadData(EventData):
    """An overload that was stored: where, when and how heavy; times are UTC in µs."""

    station: str
    seq: int
    time_us: int
    gross_kg: int
    over_kg: int | None
    enforceable: bool


class CaseData(EventData):
    """A step of a case: which case it is, what was done and how it stands now; `version` grows by one with each step."""

    case: int
    station: str
    seq: int
    version: int
    action: str
    state: str
    outcome: str | None


class TestData(EventData):
    """Which endpoint is tested."""

    __test__ = False
    endpoint: int


_DATA: Final[dict[EventType, type[EventData]]] = {EventType.RECORD_OVERLOAD: OverloadData, EventType.TEST: TestData}
"""What each kind tells; all others are steps of cases."""


class Message(BaseModel):
    """The body of a delivery; `subject` is as in the journal: ``case/12``, ``vehicle/S1/5``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: EventType
    time_us: int
    """When it happened, UTC in µs."""
    subject: str
    data: EventData

    @property
    def station(self) -> str | None:
        """Of which station it tells, None where it is of none."""
        return self.data.station if isinstance(self.data, OverloadData | CaseData) else None


@cache
def message_model(event: EventType) -> type[Message]:
    """Give the model of the messages of one kind."""
    kind: Any = Literal[event]
    data: Any = _DATA.get(event, CaseData)
    name = "".join(part.capitalize() for part in event.value.split("."))
    return create_model(f"{name}Message", __base__=Message, __doc__=Message.__doc__, type=(kind, ...), data=(data, ...))


def message_of(event: EventType, subject: str, data: dict[str, Any], time_us: int) -> Message:
    """Make a message.

    Raises
    ------
    ValueError
        If `data` is not what a message of that kind carries.
    """
    return message_model(event).model_validate({"type": event, "time_us": time_us, "subject": subject, "data": data})
