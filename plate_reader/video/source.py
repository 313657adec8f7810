"""One video camera: watched for ever, reconnected whenever its stream ends, stalls, or carries no pictures.

| what happens                                    | then                                                        |
|-------------------------------------------------|-------------------------------------------------------------|
| it cannot be reached, answers an error, hangs up | fault `video-away`; again after 0.5 s, doubled, at most 10 s |
| nothing comes for 5 s                           | fault `video-stalled`; the connection is closed and made anew |
| bytes come for 5 s and no whole JPEG in them    | fault `video-garbage`; likewise                             |
| what it sends is no multipart stream            | fault `video-not-mjpeg`; likewise                           |

An outage is one fault, however often the connection is tried.
"""

import asyncio
import time
from collections.abc import Callable, Generator
from typing import Any, Final

import httpx

from contract.clips import ClipFrame
from contract.faults import Fault, Reaction, RejectError
from plate_reader.health import Health
from plate_reader.video.mjpeg import MjpegParser, boundary_of
from plate_reader.video.ring import FrameRing
from plate_reader.video.settings import VideoSettings

STALL_S: Final = 5.0
CONNECT_S: Final = 5.0
BACK_OFF_FIRST_S: Final = 0.5
BACK_OFF_MAX_S: Final = 10.0


class VideoSource:
    """Reads one camera into its ring.

    Parameters
    ----------
    settings
        Where it is.
    ring
        Where its pictures go.
    health
        Told of every outage, once.
    client
        Does HTTP; its owner closes it.
    now_us
        UTC in microseconds, by which pictures are dated as they arrive.
    stall_s
        How long nothing useful may come.
    """

    def __init__(
        self,
        settings: VideoSettings,
        ring: FrameRing,
        health: Health,
        client: httpx.AsyncClient,
        *,
        now_us: Callable[[], int] = lambda: time.time_ns() // 1_000,
        stall_s: float = STALL_S,
    ) -> None:
        self.settings = settings
        self.ring = ring
        self.size = (0, 0)
        self._health = health
        self._client = client
        self._now_us = now_us
        self._stall_s = stall_s
        self._login = _Login(settings)
        self._back_off_s = 0.0
        self._away = False
        self._counts = {"pictures": 0, "damaged": 0, "connections": 0}
        self._last_us: int | None = None

    async def run(self) -> None:
        """Watch for ever, until cancelled."""
        while True:
            try:
                await self._watch()
                self._outage("video-away", "ended its stream")
            except httpx.ReadTimeout:
                self._outage("video-stalled", f"has sent nothing for {self._stall_s:g} s")
            except httpx.HTTPError as error:
                self._outage("video-away", f"cannot be watched ({type(error).__name__}: {error})")
            except RejectError as error:
                self._outage(error.code, error.what)
            await asyncio.sleep(self._back_off_s)

    async def _watch(self) -> None:
        """Read one connection to its end.

        Raises
        ------
        RejectError
            If what it carries are no pictures.
        """
        timeout = httpx.Timeout(CONNECT_S, read=self._stall_s)
        async with self._client.stream("GET", self.settings.url, timeout=timeout, auth=self._login) as answer:
            if not answer.is_success:
                raise RejectError("video-away", self.settings.name, f"answers {answer.status_code}; look at its address and login")
            parser = MjpegParser(boundary_of(answer.headers.get("content-type", ""), self.settings.name))
            self._counts["connections"] += 1
            loop = asyncio.get_running_loop()
            last_s, damaged = loop.time(), 0
            async for chunk in answer.aiter_bytes():
                pictures = parser.feed(chunk)
                self._counts["damaged"] += parser.damaged - damaged
                damaged = parser.damaged
                for picture in pictures:
                    self._keep(picture, parser.size)
                    last_s = loop.time()
                if loop.time() - last_s > self._stall_s:
                    raise RejectError("video-garbage", self.settings.name, f"sends bytes but no picture for {self._stall_s:g} s")

    def _keep(self, picture: bytes, size: tuple[int, int]) -> None:
        self._last_us = self._now_us()
        self.size = size
        self.ring.add(ClipFrame(self._last_us, picture))
        self._counts["pictures"] += 1
        self._away = False
        self._back_off_s = 0.0

    def _outage(self, code: str, what: str) -> None:
        """Tell of an outage once, and wait longer each time."""
        if not self._away:
            said = f"{what}; clips of this time will be missing or cut; it is connected again by itself"
            self._health.fault(Fault(code=code, where=f"video {self.settings.name}", what=said, reaction=Reaction.RETRY))
        self._away = True
        self._back_off_s = min(max(2 * self._back_off_s, BACK_OFF_FIRST_S), BACK_OFF_MAX_S)

    @property
    def state(self) -> dict[str, Any]:
        """How it stands, for health."""
        return {
            "connected": not self._away and self._last_us is not None,
            "last_picture_us": self._last_us,
            **self._counts,
            "ring": self.ring.state,
        }


class _Login(httpx.Auth):
    """Logs in by the scheme that the camera asks for: digest (RFC 7616) where it may, else basic."""

    def __init__(self, settings: VideoSettings) -> None:
        self._user, self._password = settings.user, settings.password()

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        response = yield request
        if response.status_code != 401 or not self._user:
            return
        asked = response.headers.get("www-authenticate", "").lower()
        if asked.startswith("digest"):
            digest = httpx.DigestAuth(self._user, self._password)
            flow = digest.auth_flow(request)
            next(flow)
            yield flow.send(response)
            return
        yield next(httpx.BasicAuth(self._user, self._password).auth_flow(request))
