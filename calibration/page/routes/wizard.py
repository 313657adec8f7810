"""What the steps of a session share: showing one, and doing something in one."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from fastapi import HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from calibration.page.accounts import Login
from calibration.page.context import Page
from calibration.page.pages import Refusal, language_of, pages_of, refusal_of
from calibration.page.translation import N_
from calibration.sessions.state import SessionState
from contract.faults import RejectError, RetryError

STEPS: Final = (
    ("trucks", N_("Trucks")),
    ("plan", N_("Plan")),
    ("runs", N_("Runs")),
    ("fit", N_("Fit")),
    ("acceptance", N_("Acceptance")),
    ("certificate", N_("Certificate")),
)


def session_of(page: Page, name: str) -> SessionState:
    """Give a session; 404 if there is none of that name."""
    try:
        return page.desk.store.session(name)
    except RejectError as error:
        raise HTTPException(HTTPStatus.NOT_FOUND, error) from error


def done_steps(state: SessionState) -> set[str]:
    """Give the steps that are behind a session."""
    found = {
        "trucks": bool(state.present),
        "plan": bool(state.plan),
        "runs": bool(state.plan) and not state.open_runs,
        "fit": state.fitted is not None and not state.fit_outdated,
        "acceptance": state.judged is not None and not state.fit_outdated,
        "certificate": state.proposed is not None,
    }
    return {step for step, done in found.items() if done}


def show(
    request: Request,
    page: Page,
    login: Login,
    step: str,
    name: str,
    *,
    refusal: Refusal | None = None,
    given: object = None,
    **values: object,
) -> Response:
    """Give the page of one step."""
    state = session_of(page, name)
    lease = page.desk.store.lease(name)
    return pages_of(request).render(
        request,
        f"{step}.html",
        login,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        state=state,
        step=step,
        steps=STEPS,
        done=done_steps(state),
        held_by=lease.holder if lease is not None and lease.holder != login.name else None,
        trouble=page.watch.trouble,
        refusal=refusal,
        given=given or {},
        **values,
    )


def attempt(request: Request, action: Callable[[], object], back: str, failed: Callable[[Refusal], Response]) -> Response:
    """Do something and go on to a page; where it is refused, show why with what was typed still there."""
    try:
        action()
    except (RejectError, RetryError) as error:
        return failed(refusal_of(error, language_of(request)))
    return RedirectResponse(back, HTTPStatus.SEE_OTHER)
