"""What central refused, with the reason."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from central.access import CentralDep
from central.evidence.journal import Verb
from central.evidence.quarantine import overflow, quarantine_count, quarantined
from central.web.entry import PageLogin
from central.web.pages import pages_of
from central.web.seeing import seen

router = APIRouter()
ROWS = 50


@router.get("/quarantine")
def quarantine(
    request: Request, login: PageLogin, central: CentralDep, before: Annotated[int | None, Query(ge=1, lt=2**53)] = None
) -> Response:
    """List refused messages, newest first."""
    seen(request, login, Verb.SAW, "list/quarantine")
    within = login.stations_for()
    with central.database.read() as session:
        items = quarantined(session, before, ROWS + 1, within=within)
        kept = quarantine_count(session, within=within)
        counted = overflow(session)
    following = items[ROWS - 1].id if len(items) > ROWS else None
    return pages_of(request).render(
        request,
        "quarantine.html",
        login,
        items=items[:ROWS],
        kept=kept,
        counted=counted,
        following=following,
        before=before,
        whole=within is None,
    )
