"""``PUT /blobs/<sha256>``: one picture or capture, authorised by the station's key, durable before the answer."""

import asyncio
import base64
import binascii
from typing import Annotated, Final

from fastapi import APIRouter, Header, Path, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import select
from starlette.requests import ClientDisconnect

from central.context import Central
from central.evidence.models import Blob, Deletion
from central.evidence.screenings import medium_arrived
from central.evidence.stations import keys_of
from central.problem import Problem, problem
from contract.canonical import parse_canonical
from contract.faults import RejectError, RetryError, StopError, WimError
from contract.media import Sha256
from contract.receipts import BlobClaim
from contract.signatures import PayloadType, open_envelope, parse_envelope, payload_of
from contract.units import US_PER_HOUR

CLAIM_LIFE_US: Final = US_PER_HOUR
"""A claim is good for an hour either way: long enough for a clock that is not synchronised well, short for one that was overheard."""
HEADER_MAX: Final = 4_096
UPLOAD_MAX_S: Final = 300
"""Longest upload: the largest blob at 1 Mbit/s takes 270 s. A slower sender would hold its place for ever."""
STATUS_OF: Final = {"blob-size": 413, "blob-hash": 422, "blob-claim": 400, "upload-cut": 400, "upload-slow": 408}
"""HTTP status by fault; every other refusal is one of authority, 401."""

EXAMPLE_HASH: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

_BYTES: Final = {"type": "string", "format": "binary"}

router = APIRouter(tags=["blobs"])


class BlobAnswer(BaseModel):
    """The blob is durable here."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"sha256": EXAMPLE_HASH, "size": 184_221}]})

    sha256: Sha256
    size: int


@router.put(
    "/blobs/{sha256}",
    summary="Store a picture or capture under its SHA-256",
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": _BYTES, "example": "…"}}}},
    response_model=BlobAnswer,
    responses={
        200: {"description": "It was here already."},
        201: {"model": BlobAnswer, "description": "It is stored and durable."},
        400: {"model": Problem, "description": "Claim, address and Content-Length contradict each other, or the body was cut."},
        401: {"model": Problem, "description": "The claim is not signed by a key of its station, or is older than an hour."},
        408: {"model": Problem, "description": "The body came too slowly."},
        413: {"model": Problem, "description": "The body is longer or shorter than announced, or than is taken."},
        422: {"model": Problem, "description": "The body has another hash."},
        503: {"model": Problem, "description": "Database away or disk full; try again."},
    },
)
async def put_blob(
    request: Request,
    sha256: Annotated[Sha256, Path(description="SHA-256 of the body, lower-case hexadecimal", examples=[EXAMPLE_HASH])],
    authorization: Annotated[
        str, Header(description="`DSSE <base64 of a signed BlobClaim>`", examples=["DSSE eyJwYXlsb2FkVHlwZSI6IC4uLn0="])
    ] = "",
    content_length: Annotated[int, Header(include_in_schema=False, gt=0)] = 0,
) -> JSONResponse:
    """Verify the claim, then take the body; the same blob again is no error."""
    central: Central = request.app.state.central
    try:
        claim = await run_in_threadpool(authorise, central, authorization)
        if claim.sha256 != sha256 or claim.size != content_length:
            what = f"claims {claim.sha256[:16]} of {claim.size} bytes, sent is {sha256[:16]} with Content-Length {content_length}"
            raise RejectError("blob-claim", f"claim of {claim.station}", f"{what}; sign the blob you send")
        async with asyncio.timeout(UPLOAD_MAX_S):
            is_new = await _receive(central, request, claim)
    except TimeoutError:
        return _refusal(central, RejectError("upload-slow", f"blob {sha256[:16]}", f"took more than {UPLOAD_MAX_S} s; send it again"))
    except ClientDisconnect:
        return _refusal(central, RejectError("upload-cut", f"blob {sha256[:16]}", "was cut off; send it again"))
    except WimError as fault:
        return _refusal(central, fault)
    status = 201 if is_new else 200
    central.metrics.blobs.labels(str(status)).inc()
    return JSONResponse(BlobAnswer(sha256=sha256, size=claim.size).model_dump(), status)


def authorise(central: Central, header: str) -> BlobClaim:
    """Check a claim in numbered steps and give it.

    Raises
    ------
    RejectError
        If it is none, is not signed by an enrolled key of its station, or is not of this hour.
    """
    source = "Authorization header"
    # 1. The header holds an envelope of bounded size.
    scheme, _, encoded = header.partition(" ")
    if scheme != "DSSE" or len(encoded) > HEADER_MAX:
        raise RejectError("no-claim", source, "must be `DSSE <base64 of a signed BlobClaim>`")
    try:
        envelope = parse_envelope(base64.b64decode(encoded, validate=True), source)
    except binascii.Error as error:
        raise RejectError("no-claim", source, "is not base64") from error
    # 2. Its payload names a station, which is not believed yet.
    claim = _parse_claim(payload_of(envelope, source), source)
    # 3. An enrolled key of that station has signed it as a blob claim.
    with central.database.read() as session:
        keys = keys_of(session, claim.station)
    open_envelope(envelope, PayloadType.BLOB_CLAIM, {identity: enrolled.key for identity, enrolled in keys.items()}, source)
    signer = next(signature.keyid for signature in envelope.signatures if signature.keyid in keys)
    # 4. It is of this hour, and its key is in force.
    if abs(central.now_us() - claim.time_us) > CLAIM_LIFE_US or not keys[signer].covers(claim.time_us):
        raise RejectError(
            "claim-expired", source, "is not of this hour, or its key is not in force; check the station's clock and sign again"
        )
    return claim


def _parse_claim(payload: bytes, source: str) -> BlobClaim:
    try:
        return BlobClaim.model_validate(parse_canonical(payload, source))
    except ValidationError as error:
        raise RejectError("no-claim", source, f"holds no blob claim: {error.errors(include_url=False)[0]['msg']}") from error


async def _receive(central: Central, request: Request, claim: BlobClaim) -> bool:
    """Take the body and give whether it was new; a body that is here already is read and let go, so that the sender gets its answer."""
    if await run_in_threadpool(_is_here, central, claim.sha256):
        received = 0
        async for chunk in request.stream():
            received += len(chunk)
            if received > claim.size:
                raise RejectError("blob-size", f"blob {claim.sha256[:16]}", f"is longer than the {claim.size} bytes announced")
        return False
    with central.blobs.begin(claim.sha256, claim.size) as upload:
        async for chunk in request.stream():
            await run_in_threadpool(upload.write, chunk)
        await run_in_threadpool(upload.finish)
    await run_in_threadpool(_enter, central, claim)
    return True


def _is_here(central: Central, sha256: str) -> bool:
    with central.database.read() as session:
        if session.get(Deletion, sha256) is not None:
            return True  # deleted on schedule: it is not to come back
        return session.get(Blob, sha256) is not None and central.blobs.has(sha256)


def _enter(central: Central, claim: BlobClaim) -> None:
    """Enter a blob that was received; one that was deleted on schedule while it came goes again."""
    with central.database.write() as session:
        if session.get(Deletion, claim.sha256) is not None:
            central.blobs.delete(claim.sha256)
        elif session.scalar(select(Blob.sha256).where(Blob.sha256 == claim.sha256)) is None:
            session.add(Blob(sha256=claim.sha256, size=claim.size, station=claim.station, received_us=central.now_us()))
            session.flush()
            medium_arrived(session, claim.sha256)


def _refusal(central: Central, fault: WimError) -> JSONResponse:
    central.count(fault)
    if isinstance(fault, StopError):
        central.ending.ask(fault)
        status = 500
    else:
        status = 503 if isinstance(fault, RetryError) else STATUS_OF.get(fault.code, 401)
    central.metrics.blobs.labels(str(status)).inc()
    return problem(status, fault.code, fault.where, fault.what)
