"""``/api/v1``: vehicles, their media, stations and quarantine."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, HTTPException, Path, Query, status
from fastapi.responses import FileResponse

from central.access import CentralDep
from central.api.caller import Caller, RequireScope, searched
from central.api.examples import SHA256, STATION, TIME_US
from central.api.noting import noted
from central.api.paging import Rows
from central.api.schemas import QuarantineLine, QuarantineList, StationAnswer, StationList, VehicleAnswer, VehicleLine, VehicleList
from central.evidence import quarantine, stations
from central.evidence.journal import Verb, told
from central.evidence.tokens import Scope
from central.evidence.vehicle_detail import vehicle
from central.evidence.vehicle_filter import VehicleFilter
from central.evidence.vehicle_list import PageKey, find_vehicles
from central.web.routes.media import SHOWN, stored_medium
from contract.media import Sha256
from contract.names import Name
from contract.verdicts import Outcome

StationId = Annotated[Name, Path(description="Station", examples=[STATION])]
_BYTES: Final[dict[str, Any]] = {
    media_type: {"schema": {"type": "string", "format": "binary"}, "example": "…"} for media_type in (*SHOWN, "application/octet-stream")
}

router = APIRouter(prefix="/api/v1", tags=["evidence"])


@router.get(
    "/vehicles",
    summary="List vehicles, newest passage first",
    responses={
        200: {"description": "A page of vehicles."},
        400: {"description": "`before` is no page key."},
        403: {"description": "The scope is missing, or `plate` was given by whoever sees plates masked."},
    },
)
def list_vehicles(
    *,
    caller: Annotated[Caller, Depends(RequireScope(Scope.VEHICLES_READ))],
    central: CentralDep,
    station: Annotated[Name | None, Query(description="Only this station", examples=[STATION])] = None,
    from_us: Annotated[int | None, Query(ge=0, lt=2**53, description="Passed at or after, UTC in µs", examples=[TIME_US])] = None,
    until_us: Annotated[int | None, Query(ge=0, lt=2**53, description="Passed before, UTC in µs", examples=[TIME_US + 1])] = None,
    outcome: Annotated[Outcome | None, Query(description="Only this outcome", examples=[Outcome.OVERLOAD])] = None,
    enforceable: Annotated[bool | None, Query(description="Only what may be enforced, or only what may not", examples=[True])] = None,
    plate: Annotated[
        str | None, Query(max_length=16, pattern=r"^[^\x00]*$", description="Any part of the plate", examples=["A123"])
    ] = None,
    before: Annotated[str | None, Query(max_length=40, description="`next` of the page before", examples=[f"{TIME_US}-5"])] = None,
    limit: Rows = 50,
) -> VehicleList:
    """Give one page; a page is found by key, so what arrives meanwhile moves nothing."""
    within = searched(caller, plate)
    narrowed = VehicleFilter(station, from_us, until_us, outcome, enforceable, plate, within)
    key = None if before is None else PageKey.parse(before)
    detail = told(narrowed)
    noted(central, caller, Verb.SEARCHED if detail else Verb.SAW, "list/vehicles", detail, search=repr(narrowed))
    with central.database.read() as session:
        page = find_vehicles(session, narrowed, key, limit)
    lines = tuple(VehicleLine.of(row, caller.sight) for row in page.rows)
    return VehicleList(vehicles=lines, next=None if page.next_key is None else str(page.next_key))


@router.get(
    "/vehicles/{station}/{seq}",
    summary="One vehicle",
    responses={200: {"description": "The vehicle."}, 404: {"description": "There is no vehicle of that number."}},
)
def get_vehicle(
    caller: Annotated[Caller, Depends(RequireScope(Scope.VEHICLES_READ))],
    central: CentralDep,
    station: StationId,
    seq: Annotated[int, Path(ge=1, lt=2**53, description="The record's number at its station", examples=[5])],
) -> VehicleAnswer:
    """Give one vehicle with its signed bytes, its supplements and the state of its media; that you saw it is written down."""
    with central.database.read() as session:
        detail = vehicle(session, station, seq) if caller.sees(station) else None
    if detail is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"station {station} has no vehicle with seq {seq}")
    noted(central, caller, Verb.SAW, f"vehicle/{station}/{seq}")
    return VehicleAnswer.of(detail)


@router.get(
    "/media/{sha256}",
    summary="A picture, clip or capture",
    response_class=FileResponse,
    responses={
        200: {"description": "The bytes, as the station sent them.", "content": _BYTES},
        404: {"description": "No record vouches for it, it was deleted on schedule, or it has not arrived yet."},
    },
)
def get_medium(
    caller: Annotated[Caller, Depends(RequireScope(Scope.MEDIA_READ))],
    central: CentralDep,
    sha256: Annotated[Sha256, Path(description="SHA-256 by which a record names it", examples=[SHA256])],
) -> FileResponse:
    """Give the bytes of a medium that a stored record vouches for."""
    medium = stored_medium(central, sha256, caller.stations)
    noted(central, caller, Verb.EXPORTED, f"media/{sha256}")
    return medium


@router.get("/stations", summary="Stations with their last status", responses={200: {"description": "A page of stations, by id."}})
def list_stations(
    caller: Annotated[Caller, Depends(RequireScope(Scope.STATIONS_READ))],
    central: CentralDep,
    after: Annotated[Name | None, Query(description="`next` of the page before", examples=[STATION])] = None,
    limit: Rows = 50,
) -> StationList:
    """Give one page of enrolled stations; the status is what a station last said of itself, unsigned."""
    noted(central, caller, Verb.SAW, "list/stations")
    with central.database.read() as session:
        found = stations.stations(session, within=caller.stations, after=after or "", limit=limit + 1)
    page = tuple(StationAnswer.model_validate(view) for view in found[:limit])
    return StationList(stations=page, next=page[-1].id if len(found) > limit else None)


@router.get(
    "/quarantine", summary="Refused messages with the reason, newest first", responses={200: {"description": "A page of refused messages."}}
)
def list_quarantine(
    caller: Annotated[Caller, Depends(RequireScope(Scope.QUARANTINE_READ))],
    central: CentralDep,
    before: Annotated[int | None, Query(ge=1, lt=2**53, description="`next` of the page before", examples=[17])] = None,
    limit: Rows = 50,
) -> QuarantineList:
    """Give one page of what was refused, and how much was only counted."""
    noted(central, caller, Verb.SAW, "list/quarantine")
    with central.database.read() as session:
        items = quarantine.quarantined(session, before, limit + 1, within=caller.stations)
        counted = quarantine.overflow(session)
    page = items[:limit]
    return QuarantineList(
        messages=tuple(QuarantineLine.of(item) for item in page),
        next=page[-1].id if len(items) > limit else None,
        counted_messages=counted.messages,
        counted_bytes=counted.size,
    )
