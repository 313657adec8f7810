"""What a session has come to: derived by replaying its events, kept nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import singledispatch
from typing import Literal

from calibration.acceptance.sample import Lateral
from calibration.scales.stable_load import StableLoad
from calibration.scales.weighbridge import WeighbridgeCertificate
from calibration.sessions import events as e
from calibration.sessions.plan import Driven, PlannedRun, match_plan
from calibration.sessions.recognise import Offer
from calibration.sessions.seen import Pass
from calibration.sessions.truck import Truck

Standing = Literal["waiting", "accepted", "rejected"]


@dataclass(frozen=True)
class Header:
    """Number, time (UTC, µs) and author of an event."""

    number: int
    at_us: int
    by: str


@dataclass(frozen=True)
class PassState:
    """A pass with what became of it; `run`, `truck` and `lateral` of an accepted one, `reason` of one that was rejected or reopened."""

    header: Header
    seen: Pass
    offer: Offer
    captured: bool
    standing: Standing = "waiting"
    run: int | None = None
    truck: str | None = None
    lateral: Lateral = "unknown"
    reason: str = ""
    decided: Header | None = None


@dataclass(frozen=True)
class Run:
    """An accepted run of a truck that still takes part."""

    number: int
    truck: Truck
    lateral: Lateral
    seen: Pass
    captured: bool


@dataclass(frozen=True)
class SessionState:
    """A session as it stands."""

    name: str
    opened: e.Opened
    began: Header
    last: Header
    weighbridge: WeighbridgeCertificate | None = None
    drafts: Mapping[str, Mapping[int, StableLoad]] = field(default_factory=dict)
    trucks: Mapping[str, Truck] = field(default_factory=dict)
    withdrawn: Mapping[str, str] = field(default_factory=dict)
    plan: tuple[PlannedRun, ...] = ()
    passes: Mapping[str, PassState] = field(default_factory=dict)
    runs_given: int = 0
    missed: tuple[tuple[Header, e.PassesMissed], ...] = ()
    jumps: tuple[tuple[Header, e.ClockJumped], ...] = ()
    fitted: e.Fitted | None = None
    fitted_at: Header | None = None
    judged: e.Judged | None = None
    proposed: e.Proposed | None = None
    closed: str | None = None

    @property
    def present(self) -> list[Truck]:
        """Trucks that take part, in order of entry."""
        return [truck for name, truck in self.trucks.items() if name not in self.withdrawn]

    @property
    def spacings(self) -> dict[str, tuple[float, ...]]:
        """Distances between axles by truck: by tape, else as its first accepted pass showed them."""
        known = {truck.name: truck.spacings_m for truck in self.present if truck.spacings_m is not None}
        for run in self.runs:
            known.setdefault(run.truck.name, run.seen.spacings_m)
        return known

    @property
    def runs(self) -> list[Run]:
        """Accepted runs by number."""
        found = [
            Run(one.run, self.trucks[one.truck], one.lateral, one.seen, one.captured)
            for one in self.passes.values()
            if one.standing == "accepted" and one.run is not None and one.truck is not None and one.truck not in self.withdrawn
        ]
        return sorted(found, key=lambda run: run.number)

    @property
    def waiting(self) -> list[PassState]:
        """Passes that fit a truck and that nobody has decided on, oldest first."""
        return [one for one in self.passes.values() if one.standing == "waiting" and one.offer.likely]

    @property
    def progress(self) -> tuple[dict[int, int], list[int]]:
        """Planned run (index) by number of the run that fulfils it, and runs beside the plan."""
        return match_plan(self.plan, [Driven(run.number, run.truck.name, run.seen.speed_kmh, run.lateral) for run in self.runs])

    @property
    def open_runs(self) -> list[PlannedRun]:
        """Planned runs that have not been driven."""
        done = set(self.progress[0].values())
        return [planned for index, planned in enumerate(self.plan) if index not in done]

    @property
    def fit_outdated(self) -> bool:
        """Whether runs that the fit used were taken back since."""
        return self.fitted is not None and not set(self.fitted.runs) <= {run.number for run in self.runs}


def begin(name: str, header: Header, event: e.Event) -> SessionState:
    """Give the state after a session's first event."""
    if not isinstance(event, e.Opened):
        msg = f"the first event of session {name} is {event.kind!r}, not 'opened'"
        raise TypeError(msg)
    return SessionState(name, event, header, header)


def follow(state: SessionState, header: Header, event: e.Event) -> SessionState:
    """Give the state after a further event."""
    return replace(_apply(event, state, header), last=header)


@singledispatch
def _apply(event: e.Event, state: SessionState, header: Header) -> SessionState:
    msg = f"event {header.number} of session {state.name} is {event.kind!r}, which cannot stand here"
    raise TypeError(msg)


@_apply.register
def _(event: e.Entered, state: SessionState, _header: Header) -> SessionState:
    return state


@_apply.register
def _(event: e.WeighbridgeStated, state: SessionState, _header: Header) -> SessionState:
    return replace(state, weighbridge=event.certificate)


@_apply.register
def _(event: e.AxleWeighed, state: SessionState, _header: Header) -> SessionState:
    loads = {**state.drafts.get(event.truck, {}), event.axle: event.load}
    return replace(state, drafts={**state.drafts, event.truck: loads})


@_apply.register
def _(event: e.TruckEntered, state: SessionState, _header: Header) -> SessionState:
    drafts = {name: loads for name, loads in state.drafts.items() if name != event.truck.name}
    withdrawn = {name: why for name, why in state.withdrawn.items() if name != event.truck.name}
    return replace(state, trucks={**state.trucks, event.truck.name: event.truck}, drafts=drafts, withdrawn=withdrawn)


@_apply.register
def _(event: e.TruckWithdrawn, state: SessionState, _header: Header) -> SessionState:
    return replace(state, withdrawn={**state.withdrawn, event.name: event.reason})


@_apply.register
def _(event: e.Planned, state: SessionState, _header: Header) -> SessionState:
    return replace(state, plan=event.runs)


@_apply.register
def _(event: e.PassSeen, state: SessionState, header: Header) -> SessionState:
    one = PassState(header, event.seen, event.offer, event.captured)
    return replace(state, passes={**state.passes, event.seen.id: one})


@_apply.register
def _(event: e.PassesMissed, state: SessionState, header: Header) -> SessionState:
    return replace(state, missed=(*state.missed, (header, event)))


@_apply.register
def _(event: e.Accepted, state: SessionState, header: Header) -> SessionState:
    decided = _decide(state, event.pass_id, standing="accepted", run=event.run, truck=event.truck, lateral=event.lateral, decided=header)
    return replace(decided, runs_given=max(state.runs_given, event.run))


@_apply.register
def _(event: e.Rejected, state: SessionState, header: Header) -> SessionState:
    return _decide(state, event.pass_id, standing="rejected", reason=event.reason, decided=header)


@_apply.register
def _(event: e.Reopened, state: SessionState, header: Header) -> SessionState:
    return _decide(state, event.pass_id, standing="waiting", run=None, truck=None, reason=event.reason, decided=header)


@_apply.register
def _(event: e.Fitted, state: SessionState, header: Header) -> SessionState:
    return replace(state, fitted=event, fitted_at=header, judged=None)


@_apply.register
def _(event: e.Judged, state: SessionState, _header: Header) -> SessionState:
    return replace(state, judged=event)


@_apply.register
def _(event: e.Proposed, state: SessionState, _header: Header) -> SessionState:
    return replace(state, proposed=event)


@_apply.register
def _(event: e.ClockJumped, state: SessionState, header: Header) -> SessionState:
    return replace(state, jumps=(*state.jumps, (header, event)))


@_apply.register
def _(event: e.Closed, state: SessionState, _header: Header) -> SessionState:
    return replace(state, closed=event.reason)


def _decide(state: SessionState, pass_id: str, **changes: object) -> SessionState:
    return replace(state, passes={**state.passes, pass_id: replace(state.passes[pass_id], **changes)})  # type: ignore[arg-type]
