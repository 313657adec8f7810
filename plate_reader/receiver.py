"""Takes the cameras' pushes and answers them, in this order: is the camera known, may it push from that address, has it logged in; then its
body is read, understood, kept; and only then is it acknowledged.
"""

import asyncio
import hashlib
import math
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from fastapi import Request
from fastapi.responses import PlainTextResponse, Response
from starlette.requests import ClientDisconnect

from contract.faults import Fault, Reaction, RejectError, RetryError, WimError
from plate_reader.brake import Brake
from plate_reader.cameras.message import Message, Protocol
from plate_reader.health import Health
from plate_reader.intake import Intake, Taken
from plate_reader.login import Credentials, Door, Outcome
from plate_reader.settings import BODY_MAX_BYTES, BODY_S, CAMERAS_MAX, CameraSettings

DISCARD_MAX_BYTES: Final = 32 * 1024 * 1024
"""How much of a body that is refused anyway is still read, and dropped: a camera that is cut off in mid-sentence never hears the refusal,
takes it for a broken link and sends the same again for ever."""

PUSHES_AT_ONCE: Final = 8
"""Bodies held in memory at one time; further cameras wait their turn, or try again."""

GIVEN_UP_AFTER: Final = 3
"""Times that the same wrong push is refused, where the camera sends it again for ever; then it is let go: others wait behind it."""

REFUSED_KNOWN_MAX: Final = 256
"""Wrong pushes that are recognised when they come again."""

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
_STATUS: Final = {"push-no-camera": 404, "push-address": 403, "push-login": 403, "push-too-large": 413, "push-too-slow": 408}


@dataclass(frozen=True, slots=True)
class Limits:
    """What the receiver takes: cameras by name (any of any protocol, where empty), bytes per push, seconds per push."""

    cameras: Mapping[str, CameraSettings | None] = field(default_factory=dict)
    body_max_bytes: int = BODY_MAX_BYTES
    body_s: float = BODY_S


class Receiver:
    """Takes the cameras' pushes and answers them.

    Parameters
    ----------
    credentials
        What each camera that logs in must know.
    door
        Judges logins.
    brake
        Slows down who guesses.
    wake
        Called when a read was kept.
    """

    def __init__(
        self,
        intake: Intake,
        health: Health,
        limits: Limits,
        wake: Callable[[], None],
        *,
        credentials: Mapping[str, Credentials] | None = None,
        door: Door,
        brake: Brake,
    ) -> None:
        self._intake = intake
        self._health = health
        self._limits = limits
        self._wake = wake
        self._credentials = credentials or {}
        self._door = door
        self._brake = brake
        self._free = asyncio.Semaphore(PUSHES_AT_ONCE)
        self._refused: OrderedDict[bytes, int] = OrderedDict()

    async def push(self, protocol: Protocol, camera: str, path: str, request: Request) -> Response:
        """Answer one push: 200 once it is durable, 4xx where it is wrong, 5xx where it must come again, each of these with one fault."""
        unknown = self._unknown(protocol, camera, request)
        denied = None if unknown else self._denied(camera, request)
        body = b""
        try:
            if unknown or denied is not None:  # a stranger's body is read away, and holds no place that a camera waits for
                await self._body("push" if unknown else camera, request, keep=False)
            if unknown:
                raise unknown
            if denied is not None:
                return denied
            async with self._free:
                body = await self._body(camera, request, keep=True)
                taken = await asyncio.to_thread(self._intake.take, protocol, self._message(camera, path, body, request))
        except RejectError as error:
            if protocol.resends_refused and body and self._came_often(camera, body):
                return self._give_up(protocol, camera, error)
            return self._refuse(protocol, None if unknown else camera, error, _STATUS.get(error.code, 400))
        except RetryError as error:
            return self._refuse(protocol, camera, error, 503)
        if taken is Taken.READ:
            self._wake()
        return _answer(protocol, 200, str(taken))

    def camera_at(self, protocol: Protocol, request: Request) -> str:
        """Give the one camera of that protocol that may push from where a request comes from; empty where there is not exactly one."""
        host = request.client.host if request.client is not None else None
        known = [
            name
            for name, camera in self._limits.cameras.items()
            if camera is not None and camera.protocol == protocol.name and camera.addresses and camera.allows(host)
        ]
        return known[0] if len(known) == 1 else ""

    def _message(self, camera: str, path: str, body: bytes, request: Request) -> Message:
        known = self._limits.cameras.get(camera)
        return Message(camera, body, request.headers.get("content-type", ""), path.strip("/"), known.offset if known is not None else None)

    def _unknown(self, protocol: Protocol, camera: str, request: Request) -> RejectError | None:
        """Give the refusal of a camera that may not push so; None for one that may."""
        allowed = self._limits.cameras
        known = allowed.get(camera)
        if not _NAME.fullmatch(camera) or (allowed and camera not in allowed):
            allowed_names = "those of the settings" if allowed else "letters, digits and _ . -, at most 40"  # a stranger learns no names
            return RejectError("push-no-camera", "push", f"camera {camera[:60]!r} is not known; allowed: {allowed_names}")
        if known is not None and known.protocol != protocol.name:
            what = f"camera {camera} is one that speaks {known.protocol}, not {protocol.name}; correct its address or the settings"
            return RejectError("push-no-camera", "push", what)
        if not self._health.knows(camera) and self._health.cameras >= CAMERAS_MAX:
            what = f"camera {camera!r} would be one more than {CAMERAS_MAX}; start with --camera NAME …"
            return RejectError("push-no-camera", "push", what)
        host = request.client.host if request.client is not None else None
        if known is not None and not known.allows(host):
            what = f"push for {camera} from {host}; {', '.join(known.addresses)} are allowed by the settings"
            return RejectError("push-address", "push", what)
        return None

    def _denied(self, camera: str, request: Request) -> Response | None:
        """Give the answer to a push without the right login; None where it has it, or needs none."""
        credentials = self._credentials.get(camera)
        if credentials is None:
            return None
        host = "" if request.client is None else request.client.host
        if (wait_s := self._brake.wait_s(camera, host)) > 0:
            self._health.count(camera, "login-braked")
            text = f"{camera}: too many wrong logins from {host}; wait {math.ceil(wait_s)} s\n"
            return PlainTextResponse(text, status_code=429, headers={"Retry-After": str(math.ceil(wait_s))})
        target = request.scope.get("raw_path", b"").decode("latin-1")
        if query := request.scope.get("query_string", b""):
            target += "?" + query.decode("latin-1")
        outcome = self._door.judge(credentials, request.headers.get("authorization", ""), request.method, target)
        if outcome is Outcome.GRANTED:
            return None
        if outcome is Outcome.REFUSED:
            self._brake.wrong(camera, host)
            what = f"a push came with a wrong {credentials.scheme} login; compare user and password in the camera with the file of secrets"
            self._health.fault(Fault(code="push-login", where=camera, what=what, reaction=Reaction.REJECT))
            self._health.count(camera, "login-refused")
        answer = PlainTextResponse(f"{camera}: log in by {credentials.scheme}\n", status_code=401)
        for challenge in self._door.challenges(credentials.scheme, stale=outcome is Outcome.STALE):
            answer.headers.append("WWW-Authenticate", challenge)
        return answer

    async def _body(self, camera: str, request: Request, *, keep: bool) -> bytes:
        """Read the body within bounds of size and time, which Starlette has not; keep it only of a camera that may push."""
        largest = self._limits.body_max_bytes
        body = bytearray()
        size = 0
        try:
            async with asyncio.timeout(self._limits.body_s):
                async for chunk in request.stream():
                    size += len(chunk)
                    if keep and size <= largest:
                        body += chunk
                    elif size > DISCARD_MAX_BYTES:
                        break
        except TimeoutError:
            what = f"{size} bytes came in {self._limits.body_s:g} s and no end; check the camera's link"
            raise RejectError("push-too-slow", camera, what) from None
        except ClientDisconnect:
            raise RejectError("push-cut", camera, f"the camera hung up after {size} bytes; it will send again") from None
        if keep and size > largest:
            raise RejectError("push-too-large", camera, f"body is larger than {largest} bytes; lower the camera's picture size")
        return bytes(body)

    def _came_often(self, camera: str, body: bytes) -> bool:
        """Count a wrong push by its bytes; say whether it has been refused often enough."""
        digest = hashlib.sha256(camera.encode() + b"/" + body).digest()
        times = self._refused.pop(digest, 0) + 1
        self._refused[digest] = times
        if len(self._refused) > REFUSED_KNOWN_MAX:
            self._refused.popitem(last=False)
        return times > GIVEN_UP_AFTER

    def _give_up(self, protocol: Protocol, camera: str, error: RejectError) -> Response:
        """Acknowledge what cannot be understood, because its camera would send it for ever; it is counted and its reason is logged."""
        what = f"the same wrong push came {GIVEN_UP_AFTER + 1} times and is let go: {error.what}"[:1_000]
        self._health.fault(Fault(code="push-given-up", where=camera, what=what, reaction=Reaction.REJECT))
        self._health.count(camera, "given-up")
        return _answer(protocol, 200, "given up")

    def _refuse(self, protocol: Protocol, camera: str | None, error: WimError, status: int) -> Response:
        self._health.fault(error.fault())
        if camera is not None:
            self._health.count(camera, "refused" if status < 500 else "put-off")
        return _answer(protocol, status, str(error))

    def unexpected(self, camera: str, error: Exception) -> Response:
        """Answer a push on which our own code failed, so that the camera keeps it and the others go on."""
        what = f"push could not be taken for a fault of this program: {type(error).__name__}: {error}"[:1_000]
        self._health.fault(Fault(code="push-internal", where=camera[:60] or "push", what=what, reaction=Reaction.RETRY))
        return PlainTextResponse("internal fault; send again\n", status_code=500)


def _answer(protocol: Protocol, status: int, text: str) -> Response:
    body, media_type = protocol.answer(status == 200, text)
    return Response(body, status_code=status, media_type=media_type)
