"""Tells the plate reader of every vehicle as soon as it is weighed, so that it fetches pictures from cameras that push none.

In a thread of its own: the weighing only hangs each vehicle on a queue. A vehicle that the plate reader did not hear of goes without those
pictures; telling it later would show the next vehicle.
"""

import queue
import threading
from collections.abc import Callable, Iterable
from typing import Final

import httpx

from contract.faults import Fault, Reaction

TIMEOUT_S: Final = 1.0
"""The plate reader is on this machine, and a picture later than this shows somebody else."""

WAITING_MAX: Final = 32

FRESH_US: Final = 15_000_000
"""Age beyond which a vehicle is not told any more: one that was weighed again after a restart has long driven on; the slowest one that is
weighed takes less to leave the array."""


class PlateTrigger:
    """Runs the thread.

    Parameters
    ----------
    url
        Address of the plate reader; triggers are posted to `/trigger` below it. None: nobody is told, and there is no thread.
    now_us
        UTC in µs.
    note
        Told of what failed, once until it goes well again.
    client
        Does HTTP; closed by `stop`.
    """

    def __init__(
        self, url: str | None, now_us: Callable[[], int], note: Callable[[Fault], None], client: httpx.Client | None = None
    ) -> None:
        self._url = None if url is None else url.rstrip("/") + "/trigger"
        self._now_us = now_us
        self._note = note
        self._client = client or httpx.Client(trust_env=False, timeout=TIMEOUT_S)
        self._queue: queue.Queue[tuple[int, int] | None] = queue.Queue(WAITING_MAX)
        self._failed = False
        self._thread = threading.Thread(target=self._run, name="plate-trigger", daemon=True)

    @property
    def alive(self) -> bool:
        """Whether the thread runs, or is not needed."""
        return self._url is None or self._thread.is_alive()

    def start(self) -> None:
        """Begin to tell."""
        if self._url is not None:
            self._thread.start()

    def stop(self) -> None:
        """Stop telling."""
        if self._url is not None and self._thread.is_alive():
            self._queue.put(None)
            self._thread.join(timeout=2 * TIMEOUT_S)
        self._client.close()

    def passed(self, lane: int, vehicles: Iterable[tuple[str, int]]) -> None:
        """Hang vehicles (key, and UTC in µs of the first axle at the lane's origin) on the queue; never waits."""
        if self._url is None:
            return
        for _, time_us in vehicles:
            if self._now_us() - time_us > FRESH_US:
                continue
            try:
                self._queue.put_nowait((lane, time_us))
            except queue.Full:
                self._fail(f"{WAITING_MAX} vehicles wait to be told to the plate reader; this one goes without its fetched pictures")

    def _run(self) -> None:
        while (vehicle := self._queue.get()) is not None:
            lane, time_us = vehicle
            if self._now_us() - time_us > FRESH_US:
                continue  # it waited for an answer about the one before
            try:
                answer = self._client.post(self._url or "", json={"lane": lane, "time_us": time_us})
                answer.raise_for_status()
            except httpx.HTTPError as error:
                self._fail(f"could not be told of a vehicle on lane {lane}, which goes without its fetched pictures: {error}"[:1_000])
            else:
                self._failed = False

    def _fail(self, what: str) -> None:
        if not self._failed:
            self._note(Fault(code="plate-trigger", where=self._url or "", what=what, reaction=Reaction.RETRY))
        self._failed = True
