"""One's own case: opened by notice number and plate, read, its documents downloaded, objected to."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Path, Query, Request
from fastapi.responses import RedirectResponse, Response

from central.access import CSRF_FIELD, CentralDep
from central.context import Central
from central.evidence.journal import Verb, note
from central.evidence.models import Station
from central.publicity.own_case import BrakedError, Visit, close_visit, matches, open_own
from central.review.objections import object_to
from central.review.view import case_view
from central.review.views import CaseView
from central.review.workflow import State
from central.web.case_words import RULINGS
from central.web.derivatives import sound_bytes
from central.web.diagram import draw
from central.web.documents.issued import IssuedItem, issued_documents, printed, stored_bytes
from central.web.documents.kinds import KINDS, Kind
from central.web.documents.material import imprint_of, party_copy
from central.web.judgement import answer
from central.web.law import article_in, law_of
from central.web.pages import formats_of, language_of, pages_of
from central.web.public import (
    IN_OFFICE,
    NEVER_CACHED,
    PUBLIC_DECISIONS,
    STATES,
    OpenVisit,
    keep_pace,
    public_page,
    set_visit_cookie,
    visit_cookie,
    visitor,
)
from central.web.security import require_same_origin
from contract.faults import RejectError
from contract.media import MediaRole

router = APIRouter(prefix="/public", dependencies=[Depends(keep_pace)])
SHOWN = (MediaRole.FRONT, MediaRole.REAR, MediaRole.SCENE, MediaRole.OVERVIEW, MediaRole.PLATE)
PUBLIC_KINDS = frozenset({Kind.NOTICE, Kind.SHEET})
"""Documents that the party is given; the proposal is the office's own."""
Hash = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


@router.get("/query")
def form(request: Request, notice: Annotated[str, Query(max_length=60)] = "", over: Annotated[bool, Query()] = False) -> Response:
    """Ask for notice number and plate; the code on a notice fills the number in."""
    return public_page(request, "query.html", notice=notice, wrong=False, until_us=None, over=over)


@router.post("/query", dependencies=[Depends(require_same_origin)])
def query(
    request: Request,
    central: CentralDep,
    notice: Annotated[str, Form(max_length=60)] = "",
    plate: Annotated[str, Form(max_length=16)] = "",
) -> Response:
    """Open the case if both fit; a wrong pair tells nothing, and too many make it wait."""
    actor, now_us = visitor(request), central.now_us()
    try:
        with central.database.write() as session:
            opened = open_own(session, notice, plate, actor.address, now_us)
            if opened is not None:
                note(session, actor, Verb.SAW, f"case/{opened.case_id}", now_us=now_us, detail={"by": "notice number and plate"})
    except BrakedError as brake:
        code = HTTPStatus.TOO_MANY_REQUESTS
        return public_page(request, "query.html", code=code, notice=notice, wrong=False, until_us=brake.until_us, over=False)
    if opened is None:
        return public_page(request, "query.html", code=HTTPStatus.NOT_FOUND, notice=notice, wrong=True, until_us=None, over=False)
    response = RedirectResponse("/public/case", HTTPStatus.SEE_OTHER, headers=NEVER_CACHED)
    set_visit_cookie(response, central, opened)
    return response


@router.post("/leave", dependencies=[Depends(require_same_origin)])
def leave(request: Request, central: CentralDep) -> Response:
    """Close the case in this browser."""
    token = request.cookies.get(visit_cookie(central), "")
    with central.database.write() as session:
        close_visit(session, token)
    response = RedirectResponse("/public", HTTPStatus.SEE_OTHER, headers=NEVER_CACHED)
    response.delete_cookie(visit_cookie(central), path="/", httponly=True, samesite="strict", secure=central.settings.web.https)
    return response


@router.get("/case")
def case(request: Request, central: CentralDep, visit: OpenVisit) -> Response:
    """Show the case: what was found, the pictures, the arithmetic, the documents, the terms, and a form to object."""
    return _case(request, central, visit)


@router.get("/case/pictures/{sha256}.jpg")
def picture(central: CentralDep, request: Request, visit: OpenVisit, sha256: Hash) -> Response:
    """Give a picture of one's own vehicle, as a copy with its imprint."""
    view = _view(central, visit)
    item = next((one for one in view.vehicle.media if one.ref.sha256 == sha256 and one.ref.role in SHOWN), None)
    if item is None or not item.present or not central.blobs.has(sha256):
        raise HTTPException(HTTPStatus.NOT_FOUND, "there is no such picture")
    try:
        imprint = imprint_of(view.vehicle.record, sha256, pages_of(request).zone)
        copy = party_copy(sound_bytes(central.blobs, sha256), item.ref.role, imprint)
    except RejectError as error:
        central.count(error)
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    return Response(copy, media_type="image/jpeg", headers=NEVER_CACHED)


@router.get("/case/documents/{kind}.{language}.pdf")
def document(request: Request, central: CentralDep, visit: OpenVisit, kind: Kind, language: str) -> Response:
    """Give a document of the case as it was issued."""
    with central.database.read() as session:
        item = next((one for one in _public_documents(issued_documents(session, visit.case_id)) if one.is_of(kind, language)), None)
    if item is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "there is no such document")
    data = stored_bytes(central, item)
    printed(central, item, visitor(request))
    headers = NEVER_CACHED | {"Content-Disposition": f'attachment; filename="{item.file_name}"'}
    return Response(data, media_type="application/pdf", headers=headers)


@router.post("/case/objection", dependencies=[Depends(require_same_origin)])
def objection(
    *,
    request: Request,
    central: CentralDep,
    visit: OpenVisit,
    text: Annotated[str, Form(max_length=20_000)] = "",
    contact: Annotated[str, Form(max_length=2_000)] = "",
    csrf_token: Annotated[str, Form(alias=CSRF_FIELD)] = "",
) -> Response:
    """Take an objection; its receipt number is on the page that follows."""
    if not matches(csrf_token, visit.csrf_token):
        raise HTTPException(HTTPStatus.FORBIDDEN, "the form is not of this visit; load the page again")
    view = _view(central, visit)
    if view.notice is None or view.line.plate is None:
        raise HTTPException(HTTPStatus.CONFLICT, "this case has no notice to object to")
    number, plate, now_us = view.notice.number, view.line.plate, central.now_us()
    try:
        with central.database.write() as session:
            object_to(
                session, number, plate, text, contact=contact, actor=visitor(request), now_us=now_us, settings=central.settings.review
            )
    except RejectError as error:
        return _case(request, central, visit, refused=error, text=text, contact=contact)
    return RedirectResponse("/public/case#objection", HTTPStatus.SEE_OTHER, headers=NEVER_CACHED)


def _view(central: Central, visit: Visit) -> CaseView:
    with central.database.read() as session:
        view = case_view(session, visit.case_id, None, central.now_us(), central.settings.review)
    if view is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "the case is not here")
    return view


def _case(
    request: Request, central: Central, visit: Visit, *, refused: RejectError | None = None, text: str = "", contact: str = ""
) -> Response:
    view = _view(central, visit)
    with central.database.read() as session:
        documents = _public_documents(issued_documents(session, visit.case_id))
        station = session.get(Station, view.line.station)
    formats = formats_of(request)
    receipts = [event for event in view.history if event.action in {"object", "record-objection"}]
    return public_page(
        request,
        "case.html",
        code=HTTPStatus.OK if refused is None else HTTPStatus.UNPROCESSABLE_ENTITY,
        view=view,
        visit=visit,
        record=view.vehicle.record,
        station_name=view.line.station if station is None else station.name,
        answer=answer(view.vehicle.record, formats),
        drawing=draw(view.vehicle.record),
        steps=[article_in(step.zh if formats.language.code == "zh" else step.en, formats.language) for step in view.proposal.steps],
        law=law_of(view.vehicle.record, language_of(request)),
        pictures=[item for role in SHOWN for item in view.vehicle.media if item.ref.role is role and item.present],
        documents=documents,
        receipts=receipts,
        may_object=view.line.state is State.NOTIFIED,
        refused=refused,
        text=text,
        contact=contact,
        state=STATES.get(view.line.state, IN_OFFICE),
        decisions=PUBLIC_DECISIONS,
        rulings=RULINGS,
        kinds=KINDS,
    )


def _public_documents(items: tuple[IssuedItem, ...]) -> tuple[IssuedItem, ...]:
    """Give the newest of each document that the party is given."""
    return tuple(item for item in items if item.kind in PUBLIC_KINDS)
