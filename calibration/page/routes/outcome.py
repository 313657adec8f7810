"""Steps four to six: the fit with its chart, acceptance, and the proposal of a certificate."""

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import ValidationError

from calibration.certificate.entries import VerificationCertificate
from calibration.fit import LEAST_RUNS
from calibration.model import Calibration
from calibration.page.accounts import Login
from calibration.page.charts import fit_item, review_item
from calibration.page.context import AnyLogin, Page, PageDep, Technician
from calibration.page.pages import Refusal, language_of
from calibration.page.routes.sessions import certificate_values
from calibration.page.routes.wizard import attempt, session_of, show
from calibration.refused_input import input_error
from calibration.review.plots import PLOTS
from calibration.review.table import Review
from calibration.sessions import events as e
from calibration.sessions.state import SessionState
from calibration.told import told
from contract.faults import RejectError

router = APIRouter()
Text = Annotated[str, Form(max_length=1_000)]


def _fit(request: Request, page: Page, login: Login, name: str, refusal: Refusal | None = None) -> Response:
    state = session_of(page, name)
    found = {"calibration": _calibration(page, name), "review": _review(page, state), "plots": tuple(PLOTS), "least_runs": LEAST_RUNS}
    return show(request, page, login, "fit", name, refusal=refusal, **found)


def _calibration(page: Page, name: str) -> Calibration | None:
    try:
        return page.desk.calibration(name)
    except RejectError:
        return None


def _review(page: Page, state: SessionState) -> Review | None:
    return page.reviews.of(state, page.desk.lane(state.opened.lane))


@router.get("/sessions/{name}/fit")
def fit(request: Request, page: PageDep, login: AnyLogin, name: str) -> Response:
    """Show the fit, and the form that makes one."""
    return _fit(request, page, login, name)


@router.post("/sessions/{name}/fit")
def make_fit(request: Request, page: PageDep, login: Technician, name: str) -> Response:
    """Fit a calibration to the accepted runs."""
    return attempt(
        request,
        lambda: page.desk.fit(name, login.name),
        f"/sessions/{name}/fit",
        lambda refusal: _fit(request, page, login, name, refusal),
    )


@router.get("/sessions/{name}/fit/chart")
def chart(
    request: Request,
    page: PageDep,
    _login: AnyLogin,
    name: str,
    theme: Annotated[Literal["light", "dark"], Query()] = "light",
    of: Annotated[str, Query(max_length=20)] = "function",
) -> Response:
    """Give a chart of the fit: the function of speed, or one of what it leaves of the runs."""
    state, calibration, language = session_of(page, name), _calibration(page, name), language_of(request)
    if calibration is not None and of == "function":
        return JSONResponse(fit_item(calibration, language, theme))
    review = None if calibration is None else _review(page, state)
    if calibration is None or review is None or of not in PLOTS:
        raise HTTPException(HTTPStatus.NOT_FOUND, told("there is no such chart to show"))
    return JSONResponse(review_item(review, calibration, of, language, theme))


@router.get("/sessions/{name}/acceptance")
def acceptance(request: Request, page: PageDep, login: AnyLogin, name: str) -> Response:
    """Show which class is reached, what is not covered, and why not the next class."""
    return show(request, page, login, "acceptance", name)


@router.post("/sessions/{name}/acceptance")
def judge(request: Request, page: PageDep, login: Technician, name: str) -> Response:
    """Weigh the runs again with the fitted calibration and judge them."""
    return attempt(
        request,
        lambda: page.desk.judge(name, login.name),
        f"/sessions/{name}/acceptance",
        lambda refusal: show(request, page, login, "acceptance", name, refusal=refusal),
    )


def _certificate(
    request: Request, page: Page, login: Login, name: str, refusal: Refusal | None = None, *, given: object = None
) -> Response:
    session_of(page, name)
    return show(request, page, login, "certificate", name, refusal=refusal, given=given, **certificate_values(page, name))


@router.get("/sessions/{name}/certificate")
def certificate(request: Request, page: PageDep, login: AnyLogin, name: str) -> Response:
    """Show how the certificate of this session stands, and the form that proposes one."""
    return _certificate(request, page, login, name)


@router.post("/sessions/{name}/certificate")
def propose(
    request: Request,
    *,
    page: PageDep,
    login: Technician,
    name: str,
    reason: Text = "",
    password: Text = "",
    number: Text = "",
    institute: Text = "",
    valid_from: Text = "",
    valid_until: Text = "",
    classes: Text = "",
) -> Response:
    """Propose that the session's calibration be put into force; the password opens the proposer's key."""
    given = {
        "reason": reason,
        "number": number,
        "institute": institute,
        "valid_from": valid_from,
        "valid_until": valid_until,
        "classes": classes,
    }

    def do() -> None:
        calibration = page.desk.calibration(name)
        state = page.desk.store.session(name)
        if state.judged is None:
            raise RejectError(
                "not-judged", told("session %(name)s", name=name), told("has not been judged since its last fit; do the acceptance first")
            )
        verification = _verification(given)
        key = page.accounts.unlock(login.name, password)
        # The session may be somebody else's just now: that is found out before anything is signed.
        page.desk.store.act(name, login.name, lambda _state: [])
        why = f"{reason.strip()} (session {name}, events to {page.desk.store.digest(name)[:16]})"
        # Power may have gone between the ledger's entry and the session's: what was proposed is then taken up, not proposed again.
        waiting = next((one for one in page.ledger.pending() if one.calibration.sha256 == calibration.digest()), None)
        proposal = waiting or page.ledger.propose(calibration, key=key, reason=why, verification=verification)
        page.desk.store.act(name, login.name, lambda _state: [e.Proposed(sha256=calibration.digest(), counter=proposal.counter)])

    back = f"/sessions/{name}/certificate"
    return attempt(request, do, back, lambda refusal: _certificate(request, page, login, name, refusal, given=given))


def _verification(given: dict[str, str]) -> VerificationCertificate | None:
    """Read the institute's certificate, None where nothing of it was filled in."""
    fields = {key: given[key].strip() for key in ("number", "institute", "valid_from", "valid_until", "classes")}
    if not any(fields.values()):
        return None
    classes = tuple(part.strip() for part in fields.pop("classes").replace("、", ",").split(",") if part.strip())
    try:
        return VerificationCertificate.model_validate({**fields, "classes": classes})
    except ValidationError as error:
        raise input_error(error) from error
