"""The journal of acts, for those who audit."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from central.access import CentralDep
from central.evidence.accounts import Login
from central.evidence.accounts.roles import JOURNAL_READERS
from central.evidence.acts import find_acts
from central.evidence.journal import Verb
from central.web.entry import PageLogin
from central.web.log.detail import told_in
from central.web.log.narrowing import parse_act_narrowing
from central.web.log.words import VERBS
from central.web.pages import pages_of
from central.web.seeing import seen

router = APIRouter()
ROWS = 100


def auditing(login: PageLogin) -> Login:
    """Give who is logged in, if he audits every station; acts are not of one station. 403 otherwise."""
    if not audits(login):
        raise HTTPException(HTTPStatus.FORBIDDEN, "needs the role auditor or administrator over every station")
    return login


def audits(login: Login) -> bool:
    """Whether somebody may read the journal."""
    return bool(login.roles & JOURNAL_READERS) and login.stations_for(*JOURNAL_READERS) is None


@router.get("/acts")
def acts(request: Request, login: Annotated[Login, Depends(auditing)], central: CentralDep) -> Response:
    """List acts, newest first."""
    pages = pages_of(request)
    narrowing = parse_act_narrowing(request.query_params, pages.zone)
    seen(request, login, Verb.SEARCHED if narrowing.given else Verb.SAW, "list/acts", narrowing.told)
    with central.database.read() as session:
        page = find_acts(session, narrowing.filter, narrowing.before, ROWS)
    status = HTTPStatus.BAD_REQUEST if narrowing.errors else HTTPStatus.OK
    return pages.render(request, "log/acts.html", login, status=status, narrowing=narrowing, page=page, verbs=VERBS, told_in=told_in)
