"""Pages for everyone: stations with their certificates, decisions with masked plates."""

from functools import partial
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request
from fastapi.responses import Response

from central.access import CentralDep
from central.evidence.vehicle_detail import vehicle
from central.publicity.decisions import parse_key, public_decision, public_decisions, withdrawn_decision
from central.publicity.stations import public_station, public_stations
from central.web.law import law_of
from central.web.pages import formats_of, language_of
from central.web.public import decided_in, keep_pace, public_page

router = APIRouter(prefix="/public", dependencies=[Depends(keep_pace)])
ROWS = 50


@router.get("")
def start(request: Request) -> Response:
    """Say what is to be found here."""
    return public_page(request, "start.html", cached=True)


@router.get("/stations")
def stations(request: Request, central: CentralDep) -> Response:
    """List published stations."""
    with central.database.read() as session:
        known = public_stations(session, central.now_us())
    return public_page(request, "stations.html", cached=True, stations=known)


@router.get("/stations/{station}")
def station(request: Request, central: CentralDep, station: Annotated[str, Path(max_length=40, pattern=r"^[^\x00]*$")]) -> Response:
    """Show one published station."""
    with central.database.read() as session:
        found = public_station(session, station, central.now_us())
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"station {station} is not published")
    return public_page(request, "station.html", cached=True, station=found)


@router.get("/decisions")
def decisions(request: Request, central: CentralDep, before: Annotated[str | None, Query(max_length=40)] = None) -> Response:
    """List published decisions, the newest publication first."""
    key = None if before is None else parse_key(before)
    with central.database.read() as session:
        rows = public_decisions(session, key, ROWS + 1)
    following = str(rows[ROWS - 1].key) if len(rows) > ROWS else None
    decided = partial(decided_in, formats_of(request))
    return public_page(request, "decisions.html", cached=True, rows=rows[:ROWS], following=following, decided=decided)


@router.get("/decisions/{number:path}")
def decision(request: Request, central: CentralDep, number: Annotated[str, Path(max_length=60, pattern=r"^[^\x00]*$")]) -> Response:
    """Show one published decision, or that it was taken back, and why."""
    with central.database.read() as session:
        row = public_decision(session, number)
        detail = None if row is None else vehicle(session, row.station, row.seq)
        withdrawn = withdrawn_decision(session, number) if row is None else None
    if withdrawn is not None:
        return public_page(request, "withdrawn.html", code=HTTPStatus.GONE, row=withdrawn)
    if row is None or detail is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"no decision {number} is published")
    law = law_of(detail.record, language_of(request))
    return public_page(request, "decision.html", cached=True, row=row, law=law, decided=partial(decided_in, formats_of(request)))
