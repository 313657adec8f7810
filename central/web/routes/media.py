"""Pictures and captures, to those who are logged in, and only what a stored record vouches for."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.responses import FileResponse
from sqlalchemy import select

from central.access import CentralDep
from central.context import Central
from central.evidence.journal import Verb
from central.evidence.models import Deletion, Media, Record
from central.web.entry import PageLogin
from central.web.seeing import seen
from contract.clips import CLIP_TYPE

router = APIRouter()
SHOWN: Final = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n", "image/webp": b"RIFF"}
"""Types a browser may show in place, and how their bytes begin; everything else is downloaded, so that no station can serve a page in
central's name."""
_ENDINGS: Final = {"application/x-hdf5": "h5", CLIP_TYPE: "avi"}


@router.get("/media/{sha256}")
def media(request: Request, login: PageLogin, central: CentralDep, sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]) -> FileResponse:
    """Give the bytes of that hash."""
    medium = stored_medium(central, sha256, login.stations_for())
    seen(request, login, Verb.EXPORTED, f"media/{sha256}")
    return medium


def stored_medium(central: Central, sha256: str, within: frozenset[str] | None) -> FileResponse:
    """Give the bytes of that hash, if a record of the stations `within` vouches for them; None is every station."""
    query = select(Media.media_type).join(Record, Record.id == Media.record_id).where(Media.sha256 == sha256)
    if within is not None:
        query = query.where(Record.station.in_(within))
    with central.database.read() as session:
        media_type = session.scalar(query.limit(1))
        deleted = session.get(Deletion, sha256)
    if media_type is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"no stored record vouches for {sha256}")
    if deleted is not None:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"{sha256} was deleted on schedule, {deleted.after_days:g} days after it came")
    if not central.blobs.has(sha256):
        raise HTTPException(HTTPStatus.NOT_FOUND, f"{sha256} has not arrived yet; the station sends it when its line allows")
    shown = media_type in SHOWN and _begins_as(central, sha256, media_type)
    return FileResponse(
        central.blobs.path(sha256),
        media_type=media_type if shown else "application/octet-stream",
        filename=None if shown else f"{sha256[:16]}.{_ENDINGS.get(media_type, 'bin')}",
        headers={"Cache-Control": "private, max-age=3600"},
    )


def _begins_as(central: Central, sha256: str, media_type: str) -> bool:
    """Whether a blob's first bytes are those of its type."""
    magic = SHOWN[media_type]
    with central.blobs.open(sha256) as stream:
        return stream.read(len(magic)) == magic
