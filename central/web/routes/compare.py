"""A case beside the vehicle's earlier passages: diagrams and pictures side by side, gross weights over time."""

from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.orm import Session

from central.access import CentralDep
from central.context import Central
from central.evidence.accounts import Login
from central.evidence.journal import Verb
from central.evidence.vehicle_detail import VehicleDetail, vehicle
from central.evidence.vehicle_list import VehicleSummary, passages_of
from central.review.gates import Reason
from central.web.case_words import why_in
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
    own, rows, doubts = _passages(central, login, number)
    chosen = _chosen(rows, other, doubts)
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
        earlier=sum(row.key.time_us < own.summary.time_us for row in rows[1:]),
        doubts=doubts,
        doubted={str(reason.figures["passage"]) for reason in doubts},
        why_in=why_in,
        chosen=chosen,
        sides=sides,
    )


@router.get("/cases/{number}/compare.json")
def chart(
    request: Request, login: CaseLogin, central: CentralDep, number: SeenCase, theme: Literal["light", "dark"] = "light"
) -> JSONResponse:
    """Give the gross weights over time as a Bokeh document."""
    own, rows, _ = _passages(central, login, number)
    shown = (own.summary.station, own.summary.seq)
    return JSONResponse(passages_chart(rows, shown, formats_of(request), theme), headers={"Cache-Control": "no-store"})


def _passages(central: Central, login: Login, number: int) -> tuple[VehicleDetail, tuple[VehicleSummary, ...], tuple[Reason, ...]]:
    """Give a case's vehicle; its passage, then the earlier ones of its plate with those that raise a doubt, newest first; the doubts."""
    with central.database.read() as session:
        view = found_view(session, login, central, number)
        own, plate = view.vehicle, view.vehicle.summary.plate
        earlier = () if plate is None else passages_of(session, plate, own.summary.key, PASSAGES)
        doubted = [_passage(session, name) for name in view.checklist.doubted_passages]
    others = {row.key: row for row in (*earlier, *doubted) if row is not None and login.sees(row.station)}
    newest_first = sorted(others.values(), key=lambda row: (row.time_us, row.key.record_id), reverse=True)
    return own, (own.summary, *newest_first), view.checklist.doubted


def _passage(session: Session, name: str) -> VehicleSummary | None:
    station, _, seq = name.partition("/")
    found = vehicle(session, station, int(seq))
    return None if found is None else found.summary


def _chosen(rows: tuple[VehicleSummary, ...], other: str | None, doubts: tuple[Reason, ...]) -> VehicleSummary | None:
    """Find the passage to be shown beside the case's own, which is the first; 404 for one that is none of this plate's.

    Where none is asked for it is the first that raises a doubt, else the last one before it.
    """
    doubted = [str(reason.figures["passage"]) for reason in doubts]
    others = {f"{row.station}/{row.seq}": row for row in rows[1:]}
    if other is None:
        return next((others[name] for name in doubted if name in others), rows[1] if len(rows) > 1 else None)
    if other not in others:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"{other} is no passage of this plate")
    return others[other]


def _side(request: Request, detail: VehicleDetail, suffix: str) -> dict[str, Any]:
    record = detail.record
    pictures = [item for item in pictures_of(detail) if item.present][:PICTURES]
    found = answer(record, formats_of(request))
    return {"detail": detail, "record": record, "drawing": draw(record), "answer": found, "pictures": pictures, "suffix": suffix}
