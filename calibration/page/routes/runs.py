"""Step three: passes as they arrive, each accepted as a truck's run or left out with a reason."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from calibration.acceptance.sample import Lateral
from calibration.page.accounts import Login
from calibration.page.context import AnyLogin, Page, PageDep, Technician
from calibration.page.pages import Refusal
from calibration.page.routes.wizard import attempt, session_of, show
from calibration.sessions import actions
from calibration.sessions.actions import usual_ratio
from calibration.sessions.state import PassState, SessionState
from calibration.sessions.store import Decide

router = APIRouter()
Text = Annotated[str, Form(max_length=400)]
OTHERS_SHOWN = 8

DOUBT_KNOWN: Final = 0.06
"""A truck in one state of loading does not differ by more from run to run, at any speed and before any fit."""
DOUBT_UNKNOWN: Final = 0.2
"""Nominal constants are not further off, as a rule."""


def _runs(request: Request, page: Page, login: Login, name: str, refusal: Refusal | None = None, *, part: bool = False) -> Response:
    state = page.desk.store.session(name)
    version = _version(page, name)
    done, beside = state.progress
    others = [one for one in state.passes.values() if one.standing == "waiting" and not one.offer.likely]
    cells = [
        (
            truck.name,
            speed,
            [index in done.values() for index, run in enumerate(state.plan) if run.truck == truck.name and run.speed_kmh == speed],
        )
        for truck in state.present
        for speed in sorted({run.speed_kmh for run in state.plan})
    ]
    return show(
        request,
        page,
        login,
        "live" if part else "runs",
        name,
        refusal=refusal,
        version=version,
        cells=cells,
        speeds=sorted({run.speed_kmh for run in state.plan}),
        driven=len(done),
        beside=beside,
        others=others[: -OTHERS_SHOWN - 1 : -1],
        other_count=len(others),
        lateral_of=_lateral_of,
        ratio=_ratio,
        doubt=_doubt,
    )


def _version(page: Page, name: str) -> str:
    """Name what the page shows: the session's last event, and whether the station answers."""
    return page.desk.store.digest(name)[:16] + ("-silent" if page.watch.trouble else "")


def _lateral_of(state: SessionState, one: PassState) -> Lateral:
    """Give the place across the lane that the plan wants next of the truck; a person corrects it."""
    wanted = [run for run in state.open_runs if run.truck == one.offer.truck]
    near = sorted(wanted, key=lambda run: abs(run.speed_kmh - one.seen.speed_kmh))
    return near[0].lateral if near else "centre"


def _ratio(one: PassState, state: SessionState) -> float | None:
    """Give how far the measured gross weight is from the truck's, as a share."""
    truck = state.trucks.get(one.truck or one.offer.truck or "")
    return None if truck is None else one.seen.gross_kg / truck.gross_kg - 1.0


def _doubt(one: PassState, state: SessionState) -> float | None:
    """Give by what share a pass's weight is off what the scale shows of its truck, None where that raises no doubt."""
    ratio = _ratio(one, state)
    usual = usual_ratio(state, one.seen)
    if ratio is None:
        return None
    off = (1.0 + ratio) / (usual or 1.0) - 1.0
    return off if abs(off) > (DOUBT_UNKNOWN if usual is None else DOUBT_KNOWN) else None


@router.get("/sessions/{name}/runs")
def runs(request: Request, page: PageDep, login: AnyLogin, name: str) -> Response:
    """Show what to drive next, what waits for a decision, and what was driven."""
    session_of(page, name)
    return _runs(request, page, login, name)


@router.get("/sessions/{name}/runs/part")
def part(request: Request, page: PageDep, login: AnyLogin, name: str, known: Annotated[str, Query(max_length=40)] = "") -> Response:
    """Give the part of the page that changes, 204 while it is as known."""
    session_of(page, name)
    if known == _version(page, name):
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return _runs(request, page, login, name, part=True)


@router.post("/sessions/{name}/accept")
def accept(
    request: Request,
    *,
    page: PageDep,
    login: Technician,
    name: str,
    pass_id: Text,
    truck: Text = "",
    lateral: Annotated[Lateral, Form()] = "centre",
) -> Response:
    """Take a pass as a truck's next run."""
    return _decide(request, page, login, name, actions.accept(pass_id, truck, lateral))


@router.post("/sessions/{name}/reject")
def reject(request: Request, *, page: PageDep, login: Technician, name: str, pass_id: Text, reason: Text = "") -> Response:
    """Leave a pass out."""
    return _decide(request, page, login, name, actions.reject(pass_id, reason))


@router.post("/sessions/{name}/reopen")
def reopen(request: Request, *, page: PageDep, login: Technician, name: str, pass_id: Text, reason: Text = "") -> Response:
    """Take a decision back."""
    return _decide(request, page, login, name, actions.reopen(pass_id, reason))


def _decide(request: Request, page: Page, login: Login, name: str, decide: Decide) -> Response:
    return attempt(
        request,
        lambda: page.desk.store.act(name, login.name, decide),
        f"/sessions/{name}/runs",
        lambda refusal: _runs(request, page, login, name, refusal),
    )
