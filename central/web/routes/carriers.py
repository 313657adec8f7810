"""The register of carriers for administrators: a list is uploaded, compared with the register, and then put in its place."""

import secrets
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import Response

from central.access import CentralDep, actor_of, require_csrf
from central.analysis.carriers import changes_of, read_carriers, register, replace_compared
from central.context import Central
from central.evidence.accounts import Login
from central.web.account_words import CARRIER_FAULTS
from central.web.drafts import Draft, Drafts
from central.web.forms import Done, done_text, refusal_text, went
from central.web.pages import pages_of
from central.web.routes.accounts import Administrator
from contract.faults import RejectError

router = APIRouter()
SHOWN: Final = 50
"""Most lines of a kind that the comparison shows."""
_CSRF: Final = [Depends(require_csrf)]


@router.get("/carriers")
def carriers(request: Request, login: Administrator, central: CentralDep, done: Done = "") -> Response:
    """Show how large the register is, and the form for a list."""
    return _page(request, login, central, done=done_text(request, done))


@router.post("/carriers/compare", dependencies=_CSRF)
def compare(request: Request, login: Administrator, central: CentralDep, file: Annotated[UploadFile, File()]) -> Response:
    """Read a list and show what it would change, or each line that cannot be used; nothing changes yet."""
    name = (file.filename or "")[:120]
    try:
        reading = read_carriers(file.file.read(), name or "list")
    except RejectError as error:
        return _page(request, login, central, HTTPStatus.BAD_REQUEST, refused=refusal_text(request, error), name=name)
    if reading.bad:
        return _page(request, login, central, HTTPStatus.BAD_REQUEST, bad=reading.bad, name=name)
    with central.database.read() as session:
        changes = changes_of(register(session), reading.carriers)
    key = secrets.token_urlsafe(16)
    _drafts(request).keep(key, Draft(login.account_id, reading.carriers, changes.register_sha256, central.now_us()))
    return _page(request, login, central, changes=changes, draft=key, name=name, listed=len(reading.carriers))


@router.post("/carriers", dependencies=_CSRF)
def replace(request: Request, login: Administrator, central: CentralDep, draft: Annotated[str, Form(max_length=40)]) -> Response:
    """Put the list that was compared in the place of the register."""
    found = _drafts(request).take(draft, login.account_id, central.now_us())
    try:
        if found is None:
            raise RejectError("carriers-gone", "list", "is not kept any more; upload it again")
        with central.database.write() as session:
            replace_compared(session, actor_of(request, login), found.carriers, found.compared, central.now_us())
    except RejectError as error:
        return _page(request, login, central, HTTPStatus.CONFLICT, refused=refusal_text(request, error))
    return went("/carriers", "carriers")


def _page(request: Request, login: Login, central: Central, status: HTTPStatus = HTTPStatus.OK, **values: object) -> Response:
    with central.database.read() as session:
        known = register(session)
    common: dict[str, object] = {"plates": len(known), "holders": len(set(known.values())), "shown": SHOWN, "fault_words": CARRIER_FAULTS}
    common |= {"done": "", "refused": "", "bad": (), "changes": None, "draft": "", "name": "", "listed": 0}
    return pages_of(request).render(request, "analysis/carriers.html", login, status=status, **(common | values))


def _drafts(request: Request) -> Drafts:
    drafts = request.app.state.carrier_drafts
    if not isinstance(drafts, Drafts):
        msg = "app.state.carrier_drafts is set by install"
        raise TypeError(msg)
    return drafts
