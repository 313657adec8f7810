"""Fetches a picture from each camera of a lane when a vehicle has been weighed there: an HTTP snapshot, or the next picture of a stream.

| the camera                                  | then                                                    |
|---------------------------------------------|---------------------------------------------------------|
| gives a picture                             | it is kept as an event without text, our own reader reads it |
| answers wrongly, or not in time             | asked once more; then one fault                         |
| is still busy with the vehicle before       | one fault `still-busy`; that vehicle goes without       |
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Final

import httpx

from contract.faults import Fault, Reaction, RejectError, RetryError
from plate_reader.app import Trigger
from plate_reader.cameras.event import Seen, make_event
from plate_reader.cameras.mjpeg import first_picture
from plate_reader.health import Health
from plate_reader.intake import Intake
from plate_reader.login import Credentials, Scheme
from plate_reader.settings import CameraSettings

TRIES: Final = 2

UNDER_WAY_MAX: Final = 4
"""Pictures fetched from one camera at one time; a platoon of vehicles must not pile up."""


class Stills:
    """The cameras from which pictures are fetched.

    Parameters
    ----------
    cameras
        Their settings; others are left out.
    credentials
        How to log in to each of them.
    bytes_max
        Largest picture, and most of a stream that is read to find one.
    wake
        Called when a picture was kept.
    """

    def __init__(
        self,
        cameras: tuple[CameraSettings, ...],
        credentials: Mapping[str, Credentials],
        intake: Intake,
        health: Health,
        client: httpx.AsyncClient,
        *,
        bytes_max: int,
        wake: Callable[[], None],
    ) -> None:
        self._cameras = tuple(camera for camera in cameras if camera.still is not None)
        self._credentials = credentials
        self._intake = intake
        self._health = health
        self._client = client
        self._bytes_max = bytes_max
        self._wake = wake
        self._tasks: dict[asyncio.Task[None], str] = {}

    def trigger(self, given: Trigger) -> int:
        """Begin to fetch from the cameras of a lane; give how many there are."""
        cameras = [camera for camera in self._cameras if camera.still is not None and camera.still.lane == given.lane]
        for camera in cameras:
            if list(self._tasks.values()).count(camera.name) >= UNDER_WAY_MAX:
                what = f"a vehicle came while {UNDER_WAY_MAX} pictures were still being fetched; it goes without a picture of this camera"
                self._health.fault(Fault(code="still-busy", where=camera.name, what=what, reaction=Reaction.RETRY))
                continue
            task = asyncio.create_task(self._fetch(camera, given))
            self._tasks[task] = camera.name
            task.add_done_callback(lambda done: self._tasks.pop(done, None))
        return len(cameras)

    async def stop(self) -> None:
        """End what is under way."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _fetch(self, camera: CameraSettings, given: Trigger) -> None:
        said = ""
        for _ in range(TRIES):
            try:
                picture, taken_us = await self._picture(camera)
                seen = Seen(event_id=f"{given.lane}/{given.time_us}", time_us=taken_us, text=None, lane=given.lane, scene=picture)
                await asyncio.to_thread(self._intake.keep, camera.name, make_event(seen, camera.name))
            except (httpx.HTTPError, RejectError, RetryError) as error:
                said = str(error) or type(error).__name__
            else:
                self._wake()
                return
        what = f"gave no picture for the vehicle on lane {given.lane}: {said}"[:1_000]
        self._health.fault(Fault(code="still-failed", where=camera.name, what=what, reaction=Reaction.RETRY))
        self._health.count(camera.name, "still-failed")

    async def _picture(self, camera: CameraSettings) -> tuple[bytes, int]:
        """Give a picture and when it was taken, which is while it was asked for; UTC in µs."""
        still = camera.still
        if still is None:
            msg = f"camera {camera.name} is none to fetch from"
            raise ValueError(msg)
        asked_ns = time.time_ns()
        data = bytearray()
        login = self._login(camera.name)
        headers = self._token(camera.name)
        try:
            async with (
                asyncio.timeout(still.timeout_s),
                self._client.stream("GET", still.url, auth=login, headers=headers, timeout=still.timeout_s) as answer,
            ):
                answer.raise_for_status()
                async for chunk in answer.aiter_bytes():
                    data += chunk
                    found = first_picture(data) if still.stream else None
                    if found is not None:
                        return found, (asked_ns + time.time_ns()) // 2_000
                    if len(data) > self._bytes_max:
                        raise RejectError("still-too-large", camera.name, f"sent more than {self._bytes_max} bytes; lower its picture size")
        except TimeoutError:
            raise RetryError("still-slow", camera.name, f"gave no whole picture within {still.timeout_s:g} s") from None
        if still.stream:
            raise RetryError("still-ended", camera.name, "ended its stream before a whole picture had come")
        return bytes(data), (asked_ns + time.time_ns()) // 2_000

    def _login(self, camera: str) -> httpx.Auth | None:
        known = self._credentials.get(camera)
        if known is None or known.scheme is Scheme.TOKEN:
            return None
        return (httpx.BasicAuth if known.scheme is Scheme.BASIC else httpx.DigestAuth)(known.user, known.secret)

    def _token(self, camera: str) -> dict[str, str]:
        known = self._credentials.get(camera)
        return {"Authorization": f"Bearer {known.secret}"} if known is not None and known.scheme is Scheme.TOKEN else {}
