"""The stations' states."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central.access import CentralDep
from central.evidence.stations import stations as all_stations
from central.web.entry import PageLogin
from central.web.heartbeat import heartbeats
from central.web.pages import pages_of

router = APIRouter()


@router.get("/stations")
def stations(request: Request, login: PageLogin, central: CentralDep) -> Response:
    """List the login's stations with its last word."""
    with central.database.read() as session:
        known = all_stations(session, within=login.stations_for())
    return pages_of(request).render(request, "stations.html", login, heartbeats=heartbeats(known, central.now_us()))
