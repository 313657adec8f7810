"""What is taken out of central about one case: its evidence bundle; and its weighing repeated from the kept capture."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from sqlalchemy.orm import Session

from central.access import CentralDep, actor_of, require_csrf
from central.bundles.make import make_bundle
from central.context import Central
from central.evidence.accounts import Login
from central.evidence.accounts.roles import PAPER_READERS
from central.evidence.subject import Subject, subject_of, vehicle_subject
from central.reweighing.reweigh import reweigh, reweighings
from central.web.entry import PageLogin
from central.web.pages import pages_of
from contract.faults import RejectError

router = APIRouter()
CaseNumber = Annotated[int, Path(ge=1, lt=2**53)]
Station = Annotated[str, Path(max_length=40)]
Seq = Annotated[int, Path(ge=1, lt=2**53)]


def case_subject(login: PageLogin, central: CentralDep, number: CaseNumber) -> Subject:
    """Give a case that who asks may see; 404 where there is none at a station that they see, 403 where it is not for their role."""
    return _allowed(login, central, lambda session: subject_of(session, str(number)))


def seen_vehicle(login: PageLogin, central: CentralDep, station: Station, seq: Seq) -> Subject:
    """Give a vehicle, likewise."""
    return _allowed(login, central, lambda session: vehicle_subject(session, station, seq))


CaseSubject = Annotated[Subject, Depends(case_subject)]
VehicleSubject = Annotated[Subject, Depends(seen_vehicle)]
Sent = Annotated[Login, Depends(require_csrf)]


@router.get("/cases/{number}/bundle.zip")
def case_bundle(request: Request, login: PageLogin, central: CentralDep, subject: CaseSubject) -> Response:
    """Give the evidence bundle of a case."""
    return _bundle(request, login, central, subject)


@router.get("/vehicles/{station}/{seq}/bundle.zip")
def vehicle_bundle(request: Request, login: PageLogin, central: CentralDep, subject: VehicleSubject) -> Response:
    """Give the evidence bundle of a vehicle, with or without a case."""
    return _bundle(request, login, central, subject)


@router.get("/cases/{number}/evidence")
def case_evidence(request: Request, login: PageLogin, central: CentralDep, subject: CaseSubject) -> Response:
    """Show what can be taken out of a case, and what weighing it again has given."""
    return _page(request, login, central, subject)


@router.get("/vehicles/{station}/{seq}/evidence")
def vehicle_evidence(request: Request, login: PageLogin, central: CentralDep, subject: VehicleSubject) -> Response:
    """Show the same of a vehicle."""
    return _page(request, login, central, subject)


@router.post("/cases/{number}/reweigh")
def reweigh_case(request: Request, login: Sent, central: CentralDep, subject: CaseSubject) -> Response:
    """Weigh a case's capture again, in the background."""
    return _reweigh(request, login, central, subject)


@router.post("/vehicles/{station}/{seq}/reweigh")
def reweigh_vehicle(request: Request, login: Sent, central: CentralDep, subject: VehicleSubject) -> Response:
    """Weigh a vehicle's capture again, in the background."""
    return _reweigh(request, login, central, subject)


def address_of(subject: Subject) -> str:
    """Give the address of a subject's own page."""
    return f"/vehicles/{subject.station}/{subject.seq}" if subject.case_id is None else f"/cases/{subject.case_id}"


def _allowed(login: Login, central: Central, find: Callable[[Session], Subject]) -> Subject:
    try:
        with central.database.read() as session:
            subject = find(session)
    except RejectError as error:
        raise HTTPException(HTTPStatus.NOT_FOUND, str(error)) from error
    if not login.sees(subject.station):
        raise HTTPException(HTTPStatus.NOT_FOUND, "there is none of that number")
    if not any(login.may(role, subject.station) for role in PAPER_READERS):
        raise HTTPException(HTTPStatus.FORBIDDEN, f"needs the role {' or '.join(sorted(PAPER_READERS))} for station {subject.station}")
    return subject


def _bundle(request: Request, login: Login, central: Central, subject: Subject) -> Response:
    made = make_bundle(central, lambda session: vehicle_subject(session, subject.station, subject.seq), actor_of(request, login))
    headers = {
        "Content-Disposition": f'attachment; filename="{made.file_name}"',
        "Content-Length": str(made.size),
        "Cache-Control": "no-store",
    }
    return StreamingResponse(made.chunks(), media_type="application/zip", headers=headers)


def _page(request: Request, login: Login, central: Central, subject: Subject) -> Response:
    with central.database.read() as session:
        results = reweighings(session, subject.station, subject.seq)
    return pages_of(request).render(
        request,
        "evidence/one.html",
        login,
        subject=subject,
        address=address_of(subject),
        results=results,
        standing=central.reweigh_desk.standing((subject.station, subject.seq)),
    )


def _reweigh(request: Request, login: Login, central: Central, subject: Subject) -> Response:
    actor = actor_of(request, login)
    central.reweigh_desk.start((subject.station, subject.seq), lambda: reweigh(central, subject, actor), central.now_us())
    return RedirectResponse(f"{address_of(subject)}/evidence", HTTPStatus.SEE_OTHER)
