"""Which reads wait for our own reading, how long they may, and what it was.

A read is durable and acknowledged before it comes here. It leaves for the edge with our own reading, or without it when its time is over:

| the source                     | waits at most                                                   |
|--------------------------------|-----------------------------------------------------------------|
| a camera that read             | `wait_s` of the settings                                        |
| pictures only (folder, still)  | `PICTURES_WAIT_S`: without our reading there is no text at all   |
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contract.faults import RetryError
from contract.plates import OwnReading, PlateRead
from plate_reader.health import Health
from plate_reader.reading.agree import combine
from plate_reader.reading.process import ReadingProcess

PICTURES_WAIT_S: Final = 60.0

PICTURES_TRIES: Final = 3
"""Times that a picture without a text is given to a reading process that died or hung: it may not have been this picture's doing."""

WAITING_MAX: Final = 500
"""Pictures waiting to be read; further reads go without."""

BACK_OFF_FIRST_S: Final = 1.0
BACK_OFF_MAX_S: Final = 30.0
"""Pauses after the reading process could not be started or died."""


@dataclass(slots=True)
class _Job:
    path: Path
    is_plate: bool
    until_s: float
    tries: int = 1
    own: OwnReading | None = None
    done: bool = False


class ReadingDesk:
    """The reads that wait, by the name under which the spool keeps them; used from the event loop alone.

    Parameters
    ----------
    process
        Reads a picture.
    path_of
        Where a picture of that SHA-256 lies.
    wait_s
        How long a camera's read waits at most.
    now_s
        A clock that never goes back.
    """

    def __init__(
        self, process: ReadingProcess, health: Health, path_of: Callable[[str], Path], wait_s: float, now_s: Callable[[], float]
    ) -> None:
        self._process = process
        self._health = health
        self._path_of = path_of
        self._wait_s = wait_s
        self._now_s = now_s
        self._jobs: dict[str, _Job] = {}
        self._queue: asyncio.Queue[str] = asyncio.Queue()
        self.finished: Callable[[], None] = lambda: None
        """Called whenever a read need not wait any longer."""
        self.read = 0
        self.unread = 0
        self.too_late = 0

    def take_in(self, name: str, data: bytes) -> bool:
        """Let a spooled read, which has not been here, wait for its picture to be read; False where there is nothing to wait for."""
        if name in self._jobs:
            return False
        read = PlateRead.model_validate_json(data)
        sha256 = read.plate_picture or read.scene_picture
        pictures_only = read.camera_reading is None
        if sha256 is None or (self._queue.qsize() >= WAITING_MAX and not pictures_only):
            return False
        patience_s = max(self._wait_s, PICTURES_WAIT_S) if pictures_only else self._wait_s
        tries = PICTURES_TRIES if pictures_only else 1
        self._jobs[name] = _Job(self._path_of(sha256), read.plate_picture is not None, self._now_s() + patience_s, tries)
        self._queue.put_nowait(name)
        return True

    def is_ready(self, name: str) -> bool:
        """Say whether a read need not wait (any longer)."""
        job = self._jobs.get(name)
        return job is None or job.done or job.until_s <= self._now_s()

    def pause_s(self) -> float | None:
        """Give how long until the next read's time is over; None where none waits."""
        waiting = [job.until_s for job in self._jobs.values() if not job.done]
        return max(0.0, min(waiting) - self._now_s()) if waiting else None

    def with_own_reading(self, name: str, data: bytes) -> bytes:
        """Give a spooled read with what was read of its picture; as it is where nothing was, or not in time."""
        job = self._jobs.get(name)
        if job is None or job.own is None:
            return data
        return combine(PlateRead.model_validate_json(data), job.own).model_dump_json().encode()

    def leave(self, name: str) -> None:
        """Forget a read that the edge has."""
        job = self._jobs.pop(name, None)
        self.too_late += job is not None and not job.done

    async def run(self) -> None:
        """Read what waits, for ever, one picture after another."""
        back_off_s = 0.0
        try:
            while True:
                name = await self._queue.get()
                job = self._jobs.get(name)
                if job is None or job.until_s <= self._now_s():
                    continue  # it has left, or may leave, before its turn came
                away = not await self._read(name, job)
                self.finished()
                back_off_s = min(max(2 * back_off_s, BACK_OFF_FIRST_S), BACK_OFF_MAX_S) if away else 0.0
                await asyncio.sleep(back_off_s)
        finally:
            await self._process.stop()

    async def _read(self, name: str, job: _Job) -> bool:
        """Read one picture; False where the reading process was away, and the picture may have to wait for it."""
        job.tries -= 1
        try:
            job.own = await self._process.read(job.path, job.is_plate)
        except RetryError as error:
            self._health.fault(error.fault())
            away = error.code == "reader-away"
            job.done = not (away and job.tries)
            self.unread += job.done
            if not job.done:
                self._queue.put_nowait(name)
            return not away
        job.done = True
        self.read += 1
        return True
