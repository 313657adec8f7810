"""Signed checkpoints of the evidence log, for everyone to copy and keep, as a page and as plain text."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import PlainTextResponse, Response

from central.access import CentralDep
from central.context import Central
from central.evidence.log.checkpoints import StoredCheckpoint, latest_checkpoints, log_key
from central.web.public import CACHED, keep_pace, public_page

router = APIRouter(prefix="/public", dependencies=[Depends(keep_pace)])
SHOWN: Final = 20


@router.get("/checkpoints")
def checkpoints(request: Request, central: CentralDep) -> Response:
    """Show the newest checkpoints with the keys that verify them."""
    with central.database.read() as session:
        found = latest_checkpoints(session, SHOWN)
    key, witnesses = _keys(central)
    return public_page(request, "checkpoints.html", cached=True, checkpoints=found, log_key=key, witness_keys=witnesses)


@router.get("/checkpoints.txt")
def newest(central: CentralDep) -> PlainTextResponse:
    """Give the newest checkpoint as it is signed (c2sp.org/tlog-checkpoint), to be kept as a file."""
    return _note(central, None)


@router.get("/checkpoints/{number}.txt")
def one(central: CentralDep, number: Annotated[int, Path(ge=1, lt=2**53 - 1)]) -> PlainTextResponse:
    """Give one checkpoint as it is signed."""
    return _note(central, number)


@router.get("/log-keys.txt")
def keys(central: CentralDep) -> PlainTextResponse:
    """Give the log's key and its witnesses', one a line (c2sp.org/signed-note)."""
    key, witnesses = _keys(central)
    return PlainTextResponse("".join(f"{line}\n" for line in (key, *witnesses)), headers=CACHED)


def _keys(central: Central) -> tuple[str, tuple[str, ...]]:
    settings = central.settings
    return str(log_key(settings.key_folder, settings.log.origin).verifier), tuple(str(key) for key in settings.log.witness_keys)


def _note(central: Central, number: int | None) -> PlainTextResponse:
    with central.database.read() as session:
        found: tuple[StoredCheckpoint, ...] = latest_checkpoints(session, 1, None if number is None else number + 1)
    if not found or (number is not None and found[0].id != number):
        raise HTTPException(HTTPStatus.NOT_FOUND, "there is no such checkpoint; the log is signed a few minutes after it begins")
    return PlainTextResponse(str(found[0].note), headers=CACHED)
