"""What a technician may do in a session, each as a function of the state it meets; what is refused raises RejectError with what to do."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from calibration.acceptance.sample import FACTOR_MOST, Lateral
from calibration.refused_input import input_error
from calibration.scales.stable_load import StableLoad
from calibration.scales.weighbridge import WeighbridgeCertificate
from calibration.sessions import events as e
from calibration.sessions.plan import plan_runs
from calibration.sessions.recognise import recognise
from calibration.sessions.seen import Pass
from calibration.sessions.state import PassState, SessionState
from calibration.sessions.store import Decide
from calibration.sessions.truck import Truck
from calibration.told import told
from contract.faults import RejectError

KG_PER_LB: Final = 0.45359237

Kind = TypeVar("Kind", bound=BaseModel)


def state_weighbridge(certificate: WeighbridgeCertificate) -> Decide:
    """State the certificate of the static scale whose figures are typed in."""
    return lambda _state: [e.WeighbridgeStated(certificate=certificate)]


def weigh_axle(truck: str, axle: int, load: StableLoad) -> Decide:
    """Keep what a scale showed under one axle of a truck that is about to be entered."""

    def decide(state: SessionState) -> Sequence[e.Event]:
        _free_name(state, truck)
        return [_made(e.AxleWeighed, truck=truck, axle=axle, load=load)]

    return decide


def enter_truck(truck: Truck) -> Decide:
    """Enter a truck with its static loads; corrects one of that name as long as it has no accepted run."""

    def decide(state: SessionState) -> Sequence[e.Event]:
        _free_name(state, truck.name)
        truck.weights()
        return [e.TruckEntered(truck=truck)]

    return decide


def withdraw_truck(name: str, reason: str) -> Decide:
    """Take a truck out of the session; its runs are not used."""

    def decide(state: SessionState) -> Sequence[e.Event]:
        _truck(state, name)
        return [_made(e.TruckWithdrawn, name=name, reason=reason)]

    return decide


def make_plan(speeds_kmh: Sequence[float], repeats: int | None = None) -> Decide:
    """Plan the runs of all trucks that take part, as the session's standards ask or `repeats` times per speed."""

    def decide(state: SessionState) -> Sequence[e.Event]:
        trucks = [truck.name for truck in state.present]
        return [e.Planned(runs=tuple(plan_runs(trucks, speeds_kmh, state.opened.standards, repeats)))]

    return decide


def see_pass(seen: Pass, rate_hz: float, *, captured: bool) -> Decide:
    """Take a pass in and offer it to a truck; one that is there already changes nothing."""

    def decide(state: SessionState) -> Sequence[e.Event]:
        if seen.lane != state.opened.lane or any(one.seen.is_same(seen, rate_hz) for one in state.passes.values()):
            return []
        offer = recognise(state.present, state.spacings, seen, usual_ratio(state, seen))
        return [e.PassSeen(seen=seen, offer=offer, captured=captured)]

    return decide


def accept(pass_id: str, truck: str, lateral: Lateral) -> Decide:
    """Take a pass as the next run of a truck."""

    def decide(state: SessionState) -> Sequence[e.Event]:
        one = _waiting(state, pass_id)
        chosen = _truck(state, truck)
        check_run(state, one, chosen)
        return [_made(e.Accepted, pass_id=pass_id, run=state.runs_given + 1, truck=truck, lateral=lateral)]

    return decide


def reject(pass_id: str, reason: str) -> Decide:
    """Leave a pass out, with the reason."""

    def decide(state: SessionState) -> Sequence[e.Event]:
        _waiting(state, pass_id)
        return [_made(e.Rejected, pass_id=pass_id, reason=reason)]

    return decide


def reopen(pass_id: str, reason: str) -> Decide:
    """Take a decision on a pass back, with the reason; both stay in the history."""

    def decide(state: SessionState) -> Sequence[e.Event]:
        one = _pass(state, pass_id)
        if one.standing == "waiting":
            raise RejectError(
                "pass-waiting", told("pass %(pass_id)s", pass_id=pass_id), told("has not been decided on; accept or reject it")
            )
        return [_made(e.Reopened, pass_id=pass_id, reason=reason)]

    return decide


def close(reason: str) -> Decide:
    """End the session; nothing can be added after that."""
    return lambda _state: [_made(e.Closed, reason=reason)]


def check_run(state: SessionState, one: PassState, truck: Truck) -> None:
    """See that a pass can be a run of a truck.

    Raises
    ------
    RejectError
        ``axle-count``, ``run-flagged`` or ``reference-factor``.
    """
    seen, where = one.seen, told("pass %(id)s", id=one.seen.id)
    if seen.axles != len(truck.axles):
        what = told(
            "has %(axles)s axles, truck %(name)s was weighed with %(n)s; choose another truck, or weigh it again",
            axles=seen.axles,
            name=truck.name,
            n=len(truck.axles),
        )
        raise RejectError("axle-count", where, what)
    if seen.disturbances:
        what = told(
            "was flagged by the weighing (%(disturbances)s); reject it and drive the run again", disturbances=", ".join(seen.disturbances)
        )
        raise RejectError("run-flagged", where, what)
    usual = usual_ratio(state, seen, besides=truck.name) or 1.0
    ratio = seen.gross_kg / truck.gross_kg / usual
    if not 1.0 / FACTOR_MOST < ratio < FACTOR_MOST:
        pounds = min(abs(ratio / KG_PER_LB - 1.0), abs(ratio * KG_PER_LB - 1.0)) < 0.1
        hint = (
            told("it looks like pounds taken for kilograms")
            if pounds
            else told("a digit or a unit of the static weights is wrong, or it was another vehicle")
        )
        what = told(
            "weighs %(ratio)s times what truck %(name)s (%(gross_kg)s kg) should; %(hint)s; correct the truck or reject the pass",
            ratio=f"{ratio:.2f}",
            name=truck.name,
            gross_kg=f"{truck.gross_kg:.0f}",
            hint=hint,
        )
        raise RejectError("reference-factor", where, what)


def usual_ratio(state: SessionState, seen: Pass, *, besides: str | None = None) -> float | None:
    """Give what the scale shows of a kilogram: as accepted runs tell (of other trucks than `besides`), else one if it is calibrated.

    None where nobody knows: with nominal constants, before the first run.
    """
    same = [run for run in state.runs if (run.seen.calibration is None) == (seen.calibration is None) and run.truck.name != besides]
    if same:
        return statistics.median(run.seen.gross_kg / run.truck.gross_kg for run in same)
    return None if seen.calibration is None else 1.0


def _pass(state: SessionState, pass_id: str) -> PassState:
    one = state.passes.get(pass_id)
    if one is None:
        waiting = ", ".join(one.seen.id for one in state.waiting) or told("none")
        raise RejectError(
            "pass-unknown",
            told("pass %(pass_id)s", pass_id=pass_id),
            told("was not seen in session %(name)s; those that wait: %(waiting)s", name=state.name, waiting=waiting),
        )
    return one


def _waiting(state: SessionState, pass_id: str) -> PassState:
    one = _pass(state, pass_id)
    if one.standing != "waiting":
        said = (
            told("accepted as run %(run)s", run=one.run) if one.standing == "accepted" else told("rejected (%(reason)s)", reason=one.reason)
        )
        raise RejectError(
            "pass-decided",
            told("pass %(pass_id)s", pass_id=pass_id),
            told("was %(said)s already; take that back first, with a reason", said=said),
        )
    return one


def _truck(state: SessionState, name: str) -> Truck:
    found = {truck.name: truck for truck in state.present}
    if name not in found:
        known = ", ".join(found) or told("none")
        raise RejectError(
            "truck-unknown",
            told("truck %(name)s", name=name),
            told("takes no part in session %(name)s; those that do: %(known)s", name=state.name, known=known),
        )
    return found[name]


def _free_name(state: SessionState, name: str) -> None:
    if any(run.truck.name == name for run in state.runs):
        what = told("has accepted runs; a truck that was loaded or weighed anew gets another name")
        raise RejectError("truck-has-runs", told("truck %(name)s", name=name), what)


def _made(kind: type[Kind], **fields: object) -> Kind:
    """Make an event; what a person typed and may not be is refused."""
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        raise input_error(error) from error
