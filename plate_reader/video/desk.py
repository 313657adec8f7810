"""Cuts clips and overview pictures out of the rings, and leaves them in the folder that the edge shares."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Final

from contract.clips import FRAMES_MAX, ClipCut, ClipFrame, ClipWanted, StillTaken, StillWanted, clip_bytes
from contract.faults import RejectError, RetryError
from contract.media import BLOB_MAX_BYTES
from contract.units import US_PER_S
from plate_reader.blobs import BlobFolder
from plate_reader.video.source import VideoSource

SETTLE_US: Final = US_PER_S // 2
"""A picture taken at the end of a clip has arrived by then."""

STILL_WITHIN_US: Final = 2 * US_PER_S
"""An overview picture further than this from its moment shows another vehicle."""

GAP_US: Final = US_PER_S
"""A pause of the pictures that a clip must admit to."""

CLIP_MAX_BYTES: Final = BLOB_MAX_BYTES - 1024 * 1024
"""Pictures of one clip: what central takes, less room for times and index."""

ANSWERS_KEPT: Final = 256


class ClipDesk:
    """Answers the station's wishes; blocking, to be called from a worker thread.

    Parameters
    ----------
    sources
        The cameras.
    blobs
        The folder shared with the edge.
    now_us
        UTC in microseconds, the clock by which pictures are dated.
    """

    def __init__(self, sources: Sequence[VideoSource], blobs: BlobFolder, now_us: Callable[[], int]) -> None:
        self._sources = tuple(sources)
        self._blobs = blobs
        self._now_us = now_us
        self._answers: OrderedDict[tuple[int, str], ClipCut] = OrderedDict()

    def clip(self, wanted: ClipWanted) -> ClipCut | None:
        """Cut a clip; None while its time is not over. Asked again, it gives the same answer.

        Raises
        ------
        RetryError
            If the disk does not take it.
        """
        key = (wanted.seq, wanted.record_sha256)
        if key in self._answers:
            return self._answers[key]
        if self._now_us() < wanted.until_us + SETTLE_US:
            return None
        answer = self._cut(wanted)
        self._answers[key] = answer
        while len(self._answers) > ANSWERS_KEPT:
            self._answers.popitem(last=False)
        return answer

    def still(self, wanted: StillWanted) -> StillTaken:
        """Give the overview picture of a moment.

        Raises
        ------
        RejectError
            ``still-missing`` if no camera shows the lane, or none has a picture of that time.
        RetryError
            If the disk does not take it.
        """
        where = f"overview of lane {wanted.lane}"
        source = self._source(wanted.lane)
        if source is None:
            raise RejectError("still-missing", where, "no --video camera shows this lane")
        frame = source.ring.nearest(wanted.time_us)
        if frame is None or abs(frame.time_us - wanted.time_us) > STILL_WITHIN_US:
            raise RejectError(
                "still-missing", where, f"{source.settings.name} has no picture within {STILL_WITHIN_US / US_PER_S:g} s of it"
            )
        return StillTaken(camera=source.settings.name, picture=self._put(frame.jpeg, where), time_us=frame.time_us)

    @property
    def state(self) -> dict[str, Any]:
        """The cameras, for health."""
        return {source.settings.name: source.state for source in self._sources}

    def _source(self, lane: int) -> VideoSource | None:
        return next((source for source in self._sources if lane in source.settings.lanes), None)

    def _cut(self, wanted: ClipWanted) -> ClipCut:
        named = {"seq": wanted.seq, "record_sha256": wanted.record_sha256}
        source = self._source(wanted.lane)
        if source is None:
            return ClipCut(**named, problem=f"no --video camera shows lane {wanted.lane}")
        name = source.settings.name
        frames = source.ring.between(wanted.from_us, wanted.until_us)
        if not frames:
            return ClipCut(
                **named, camera=name, problem=f"{name} has no picture of that time; its stream was away, or the wish came too late"
            )
        problems = _missing(frames, wanted)
        kept = _thinned(frames)
        if len(kept) < len(frames):
            problems.append(f"{len(frames) - len(kept)} of {len(frames)} pictures left out to fit {CLIP_MAX_BYTES // 1_000_000} MB")
        data = clip_bytes(kept, *source.size)
        return ClipCut(
            **named, camera=name, clip=self._put(data, f"clip of record {wanted.seq}"), frames=len(kept), problem="; ".join(problems)
        )

    def _put(self, data: bytes, where: str) -> str:
        try:
            return self._blobs.put(data)
        except OSError as error:
            raise RetryError("blob-disk", where, f"cannot be written ({error}); free or mend the disk") from error


def _missing(frames: Sequence[ClipFrame], wanted: ClipWanted) -> list[str]:
    """Say which part of the time wanted has no pictures."""
    moments = [wanted.from_us, *(frame.time_us for frame in frames), wanted.until_us]
    gaps = [(there - here, here) for here, there in pairwise(moments) if there - here > GAP_US]
    return [f"no pictures for {gap / US_PER_S:.1f} s from {(at - wanted.from_us) / US_PER_S:.1f} s on" for gap, at in gaps[:4]]


def _thinned(frames: list[ClipFrame]) -> list[ClipFrame]:
    """Leave out every so many pictures, evenly, until the rest fits."""
    step = 1
    while step < len(frames) and (sum(len(frame.jpeg) for frame in frames[::step]) > CLIP_MAX_BYTES or len(frames[::step]) > FRAMES_MAX):
        step += 1
    return frames[::step]
