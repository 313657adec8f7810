"""Publication of stations on and off, for administrators."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import StringConstraints
from sqlalchemy.orm import Session

from central.access import CentralDep, actor_of, require_csrf
from central.evidence.accounts import Login, Role
from central.evidence.journal import Actor, Detail, Verb, note
from central.evidence.publications import Publication, publication_at, publications_at, publish_station, withdraw_station
from central.evidence.standing import STATION_DIGEST, station_standing
from central.evidence.stations import stations
from central.web.entry import PageLogin
from central.web.pages import pages_of
from contract.faults import RejectError
from contract.names import Name

router = APIRouter()
StationId = Annotated[Name, Path()]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")]
LongLine = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


def administrator(login: PageLogin) -> Login:
    """Give who is logged in; 403 to all but administrators."""
    if not login.may(Role.ADMINISTRATOR):
        raise HTTPException(HTTPStatus.FORBIDDEN, "stations are published by administrators")
    return login


Administrator = Annotated[Login, Depends(administrator)]


@router.get("/publicity")
def publicity(request: Request, login: Administrator, central: CentralDep) -> Response:
    """List stations with their publication, each with a form to publish or withdraw it."""
    now_us = central.now_us()
    with central.database.read() as session:
        published = publications_at(session, now_us)
        rows = [(view, published.get(view.id)) for view in stations(session) if login.may(Role.ADMINISTRATOR, view.id)]
    return pages_of(request).render(request, "documents/publicity.html", login, rows=rows)


@router.post("/publicity/{station}", dependencies=[Depends(require_csrf)])
def publish(
    *,
    request: Request,
    login: Administrator,
    central: CentralDep,
    station: StationId,
    road: Annotated[Line, Form()],
    stake: Annotated[Line, Form()],
    office: Annotated[LongLine, Form()],
    institute: Annotated[LongLine, Form()],
    place: Annotated[LongLine, Form()],
) -> Response:
    """Publish a station from now on, in place of what was published before; its position and certificate stay as they were entered."""
    _check_reach(login, station)
    now_us = central.now_us()
    with central.database.write() as session:
        before = publication_at(session, station, now_us)
        new = Publication(station, road, stake, office, institute, place, now_us)
        if before is not None:
            new = replace(
                new,
                latitude_udeg=before.latitude_udeg,
                longitude_udeg=before.longitude_udeg,
                certificate=before.certificate,
                verified_from_us=before.verified_from_us,
                verified_until_us=before.verified_until_us,
            )
        publish_station(session, new, now_us)
        _note(session, actor_of(request, login), station, {"stake": stake, "from_us": now_us}, now_us)
    return RedirectResponse("/publicity", HTTPStatus.SEE_OTHER)


@router.post("/publicity/{station}/withdraw", dependencies=[Depends(require_csrf)])
def withdraw(request: Request, login: Administrator, central: CentralDep, station: StationId) -> Response:
    """End a station's publication now."""
    _check_reach(login, station)
    now_us = central.now_us()
    try:
        with central.database.write() as session:
            withdraw_station(session, station, now_us)
            _note(session, actor_of(request, login), station, {"until_us": now_us}, now_us)
    except RejectError as error:
        raise HTTPException(HTTPStatus.CONFLICT, str(error)) from error
    return RedirectResponse("/publicity", HTTPStatus.SEE_OTHER)


def _check_reach(login: Login, station: str) -> None:
    if not login.may(Role.ADMINISTRATOR, station):
        raise HTTPException(HTTPStatus.FORBIDDEN, f"{login.name} is no administrator of station {station}")


def _note(session: Session, actor: Actor, station: str, detail: Detail, now_us: int) -> None:
    """Note what was done to a station's publication, and how the station stands after it."""
    detail = detail | {STATION_DIGEST: station_standing(session, station)}
    note(session, actor, Verb.CHANGED, f"station/{station}/publication", now_us=now_us, detail=detail)
