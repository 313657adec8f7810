"""The list of sessions, opening one, and closing it."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from calibration.acceptance import STANDARDS
from calibration.acceptance.report import Stage
from calibration.certificate.entries import Proposal, Rejection
from calibration.page.accounts import Login
from calibration.page.context import AnyLogin, FormLogin, OptionalLogin, Page, PageDep, Technician
from calibration.page.pages import Refusal, language_of, pages_of, refusal_of
from calibration.page.routes.wizard import attempt, done_steps, show
from calibration.sessions import actions
from calibration.sessions.state import SessionState
from calibration.told import told
from contract.faults import RejectError

router = APIRouter()


def next_step(state: SessionState) -> str:
    """Give the step that a session has come to."""
    done = done_steps(state)
    return next((step for step in ("trucks", "plan", "runs", "fit", "acceptance") if step not in done), "certificate")


@router.get("/")
def start(page: PageDep, login: OptionalLogin) -> Response:
    """Go where the work is: to the open session, else to the list."""
    if login is None:
        return RedirectResponse("/login", HTTPStatus.SEE_OTHER)
    state = next((state for state in page.desk.store.sessions() if state.closed is None), None)
    return RedirectResponse(f"/sessions/{state.name}/{next_step(state)}" if state else "/sessions", HTTPStatus.SEE_OTHER)


def _list(request: Request, page: Page, login: Login, refusal: Refusal | None = None, given: object = None) -> Response:
    states = page.desk.store.sessions()
    return pages_of(request).render(
        request,
        "sessions.html",
        login,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        states=states,
        next_step=next_step,
        station=page.desk.station,
        busy_lanes={state.opened.lane for state in states if state.closed is None},
        standards=STANDARDS,
        refusal=refusal,
        given=given or {"standards": ["cost323"], "stage": "initial"},
    )


@router.get("/sessions")
def listing(request: Request, page: PageDep, login: AnyLogin) -> Response:
    """List the sessions, the newest first, with the form that opens one."""
    return _list(request, page, login)


@router.post("/sessions")
def open_session(
    request: Request,
    *,
    page: PageDep,
    login: Technician,
    lane: Annotated[int, Form()],
    stage: Annotated[Stage, Form()],
    standards: Annotated[list[str] | None, Form()] = None,
    interval_kg: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Open a session."""
    given = {"lane": lane, "stage": stage, "standards": standards or [], "interval_kg": interval_kg}
    try:
        interval = float(interval_kg) if interval_kg.strip() else None
        state = page.desk.open_session(login.name, lane=lane, standards=tuple(standards or ()), stage=stage, interval_kg=interval)
    except ValueError:  # a number that is none, or one that pydantic refuses
        refused = RejectError(
            "input-invalid",
            told("interval_kg"),
            told(
                "%(interval_kg)s is no scale interval in kg; write a number, as 20",
                interval_kg=f"{interval_kg!r}",
            ),
        )
        return _list(request, page, login, refusal_of(refused, language_of(request)), given)
    except RejectError as error:
        return _list(request, page, login, refusal_of(error, language_of(request)), given)
    return RedirectResponse(f"/sessions/{state.name}/trucks", HTTPStatus.SEE_OTHER)


@router.post("/sessions/{name}/close")
def close(request: Request, page: PageDep, login: Technician, name: str, reason: Annotated[str, Form(max_length=400)] = "") -> Response:
    """End a session."""
    return attempt(
        request,
        lambda: page.desk.store.act(name, login.name, actions.close(reason)),
        "/sessions",
        lambda refusal: show(request, page, login, "certificate", name, refusal=refusal, **certificate_values(page, name)),
    )


def certificate_values(page: Page, name: str) -> dict[str, object]:
    """Give what the certificate step shows beside the session: what the ledger holds of the very calibration that was fitted."""
    state = page.desk.store.session(name)
    found: dict[str, object] = {"proposal": None, "certificate": None, "rejection": None, "in_force": None, "ledger_fault": None}
    try:
        book = page.ledger.book()
        found["in_force"] = page.ledger.in_force(lane=state.opened.lane)
    except RejectError as error:
        return found | {"ledger_fault": error}
    if state.fitted is None:
        return found
    sha256 = state.fitted.sha256
    found["proposal"] = next((one for one in book.pending if one.calibration.sha256 == sha256), None)
    found["certificate"] = next((one for one in book.certificates if one.calibration.sha256 == sha256), None)
    proposed = {one.entry.counter for one in book.signed if isinstance(one.entry, Proposal) and one.entry.calibration.sha256 == sha256}
    rejections = [one.entry for one in book.signed if isinstance(one.entry, Rejection) and one.entry.proposal_counter in proposed]
    return found | {"rejection": rejections[-1] if rejections else None}


@router.post("/sessions/{name}/presence", status_code=HTTPStatus.NO_CONTENT)
def presence(page: PageDep, login: FormLogin, name: str) -> Response:
    """Take a sign of life: others are kept out as long as the page is open and the screen is on."""
    page.desk.store.stay(name, login.name)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.post("/sessions/{name}/leave")
def leave(page: PageDep, login: FormLogin, name: str) -> Response:
    """Let another technician in at once."""
    page.desk.store.leave(name, login.name)
    return RedirectResponse("/sessions", HTTPStatus.SEE_OTHER)
