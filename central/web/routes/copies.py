"""Copies of a vehicle's pictures and clip for screen and paper: checked against the record's hash, with the imprint burnt in."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.responses import FileResponse, Response

from central.access import CentralDep
from central.context import Central
from central.evidence.vehicle_detail import MediaItem, VehicleDetail
from central.web.derivatives import Imprint, clip_poster, marked_clip, marked_picture, sound_bytes
from central.web.documents.material import imprint_of
from central.web.pages import pages_of
from central.web.routes.vehicle import FoundVehicle
from central.web.webm import WEBM_TYPE
from contract.faults import RejectError
from contract.media import MediaRole

router = APIRouter()
_PRIVATE: Final = {"Cache-Control": "private, max-age=3600"}
Hash = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]


@router.get("/vehicles/{station}/{seq}/pictures/{sha256}.jpg")
def picture(request: Request, central: CentralDep, detail: FoundVehicle, sha256: Hash) -> Response:
    """Give a picture's copy; a clip gives its picture nearest to the passage."""
    item = _item(central, detail, sha256)
    imprint = _imprint(request, detail, sha256)
    try:
        data = sound_bytes(central.blobs, sha256)
        if item.ref.role is MediaRole.CLIP:
            copy = clip_poster(data, imprint, detail.record.time_us)
        else:
            copy = marked_picture(data, imprint)
    except RejectError as error:
        raise _unsound(central, error) from error
    return Response(copy, media_type="image/jpeg", headers=_PRIVATE)


@router.get("/vehicles/{station}/{seq}/clips/{sha256}.webm")
def clip(request: Request, central: CentralDep, detail: FoundVehicle, sha256: Hash) -> FileResponse:
    """Give a clip's copy as a browser plays it; made when it is first asked for, which takes some seconds."""
    if _item(central, detail, sha256).ref.role is not MediaRole.CLIP:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"{sha256} is no clip")
    imprint = _imprint(request, detail, sha256)
    try:
        name = f"{sha256}.{detail.record.station}.{detail.record.seq}.webm"
        path = central.derived.get(name, lambda: marked_clip(sound_bytes(central.blobs, sha256), imprint))
    except RejectError as error:
        raise _unsound(central, error) from error
    return FileResponse(path, media_type=WEBM_TYPE, headers=_PRIVATE)


def _item(central: Central, detail: VehicleDetail, sha256: str) -> MediaItem:
    """Find a medium among those of this vehicle; 404 where the record vouches for none such, or it is not here (any more)."""
    item = next((item for item in detail.media if item.ref.sha256 == sha256 and item.ref.role is not MediaRole.CAPTURE), None)
    if item is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"this vehicle's records vouch for no picture {sha256}")
    if not item.present or not central.blobs.has(sha256):
        gone = "was deleted on schedule" if item.deleted_us else "has not arrived yet; the station sends it when its line allows"
        raise HTTPException(HTTPStatus.NOT_FOUND, f"{sha256} {gone}")
    return item


def _imprint(request: Request, detail: VehicleDetail, sha256: str) -> Imprint:
    return imprint_of(detail.record, sha256, pages_of(request).zone)


def _unsound(central: Central, error: RejectError) -> HTTPException:
    central.count(error)
    return HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
