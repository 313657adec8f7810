"""Certificates: what waits for approval, what is in force, the whole history, and each as a PDF."""

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import Response

from calibration.certificate import render_pdf
from calibration.page.accounts import Login
from calibration.page.context import AnyLogin, Approver, Page, PageDep
from calibration.page.pages import Refusal, language_of, pages_of
from calibration.page.routes.wizard import attempt
from contract.faults import RejectError, RetryError

router = APIRouter()
Text = Annotated[str, Form(max_length=1_000)]


def _list(request: Request, page: Page, login: Login, refusal: Refusal | None = None) -> Response:
    audit = page.ledger.verify()
    book = audit.book
    proposals = [(one, book.parameters(one), _before(page, one.lane)) for one in book.pending]
    sessions = {state.proposed.counter: state for state in page.desk.store.sessions() if state.proposed is not None}
    return pages_of(request).render(
        request,
        "certificates.html",
        login,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        audit=audit,
        certificates=book.certificates[::-1],
        proposals=proposals,
        sessions=sessions,
        in_force=[page.ledger.in_force(lane=lane.id) for lane in page.desk.station.lane] if audit.fault is None else [],
        at_edge=_at_edge(page),
        lanes=page.desk.station.lane,
        refusal=refusal,
    )


def _before(page: Page, lane: int) -> object:
    """Give the calibration that is in force on a lane, None before the first."""
    held = page.ledger.in_force(lane=lane)
    return None if held is None else page.ledger.calibration(held)


def _at_edge(page: Page) -> dict[int, int | None]:
    """Give by lane the number of the certificate that the running edge weighs by; empty where it does not answer."""
    try:
        lanes = page.desk.link.health().get("lanes", {}).values()
    except RetryError:
        return {}
    return {lane["lane"]: lane["certificate"]["number"] if lane.get("certificate") else None for lane in lanes}


@router.get("/certificates")
def certificates(request: Request, page: PageDep, login: AnyLogin) -> Response:
    """Show what waits, what is in force, and all that was."""
    return _list(request, page, login)


@router.post("/certificates/{counter}/approve")
def approve(request: Request, page: PageDep, login: Approver, counter: int, password: Text = "") -> Response:
    """Approve a proposal, which puts it into force; the password opens the approver's key."""
    return attempt(
        request,
        lambda: page.ledger.approve(counter, key=page.accounts.unlock(login.name, password)),
        "/certificates",
        lambda refusal: _list(request, page, login, refusal),
    )


@router.post("/certificates/{counter}/reject")
def reject(request: Request, *, page: PageDep, login: Approver, counter: int, password: Text = "", reason: Text = "") -> Response:
    """Settle a proposal without a certificate."""
    return attempt(
        request,
        lambda: page.ledger.reject(counter, key=page.accounts.unlock(login.name, password), reason=reason),
        "/certificates",
        lambda refusal: _list(request, page, login, refusal),
    )


@router.get("/certificates/{number}.pdf")
def pdf(
    request: Request, page: PageDep, _login: AnyLogin, number: int, language: Annotated[Literal["en", "zh"] | None, Query()] = None
) -> Response:
    """Give a certificate as it is printed."""
    try:
        data = render_pdf(page.ledger, number, language=language or language_of(request).code)
    except RejectError as error:
        raise HTTPException(HTTPStatus.NOT_FOUND, error) from error
    return Response(data, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="certificate-{number}.pdf"'})
