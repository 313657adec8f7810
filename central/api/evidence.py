"""``/api/v1``: vehicles, stations and quarantine, for whoever is logged in."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, HTTPException, Path, Query, status

from central.access import CentralDep, require_login
from central.api.schemas import QuarantineLine, QuarantineList, StationAnswer, VehicleAnswer, VehicleLine, VehicleList
from central.evidence import quarantine, repository, stations
from contract.station import Name
from contract.verdicts import Outcome

ROWS_MAX: Final = 500
Rows = Annotated[int, Query(ge=1, le=ROWS_MAX, description="Rows per page")]

router = APIRouter(
    prefix="/api/v1",
    tags=["evidence"],
    dependencies=[Depends(require_login)],
    responses={401: {"description": "Log in first."}},
)


@router.get("/vehicles", summary="List vehicles, newest passage first", responses={400: {"description": "The page key is none."}})
def list_vehicles(
    *,
    central: CentralDep,
    station: Annotated[Name | None, Query(description="Only this station")] = None,
    from_us: Annotated[int | None, Query(ge=0, lt=2**53, description="Passed at or after, UTC in µs")] = None,
    until_us: Annotated[int | None, Query(ge=0, lt=2**53, description="Passed before, UTC in µs")] = None,
    outcome: Annotated[Outcome | None, Query(description="Only this outcome")] = None,
    enforceable: Annotated[bool | None, Query(description="Only what may be enforced, or only what may not")] = None,
    plate: Annotated[str | None, Query(max_length=16, pattern=r"^[^\x00]*$", description="Any part of the plate")] = None,
    before: Annotated[str | None, Query(max_length=40, description="`next` of the page before")] = None,
    limit: Rows = 50,
) -> VehicleList:
    """Give one page; a page is found by key, so what arrives meanwhile moves nothing."""
    narrowed = repository.VehicleFilter(station, from_us, until_us, outcome, enforceable, plate)
    key = None if before is None else repository.PageKey.parse(before)
    with central.database.read() as session:
        page = repository.find_vehicles(session, narrowed, key, limit)
    return VehicleList(vehicles=tuple(VehicleLine.of(row) for row in page.rows), next=None if page.next_key is None else str(page.next_key))


@router.get("/vehicles/{station}/{seq}", summary="One vehicle", responses={404: {"description": "There is no vehicle of that number."}})
def get_vehicle(
    central: CentralDep,
    station: Annotated[Name, Path(description="Station")],
    seq: Annotated[int, Path(ge=1, lt=2**53, description="The record's number at its station")],
) -> VehicleAnswer:
    """Give one vehicle with its signed bytes, its supplements and the state of its media."""
    with central.database.read() as session:
        detail = repository.vehicle(session, station, seq)
    if detail is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"station {station} has no vehicle with seq {seq}")
    return VehicleAnswer.of(detail)


@router.get("/stations", summary="Enrolled stations with their last status")
def list_stations(central: CentralDep) -> tuple[StationAnswer, ...]:
    """Give every enrolled station, by id."""
    with central.database.read() as session:
        return tuple(StationAnswer.model_validate(view) for view in stations.stations(session))


@router.get("/quarantine", summary="Refused messages with the reason, newest first")
def list_quarantine(
    central: CentralDep,
    before: Annotated[int | None, Query(ge=1, lt=2**53, description="`next` of the page before")] = None,
    limit: Rows = 50,
) -> QuarantineList:
    """Give one page of what was refused, and how much was only counted."""
    with central.database.read() as session:
        items = quarantine.quarantined(session, before, limit)
        counted = quarantine.overflow(session)
    return QuarantineList(
        messages=tuple(QuarantineLine.of(item) for item in items),
        next=items[-1].id if len(items) == limit else None,
        counted_messages=counted.messages,
        counted_bytes=counted.size,
    )
