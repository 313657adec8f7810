"""Documents to print: the evidence sheet of any vehicle, and what was issued of a case."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import RedirectResponse, Response

from calibration.printing import print_pdf
from central.access import CentralDep, actor_of, require_csrf
from central.evidence.accounts import CASE_ROLES, Login
from central.evidence.accounts.roles import PAPER_READERS
from central.evidence.journal import Detail, Verb, note
from central.review.view import case_view
from central.review.views import CaseView
from central.web.documents.address import query_address
from central.web.documents.issued import IssuedItem, issued_documents, issued_for, printed, stored_bytes
from central.web.documents.issuing import issue
from central.web.documents.kinds import KINDS, Kind, basis_of
from central.web.documents.material import gather
from central.web.documents.sheet import sheet as evidence_sheet
from central.web.documents.writer import writer_in
from central.web.entry import PageLogin
from central.web.pages import NO_STORE, pages_of
from central.web.routes.vehicle import FoundVehicle
from central.web.translation import CODES
from contract.faults import RejectError
from contract.media import sha256_hex

router = APIRouter()
CaseId = Annotated[int, Path(ge=1, lt=2**53)]
Code = Annotated[str, Path(pattern=r"^[a-z]{2}(-[a-z]{2})?$")]


@router.get("/vehicles/{station}/{seq}/sheet.{language}.pdf")
def vehicle_sheet(request: Request, login: PageLogin, central: CentralDep, detail: FoundVehicle, language: Code) -> Response:
    """Print the evidence sheet of a vehicle as it stands; dated by the last of its records, so that it is the same each time."""
    if language not in CODES:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"a sheet is printed in {' or '.join(CODES)}")
    record, pages = detail.record, pages_of(request)
    with central.database.read() as session:
        material = gather(session, central.blobs, pages.zone, record.station, record.seq)
    if material is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "the vehicle is not here any more")
    paper = evidence_sheet(material, writer_in(pages, language), check=query_address(central.settings.web), moment_us=material.arrived_us)
    data = print_pdf(paper)
    subject, actor = f"vehicle/{record.station}/{record.seq}", actor_of(request, login)
    copy: Detail = {"kind": Kind.SHEET.value, "language": language, "sha256": sha256_hex(data)}
    with central.database.write() as session:
        note(session, actor, Verb.PRINTED, subject, now_us=central.now_us(), detail=copy)
    return _pdf(data, f"{record.station}-{record.seq}-sheet.{language}.pdf")


def found_case(login: PageLogin, central: CentralDep, case_id: CaseId) -> CaseView:
    """Give the case of an address; 404 if there is none at a station that the login sees, 403 to whoever has nothing to do with cases."""
    with central.database.read() as session:
        view = case_view(session, case_id, login, central.now_us(), central.settings.review)
    if view is None or not login.sees(view.line.station):
        raise HTTPException(HTTPStatus.NOT_FOUND, f"there is no case {case_id}")
    if not any(login.may(role, view.line.station) for role in PAPER_READERS):
        raise HTTPException(HTTPStatus.FORBIDDEN, "documents of cases are for reviewers, legal reviewers, approvers and auditors")
    return view


FoundCase = Annotated[CaseView, Depends(found_case)]


@router.get("/cases/{case_id}/documents")
def documents(request: Request, login: PageLogin, central: CentralDep, view: FoundCase) -> Response:
    """List what can be issued of a case and what was."""
    with central.database.read() as session:
        rows = [
            (kind, code, basis_of(kind, view) is not None, issued_for(session, view, kind, code))
            for kind, row in KINDS.items()
            for code in row.languages
        ]
        standing = {item.sha256 for *_, item in rows if item is not None}
        earlier = [item for item in issued_documents(session, view.line.id) if item.sha256 not in standing]
    may_issue = any(login.may(role, view.line.station) for role in CASE_ROLES)
    return pages_of(request).render(
        request, "documents/list.html", login, view=view, rows=rows, earlier=earlier, may_issue=may_issue, kinds=KINDS
    )


@router.post("/cases/{case_id}/documents/{kind}.{language}")
def issue_document(
    *, request: Request, central: CentralDep, login: Annotated[Login, Depends(require_csrf)], view: FoundCase, kind: Kind, language: Code
) -> Response:
    """Issue a document and go back to the list; what was issued on the same ground before stays as it is."""
    if not any(login.may(role, view.line.station) for role in CASE_ROLES):
        raise HTTPException(HTTPStatus.FORBIDDEN, "only who works on cases issues documents")
    try:
        issue(central, pages_of(request), view.line.id, (kind, language), actor_of(request, login))
    except RejectError as error:
        status = HTTPStatus.CONFLICT if error.code in {"conflict", "document-not-due", "proof-fails"} else HTTPStatus.NOT_FOUND
        raise HTTPException(status, str(error)) from error
    return RedirectResponse(f"/cases/{view.line.id}/documents", HTTPStatus.SEE_OTHER)


@router.get("/cases/{case_id}/documents/{kind}.{language}.pdf")
def issued_document(*, request: Request, login: PageLogin, central: CentralDep, view: FoundCase, kind: Kind, language: Code) -> Response:
    """Give an issued document; what has not been issued is led to the page where it can be."""
    with central.database.read() as session:
        item = issued_for(session, view, kind, language)
    if item is None:
        return RedirectResponse(f"/cases/{view.line.id}/documents", HTTPStatus.SEE_OTHER)
    return _given(central, request, login, item)


@router.get("/cases/{case_id}/documents/by-hash/{sha256}.pdf")
def earlier_document(
    *, request: Request, login: PageLogin, central: CentralDep, view: FoundCase, sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
) -> Response:
    """Give a document that was issued on a ground that no longer stands."""
    with central.database.read() as session:
        item = next((one for one in issued_documents(session, view.line.id) if one.sha256 == sha256), None)
    if item is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "no document of this case has that hash")
    return _given(central, request, login, item)


def _given(central: CentralDep, request: Request, login: Login, item: IssuedItem) -> Response:
    try:
        data = stored_bytes(central, item)
    except RejectError as error:
        central.count(error)
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    printed(central, item, actor_of(request, login))
    return _pdf(data, item.file_name)


def _pdf(data: bytes, name: str) -> Response:
    return Response(data, media_type="application/pdf", headers=NO_STORE | {"Content-Disposition": f'inline; filename="{name}"'})
