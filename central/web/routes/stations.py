"""The stations' states: all of them with a map, and one with all that is known of it."""

from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.responses import JSONResponse, Response

from central.access import CentralDep
from central.context import Central
from central.evidence.accounts import Login
from central.evidence.journal import Verb
from central.evidence.publications import publications_at
from central.evidence.stations import stations as all_stations
from central.web.entry import PageLogin
from central.web.heartbeat import heartbeats
from central.web.pages import language_of, pages_of
from central.web.seeing import seen
from central.web.station_map import Site, is_placed, station_map
from central.web.station_page import station_page

router = APIRouter()
StationName = Annotated[str, Path(max_length=40)]


@router.get("/stations")
def stations(request: Request, login: PageLogin, central: CentralDep) -> Response:
    """List every enrolled station with its last word."""
    sites = _sites(central, login)
    seen(request, login, Verb.SAW, "list/stations")
    return pages_of(request).render(
        request,
        "stations/list.html",
        login,
        sites=sites,
        placed=[site for site in sites if is_placed(site)],
    )


@router.get("/stations/map.json")
def map_of_stations(request: Request, login: PageLogin, central: CentralDep, theme: Literal["light", "dark"] = "light") -> JSONResponse:
    """Give the map as a Bokeh document; 404 while no station's place was published."""
    sites = [site for site in _sites(central, login) if is_placed(site)]
    if not sites:
        raise HTTPException(HTTPStatus.NOT_FOUND, "no station's place was published; enter it with `wim-central publish-station`")
    return JSONResponse(station_map(sites, language_of(request), theme), headers={"Cache-Control": "no-store"})


@router.get("/stations/{station}")
def station(request: Request, login: PageLogin, central: CentralDep, station: StationName) -> Response:
    """Show one station: health, numbers, latest vehicles, certificates, place."""
    with central.database.read() as session:
        page = station_page(session, station, central.now_us())
    if page is None or not login.sees(station):
        raise HTTPException(HTTPStatus.NOT_FOUND, f"no station {station} is enrolled")
    seen(request, login, Verb.SAW, f"station/{station}")
    return pages_of(request).render(request, "stations/one.html", login, page=page)


def _sites(central: Central, login: Login) -> list[Site]:
    now_us = central.now_us()
    with central.database.read() as session:
        beats = heartbeats(all_stations(session, within=login.stations_for()), now_us)
        published = publications_at(session, now_us)
        return [Site(beat, published.get(beat.station.id)) for beat in beats]
