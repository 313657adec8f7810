"""A case beside the vehicle's earlier passages: diagrams and pictures side by side, gross weights over time."""

from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response

from central.access import CentralDep
from central.context import Central
from central.evidence.accounts import Login
from central.evidence.journal import Verb
from central.evidence.repository import VehicleDetail, VehicleSummary, passages_of, vehicle
from central.web.cases.door import CaseLogin, SeenCase
from central.web.diagram import draw
from central.web.judgement import answer
from central.web.pages import formats_of, pages_of
from central.web.passages import passages_chart
from central.web.routes.cases import found_view, narrowing_of
from central.web.seeing import seen
from central.web.vehicle_parts import pictures_of

router = APIRouter()
PASSAGES: Final = 100
PICTURES: Final = 2
"""Pictures of each passage that stand beside each other: both ends of the vehicle."""
Other = Annotated[str | None, Query(alias="with", max_length=60, pattern=r"^[^/]{1,40}/[1-9][0-9]{0,15}$")]


@router.get("/cases/{number}/compare")
def compare(request: Request, login: CaseLogin, central: CentralDep, number: SeenCase, other: Other = None) -> Response:
    """Show a case beside one earlier passage of its plate: the one that is chosen, else the last one before it."""
    own, rows = _passages(central, login, number)
    chosen = _chosen(rows, other)
    with central.database.read() as session:
        detail = None if chosen is None else vehicle(session, chosen.station, chosen.seq)
    told = {"with": None if chosen is None else f"{chosen.station}/{chosen.seq}"}
    seen(request, login, Verb.SAW, f"case/{number}/earlier", told)
    sides = [_side(request, own, "-own")] + ([] if detail is None else [_side(request, detail, "-other")])
    return pages_of(request).render(
        request,
        "cases/compare.html",
        login,
        case_id=number,
        narrowing=narrowing_of(request, login),
        own=own,
        rows=rows[1:],
        chosen=chosen,
        sides=sides,
    )


@router.get("/cases/{number}/compare.json")
def chart(
    request: Request, login: CaseLogin, central: CentralDep, number: SeenCase, theme: Literal["light", "dark"] = "light"
) -> JSONResponse:
    """Give the gross weights over time as a Bokeh document."""
    own, rows = _passages(central, login, number)
    shown = (own.summary.station, own.summary.seq)
    return JSONResponse(passages_chart(rows, shown, formats_of(request), theme), headers={"Cache-Control": "no-store"})


def _passages(central: Central, login: Login, number: int) -> tuple[VehicleDetail, tuple[VehicleSummary, ...]]:
    with central.database.read() as session:
        own = found_view(session, login, central, number).vehicle
        plate = own.summary.plate
        earlier = () if plate is None else passages_of(session, plate, own.summary.key, PASSAGES)
    return own, (own.summary, *(row for row in earlier if login.sees(row.station)))


def _chosen(rows: tuple[VehicleSummary, ...], other: str | None) -> VehicleSummary | None:
    """Find the passage to be shown beside the case's own, which is the first; 404 for one that is none of this plate's."""
    if other is None:
        return rows[1] if len(rows) > 1 else None
    station, _, seq = other.partition("/")
    found = next((row for row in rows[1:] if (row.station, row.seq) == (station, int(seq))), None)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"{other} is no passage of this plate")
    return found


def _side(request: Request, detail: VehicleDetail, suffix: str) -> dict[str, Any]:
    record = detail.record
    pictures = [item for item in pictures_of(detail) if item.present][:PICTURES]
    found = answer(record, formats_of(request))
    return {"detail": detail, "record": record, "drawing": draw(record), "answer": found, "pictures": pictures, "suffix": suffix}
