"""What happens in a calibration session. Events are never changed: what was wrong is put right by a further one."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from calibration.acceptance.sample import Lateral
from calibration.scales.stable_load import StableLoad
from calibration.scales.weighbridge import WeighbridgeCertificate
from calibration.sessions.plan import PlannedRun
from calibration.sessions.recognise import Offer
from calibration.sessions.seen import Pass
from calibration.sessions.truck import Truck, TruckName
from calibration.told import told
from contract.faults import StopError
from contract.media import Sha256
from contract.names import Name

Reason = Annotated[str, Field(min_length=3, max_length=400)]
"""Why, in somebody's words: a reason of one letter is none."""


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Opened(_Event):
    """A session begins: of which lane, by which standards it shall be judged (`stage`, scale interval d).

    `after_seq` is the station's last record at that moment, None where the edge did not answer: what it recorded before is none of the
    session's, and a number cannot be stepped as a clock can.
    """

    kind: Literal["opened"] = "opened"
    station: Name
    lane: Annotated[int, Field(ge=1, le=99)]
    standards: Annotated[tuple[str, ...], Field(min_length=1)]
    stage: Literal["initial", "in-service"]
    interval_kg: Annotated[float, Field(gt=0, le=1_000)] | None = None
    after_seq: Annotated[int, Field(ge=0)] | None = None


class Entered(_Event):
    """A technician takes the session over from another, or after a pause."""

    kind: Literal["entered"] = "entered"


class WeighbridgeStated(_Event):
    """The certificate of the static scale that figures typed in from now on were read from."""

    kind: Literal["weighbridge"] = "weighbridge"
    certificate: WeighbridgeCertificate


class AxleWeighed(_Event):
    """A static load of one axle (from 1) of a truck that is not entered yet, read from a scale."""

    kind: Literal["axle-weighed"] = "axle-weighed"
    truck: TruckName
    axle: Annotated[int, Field(ge=1, le=20)]
    load: StableLoad


class TruckEntered(_Event):
    """A reference truck with its static loads."""

    kind: Literal["truck"] = "truck"
    truck: Truck


class TruckWithdrawn(_Event):
    """A truck takes no further part; its runs are not used."""

    kind: Literal["truck-withdrawn"] = "truck-withdrawn"
    name: TruckName
    reason: Reason


class Planned(_Event):
    """The runs to be driven; a later plan replaces the earlier one."""

    kind: Literal["planned"] = "planned"
    runs: Annotated[tuple[PlannedRun, ...], Field(min_length=1)]


class PassSeen(_Event):
    """A vehicle passed, and which truck it was offered to."""

    kind: Literal["pass"] = "pass"
    seen: Pass
    offer: Offer
    captured: bool


class PassesMissed(_Event):
    """The station recorded vehicles that this session was not told of: it was restarted meanwhile."""

    kind: Literal["passes-missed"] = "passes-missed"
    after_seq: int
    before_seq: int


class Accepted(_Event):
    """A pass is a run of a truck."""

    kind: Literal["accepted"] = "accepted"
    pass_id: str
    run: Annotated[int, Field(ge=1)]
    truck: TruckName
    lateral: Lateral


class Rejected(_Event):
    """A pass is not used, and why."""

    kind: Literal["rejected"] = "rejected"
    pass_id: str
    reason: Reason


class Reopened(_Event):
    """A decision on a pass is taken back, and why; the run's number is not given again."""

    kind: Literal["reopened"] = "reopened"
    pass_id: str
    reason: Reason


class Fitted(_Event):
    """A calibration was fitted to runs; `calibration` is the whole of it."""

    kind: Literal["fitted"] = "fitted"
    runs: tuple[int, ...]
    calibration: dict[str, Any]
    sha256: Sha256


class Judged(_Event):
    """A calibration was judged: reports by language, on which runs, and whether it was fitted to these very runs."""

    kind: Literal["judged"] = "judged"
    sha256: Sha256
    runs: tuple[int, ...]
    circular: bool
    reports: dict[str, list[dict[str, Any]]]


class Proposed(_Event):
    """A certificate was proposed for a calibration; `counter` is its place in the ledger."""

    kind: Literal["proposed"] = "proposed"
    sha256: Sha256
    counter: Annotated[int, Field(ge=1)]


class ClockJumped(_Event):
    """The clock of this computer was stepped; the order of events is that of their numbers, whatever their times say."""

    kind: Literal["clock-jumped"] = "clock-jumped"
    from_us: int
    to_us: int


class Closed(_Event):
    """The session ends."""

    kind: Literal["closed"] = "closed"
    reason: Reason


Event = (
    Opened
    | Entered
    | WeighbridgeStated
    | AxleWeighed
    | TruckEntered
    | TruckWithdrawn
    | Planned
    | PassSeen
    | PassesMissed
    | Accepted
    | Rejected
    | Reopened
    | Fitted
    | Judged
    | Proposed
    | ClockJumped
    | Closed
)

_EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="kind")])


def parse_event(text: str, source: str) -> Event:
    """Read an event.

    Raises
    ------
    StopError
        ``session-unreadable`` if it is none that this version knows.
    """
    try:
        return _EVENT.validate_json(text)
    except ValidationError as error:
        what = told(
            "is no event that this version knows (%(error)s); use the version that wrote it",
            error=error.errors(include_url=False)[0]["msg"],
        )
        raise StopError("session-unreadable", source, what) from error
