"""The witness over HTTP: `add-checkpoint` for logs, and for everyone the last checkpoint that it cosigned of each."""

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse, Response

from central.evidence.keys import own_key
from central.witness.decide import Answer, Witness
from central.witness.state import WitnessState
from contract.faults import StopError
from contract.log.notes import NOTE_MAX_BYTES, KeyKind, VerifierKey
from contract.media import sha256_hex


def witness_key(path: Path) -> Ed25519PrivateKey:
    """Give the witness's key, made if there is none; ``<stem>.pub.pem`` beside it is the public half.

    Raises
    ------
    StopError
        ``bad-key-path`` if the name does not end as a key's does, ``key-unreadable``.
    """
    if not path.name.endswith(".key.pem"):
        raise StopError("bad-key-path", str(path), "ends not in .key.pem; give a name such as witness.key.pem")
    return own_key(path.parent, path.name.removesuffix(".key.pem"))


def verifier_of(name: str, key: Ed25519PrivateKey) -> VerifierKey:
    """Give the witness's public key as logs are given it.

    Raises
    ------
    RejectError
        ``bad-key-name``.
    """
    return VerifierKey(name, KeyKind.COSIGNATURE, key.public_key())


def create_witness(
    name: str,
    key: Ed25519PrivateKey,
    logs: Mapping[str, VerifierKey],
    state: WitnessState,
    *,
    clock_s: Callable[[], float] = time.time,
    broken: Callable[[StopError], None] = lambda error: None,
) -> FastAPI:
    """Make the application; `broken` is told when the state fails, after which nothing may be cosigned any more.

    Raises
    ------
    StopError
        ``state-unreadable`` if what is kept of a log is damaged.
    """
    witness = Witness(name, key, logs, state)
    for log in logs.values():
        state.last(log)
    app = FastAPI(title="Weighline witness", docs_url=None, redoc_url=None, openapi_url=None)

    @app.post("/add-checkpoint")
    async def add_checkpoint(request: Request) -> Response:
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > NOTE_MAX_BYTES:
                return PlainTextResponse("the request is too long\n", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            return _response(await run_in_threadpool(witness.add_checkpoint, body, int(clock_s())))
        except StopError as error:
            broken(error)
            return PlainTextResponse("the witness's state is broken\n", HTTPStatus.INTERNAL_SERVER_ERROR)

    @app.get("/{origin_sha256}/checkpoint")
    def checkpoint(origin_sha256: str) -> Response:
        for origin, log in logs.items():
            if sha256_hex(origin.encode()) == origin_sha256 and (last := state.last(log)) is not None:
                return PlainTextResponse(str(last[1]))
        return PlainTextResponse("no checkpoint of such a log was seen\n", HTTPStatus.NOT_FOUND)

    @app.get("/")
    def overview() -> Response:
        lines = [f"witness {verifier_of(name, key)}"]
        for origin, log in sorted(logs.items()):
            last = state.last(log)
            caught = "; it was given a checkpoint that does not continue the last one" if state.refused(origin) else ""
            lines.append(f"log {origin}: {'nothing seen yet' if last is None else f'{last[0].size} leaves'}{caught}")
        return PlainTextResponse("\n".join(lines) + "\n")

    return app


def _response(answer: Answer) -> Response:
    # The media type of a size has no charset (c2sp.org/tlog-witness); a bare header keeps Starlette from adding one.
    return Response(answer.text.encode(), answer.status, headers={"Content-Type": answer.media_type})
