"""Asks the plate reader for overview pictures and clips, in a thread of its own: the weighing waits for neither.

| what                             | asked for                              | until                                                       |
|----------------------------------|----------------------------------------|-------------------------------------------------------------|
| a vehicle's overview picture     | as soon as the vehicle has passed      | it is there, is refused, or the vehicle's record is signed  |
| an overloaded vehicle's clip     | when the clip's time is over           | it is recorded, or ten minutes have gone by                 |

Clips that are wanted stand in the outbox, so neither program's restart loses one while the plate reader's memory still holds the video.
"""

import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any, Final

import httpx
import structlog
from pydantic import BaseModel, ValidationError

from contract.chain import Link
from contract.clips import ClipCut, ClipWanted, StillTaken, StillWanted
from contract.faults import Fault, Reaction, RetryError
from contract.media import Sha256
from contract.station import Video
from contract.units import US_PER_S

TIMEOUT_S: Final = 3.0
TURN_S: Final = 0.1
STILLS_MAX: Final = 256
"""Overview pictures asked for or held at one time; the oldest makes room."""

STILL_LIFE_US: Final = 20 * US_PER_S
"""After that a vehicle's record is long signed."""

STILL_DELAY_US: Final = 300_000
"""A picture of the moment itself has come through camera and network by then."""

CLIPS_AT_ONCE: Final = 8
CLIP_DELAY_US: Final = US_PER_S
CLIP_LIFE_US: Final = 600 * US_PER_S
"""No plate reader keeps video for longer."""

ASK_AGAIN_US: Final = US_PER_S

_log = structlog.get_logger("edge")


class VideoDesk:
    """Runs the thread and holds what it has got.

    Parameters
    ----------
    video
        The station file's table; None where the station has no video, and nothing is asked for.
    wanted
        Gives the first clips that are still to come.
    note
        Told of what failed.
    now_us
        UTC in microseconds.
    client
        Does HTTP; closed by `stop`.
    """

    def __init__(
        self,
        video: Video | None,
        wanted: Callable[[int], list[ClipWanted]],
        note: Callable[[Fault], None],
        now_us: Callable[[], int],
        client: httpx.Client | None = None,
    ) -> None:
        self._video = video
        self._wanted = wanted
        self._note = note
        self._now_us = now_us
        self._client = client or httpx.Client(trust_env=False, timeout=TIMEOUT_S)
        self._lock = threading.Lock()
        self._asked: OrderedDict[str, StillWanted] = OrderedDict()
        self._stills: OrderedDict[str, Sha256] = OrderedDict()
        self._cuts: queue.SimpleQueue[ClipCut] = queue.SimpleQueue()
        self._handed: set[int] = set()
        self._clips_due_us = 0
        self._away = False
        self._counts = {"overviews": 0, "clips": 0}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="video", daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        if self._video is not None:
            self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=2 * TIMEOUT_S)
        self._client.close()

    def passed(self, lane: int, vehicles: Iterable[tuple[str, int]]) -> None:
        """Want the overview pictures of vehicles that have passed: key, and UTC in µs."""
        if self._video is None:
            return
        with self._lock:
            for key, time_us in vehicles:
                self._asked[key] = StillWanted(lane=lane, time_us=time_us + round(self._video.overview_s * US_PER_S))
            while len(self._asked) > STILLS_MAX:
                self._asked.popitem(last=False)

    def still(self, key: str) -> Sha256 | None:
        """Give, once, a vehicle's overview picture; None where there is none (yet), after which it is no longer asked for."""
        with self._lock:
            self._asked.pop(key, None)
            return self._stills.pop(key, None)

    def record(self, add: Callable[[ClipCut, int], Link | None]) -> None:
        """Record the clips that have come by `add`; one that finds no room in the outbox is asked for again later."""
        while not self._cuts.empty():
            cut = self._cuts.get_nowait()
            try:
                link = add(cut, self._now_us())
            except RetryError as error:
                self._note(error.fault())
                with self._lock:
                    self._handed.discard(cut.seq)
                continue
            if link is not None:
                _log.info("clip-recorded", seq=link.seq, of=cut.seq, pictures=cut.frames)

    def health(self) -> dict[str, Any]:
        """Give the state for the loopback door."""
        with self._lock:
            return {"configured": self._video is not None, "reachable": not self._away, "asked": len(self._asked), **self._counts}

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.turn()
                self._away = False
            except RetryError as error:
                if not self._away:
                    self._note(error.fault())
                self._away = True
                self._stopping.wait(1.0)
            except Exception as error:  # noqa: BLE001 - whatever it is, weighing goes on without video
                _log.exception("video-internal")
                what = f"failed on a fault of this program: {type(error).__name__}: {error}"[:500]
                self._note(Fault(code="video-internal", where="video", what=what, reaction=Reaction.RETRY))
                self._stopping.wait(1.0)
            self._stopping.wait(TURN_S)

    def turn(self) -> None:
        """Ask for what is due.

        Raises
        ------
        RetryError
            If the plate reader does not answer, or cannot now.
        """
        now_us = self._now_us()
        with self._lock:
            due = [(key, wish) for key, wish in self._asked.items() if now_us >= wish.time_us + STILL_DELAY_US]
        for key, wish in due:
            self._fetch_still(key, wish, now_us)
        if now_us >= self._clips_due_us or now_us < self._clips_due_us - ASK_AGAIN_US:
            self._clips_due_us = now_us + ASK_AGAIN_US
            open_wishes = self._wanted(CLIPS_AT_ONCE)
            with self._lock:
                self._handed.intersection_update(wanted.seq for wanted in open_wishes)
            for wanted in open_wishes:
                if wanted.seq not in self._handed and now_us >= wanted.until_us + CLIP_DELAY_US:
                    self._fetch_clip(wanted, now_us)

    def _fetch_still(self, key: str, wish: StillWanted, now_us: int) -> None:
        if now_us - wish.time_us > STILL_LIFE_US:
            self._forget(key)
            return
        answer = self._ask("/stills", wish)
        self._forget(key)
        if answer.status_code != 200:
            self._refused("overview-missing", f"overview of {key}", answer)
            return
        picture = StillTaken.model_validate_json(answer.content).picture
        with self._lock:
            self._counts["overviews"] += 1
            self._stills[key] = picture
            while len(self._stills) > STILLS_MAX:
                self._stills.popitem(last=False)

    def _fetch_clip(self, wanted: ClipWanted, now_us: int) -> None:
        """Ask for one clip; one that is too old, or refused for good, is handed on as missing."""
        named = {"seq": wanted.seq, "record_sha256": wanted.record_sha256}
        if now_us - wanted.until_us > CLIP_LIFE_US:
            self._hand_on(ClipCut(**named, problem="the plate reader did not give it while it could"))
            return
        answer = self._ask("/clips", wanted)
        if answer.status_code == 202:
            return
        if answer.status_code != 200:
            self._hand_on(ClipCut(**named, problem=f"the plate reader answers {answer.status_code}: {answer.text[:200]}"))
            return
        try:
            self._hand_on(ClipCut.model_validate_json(answer.content))
        except ValidationError as error:
            self._hand_on(ClipCut(**named, problem=f"the plate reader's answer is none: {error.errors(include_url=False)[0]['msg'][:200]}"))

    def _hand_on(self, cut: ClipCut) -> None:
        with self._lock:
            self._handed.add(cut.seq)
            self._counts["clips"] += cut.clip is not None
        self._cuts.put(cut)

    def _forget(self, key: str) -> None:
        with self._lock:
            self._asked.pop(key, None)

    def _refused(self, code: str, where: str, answer: httpx.Response) -> None:
        what = f"the plate reader answers {answer.status_code}: {answer.text[:300]}; the record goes without it"
        self._note(Fault(code=code, where=where, what=what, reaction=Reaction.REJECT))

    def _ask(self, path: str, wish: BaseModel) -> httpx.Response:
        where = (self._video.reader_url if self._video else "") + path
        try:
            answer = self._client.post(where, content=wish.model_dump_json(), headers={"Content-Type": "application/json"})
        except httpx.HTTPError as error:
            raise RetryError("video-reader-away", where, f"does not answer ({type(error).__name__}: {error}); it is asked again") from error
        if answer.status_code >= 500:
            raise RetryError("video-reader-away", where, f"answers {answer.status_code}: {answer.text[:300]}; it is asked again")
        return answer
