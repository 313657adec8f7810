"""The page of one vehicle, its waveform, and its signed record to take away."""

from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import JSONResponse, Response

from central.access import CentralDep
from central.context import Central
from central.evidence.journal import Verb
from central.evidence.vehicle_detail import VehicleDetail
from central.evidence.vehicle_detail import vehicle as stored_vehicle
from central.review.view import case_id_of
from central.web.cases.door import may_see
from central.web.entry import PageLogin
from central.web.overview import overview_svg
from central.web.pages import language_of, pages_of
from central.web.seeing import seen
from central.web.signal import Signal, read_signal
from central.web.vehicle_parts import capture_of, vehicle_parts
from central.web.waveform import waveform_item
from contract.faults import RejectError

router = APIRouter()
_IMMUTABLE: Final = {"Cache-Control": "private, max-age=3600"}
Station = Annotated[str, Path(max_length=40)]
Seq = Annotated[int, Path(ge=1, lt=2**53)]


def found_vehicle(login: PageLogin, central: CentralDep, station: Station, seq: Seq) -> VehicleDetail:
    """Give the vehicle of an address; 404 if there is none, or none of which the login may know."""
    with central.database.read() as session:
        detail = stored_vehicle(session, station, seq)
    if detail is None or not login.sees(station):
        raise HTTPException(HTTPStatus.NOT_FOUND, f"station {station} has no vehicle with seq {seq}")
    return detail


FoundVehicle = Annotated[VehicleDetail, Depends(found_vehicle)]


@router.get("/vehicles/{station}/{seq}")
def vehicle(request: Request, login: PageLogin, central: CentralDep, detail: FoundVehicle) -> Response:
    """Show one vehicle: the answer, the pictures and axles, the why, the signal, the proofs."""
    seen(request, login, Verb.SAW, f"vehicle/{detail.record.station}/{detail.record.seq}")
    station, seq = detail.record.station, detail.record.seq
    with central.database.read() as session:
        case_id = case_id_of(session, station, seq) if may_see(login, station) else None
    return pages_of(request).render(request, "vehicle/one.html", login, case_id=case_id, **vehicle_parts(request, central, detail))


@router.get("/vehicles/{station}/{seq}/waveform.json")
def waveform(
    request: Request, _login: PageLogin, central: CentralDep, detail: FoundVehicle, theme: Literal["light", "dark"] = "light"
) -> JSONResponse:
    """Give the waveform as a Bokeh document."""
    item: dict[str, Any] = waveform_item(_signal(central, detail), language_of(request), theme)
    return JSONResponse(item, headers=_IMMUTABLE | {"Vary": "Cookie, Accept-Language"})


@router.get("/vehicles/{station}/{seq}/waveform.svg")
def overview(request: Request, _login: PageLogin, central: CentralDep, detail: FoundVehicle) -> Response:
    """Give the waveform as a plain picture."""
    picture = overview_svg(_signal(central, detail), language_of(request))
    return Response(picture, media_type="image/svg+xml", headers=_IMMUTABLE | {"Vary": "Cookie, Accept-Language"})


@router.get("/vehicles/{station}/{seq}/envelope.json")
def envelope(request: Request, login: PageLogin, detail: FoundVehicle) -> Response:
    """Give the signed envelope as it was received, payload and signatures byte for byte, with the texts that are still held."""
    seen(request, login, Verb.EXPORTED, f"vehicle/{detail.record.station}/{detail.record.seq}", {"what": "envelope"})
    name = f"{detail.record.station}-{detail.record.seq}.dsse.json"
    return Response(
        detail.signed.envelope, media_type="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _signal(central: Central, detail: VehicleDetail) -> Signal:
    """Read the vehicle's capture; 404 while it has not arrived, 422 where it is damaged."""
    capture = capture_of(detail)
    if capture is None or not central.blobs.has(capture.ref.sha256):
        raise HTTPException(HTTPStatus.NOT_FOUND, "the signal of this passage has not arrived")
    source = f"capture {capture.ref.sha256[:16]}"
    try:
        if not central.blobs.is_sound(capture.ref.sha256):
            raise RejectError("blob-hash", source, "no longer has the hash that the record vouches for")
        with central.blobs.open(capture.ref.sha256) as stream:
            return read_signal(stream, detail.record, source)
    except RejectError as error:
        central.count(error)
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
