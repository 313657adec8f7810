"""The live list of vehicles."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from central.access import CentralDep
from central.evidence.journal import Verb, told
from central.evidence.stations import stations
from central.evidence.vehicle_list import find_vehicles, latest_cursor
from central.web.entry import PageLogin
from central.web.heartbeat import heartbeats
from central.web.narrowing import VERDICTS, parse_narrowing
from central.web.pages import pages_of
from central.web.seeing import seen
from central.web.words import FORMATS

router = APIRouter()
ROWS = 50


@router.get("/")
def start(_login: PageLogin) -> RedirectResponse:
    """Go to the list."""
    return RedirectResponse("/vehicles", HTTPStatus.SEE_OTHER)


@router.get("/vehicles")
def vehicles(request: Request, login: PageLogin, central: CentralDep) -> Response:
    """List vehicles, newest passage first."""
    pages = pages_of(request)
    narrowing = parse_narrowing(request.query_params, pages.zone, login)
    seen(request, login, Verb.SEARCHED if narrowing.given else Verb.SAW, "list/vehicles", told(narrowing.filter))
    with central.database.read() as session:
        # The cursor first: what arrives between the two questions is then told twice rather than not at all.
        cursor = latest_cursor(session)
        page = find_vehicles(session, narrowing.filter, narrowing.before, ROWS)
        known = stations(session, within=login.stations_for())
    return pages.render(
        request,
        "vehicles.html",
        login,
        status=HTTPStatus.BAD_REQUEST if narrowing.errors else HTTPStatus.OK,
        narrowing=narrowing,
        page=page,
        cursor=cursor,
        verdicts=VERDICTS,
        heartbeats=heartbeats(known, central.now_us()),
        any_stored=cursor > 0,
        export_formats=FORMATS,
    )
