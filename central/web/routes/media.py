"""Pictures and captures, to those who are logged in, and only what a stored record vouches for."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Path
from fastapi.responses import FileResponse
from sqlalchemy import select

from central.access import CentralDep
from central.evidence.models import Media
from central.web.entry import PageLogin

router = APIRouter()
_SHOWN: Final = {"image/jpeg", "image/png", "image/webp"}
"""Types a browser may show in place; everything else is downloaded, so that no station can serve a page in central's name."""


@router.get("/media/{sha256}")
def media(_login: PageLogin, central: CentralDep, sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]) -> FileResponse:
    """Give the bytes of that hash."""
    with central.database.read() as session:
        media_type = session.scalar(select(Media.media_type).where(Media.sha256 == sha256).limit(1))
    if media_type is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"no stored record vouches for {sha256}")
    if not central.blobs.has(sha256):
        raise HTTPException(HTTPStatus.NOT_FOUND, f"{sha256} has not arrived yet; the station sends it when its line allows")
    shown = media_type in _SHOWN
    return FileResponse(
        central.blobs.path(sha256),
        media_type=media_type if shown else "application/octet-stream",
        filename=None if shown else f"{sha256[:16]}.{'h5' if 'hdf' in media_type else 'bin'}",
        headers={"Cache-Control": "private, max-age=31536000, immutable"},
    )
