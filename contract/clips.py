"""Video clips of a passage, and how the station's programs ask each other for them.

A clip is the camera's own JPEG pictures, byte for byte, in an AVI file that any player opens, with the moment at which each came::

    RIFF size 'AVI '
    ├─ LIST 'hdrl'   'avih' main header · LIST 'strl': 'strh' 'vids' 'MJPG', 'strf' BITMAPINFOHEADER
    ├─ 'wlts'        n × int64 little-endian: UTC in µs at which each picture had arrived (a chunk of ours, which players skip)
    ├─ LIST 'movi'   n × '00dc' size JPEG, padded to even length
    └─ 'idx1'        n × ('00dc', key frame, offset, size)

Expected damage on reading: cut anywhere, sizes that point beyond the end, counts that do not agree, another file altogether.

Source: Microsoft, AVI RIFF File Reference.
"""

import struct
from collections.abc import Sequence
from typing import Annotated, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from contract.faults import RejectError
from contract.media import BLOB_MAX_BYTES, Sha256
from contract.names import Name
from contract.units import US_PER_S

CLIP_TYPE: Final = "video/x-msvideo"
"""Media type of a clip."""

FRAMES_MAX: Final = 6_000
"""Pictures in one clip: a minute and more at 60 a second."""

_KEY_FRAME: Final = 0x10
_HAS_INDEX: Final = 0x10
_TIMES: Final = b"wlts"
_FRAME: Final = b"00dc"
_HEAD_BYTES: Final = 12


class ClipFrame(NamedTuple):
    """One picture of a clip: when it had arrived (UTC, µs), and its JPEG bytes."""

    time_us: int
    jpeg: bytes


class ClipWanted(BaseModel):
    """What the station asks the plate reader for: the video of a recorded vehicle's lane from one moment to another (UTC, µs)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seq: Annotated[int, Field(ge=1, lt=2**53)]
    record_sha256: Sha256
    lane: Annotated[int, Field(ge=1, le=99)]
    from_us: Annotated[int, Field(gt=0, lt=2**53)]
    until_us: Annotated[int, Field(gt=0, lt=2**53)]


class ClipCut(BaseModel):
    """What the plate reader answers once the time is over.

    `clip` is the hash under which the clip lies in the shared folder, None where no picture of that time is held; `problem` says in words
    what is missing, empty where nothing is.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seq: int
    record_sha256: Sha256
    camera: Name | None = None
    clip: Sha256 | None = None
    frames: int = 0
    problem: Annotated[str, Field(max_length=300)] = ""


class StillWanted(BaseModel):
    """What the station asks for: the picture of a lane's video nearest to a moment (UTC, µs)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lane: Annotated[int, Field(ge=1, le=99)]
    time_us: Annotated[int, Field(gt=0, lt=2**53)]


class StillTaken(BaseModel):
    """The picture: its hash in the shared folder, and when it had arrived."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    camera: Name
    picture: Sha256
    time_us: int


def clip_bytes(frames: Sequence[ClipFrame], width: int, height: int) -> bytes:
    """Give the AVI file of pictures in order of time, all of `width` × `height` pixels.

    Raises
    ------
    ValueError
        If there is no picture, or there are more than `FRAMES_MAX`; a program error.
    """
    if not 0 < len(frames) <= FRAMES_MAX:
        msg = f"a clip of {len(frames)} pictures; 1 to {FRAMES_MAX} are possible"
        raise ValueError(msg)
    span_us = frames[-1].time_us - frames[0].time_us
    interval_us = min(max(1, span_us // max(1, len(frames) - 1)), 10 * US_PER_S)
    largest = max(len(frame.jpeg) for frame in frames)
    main = struct.pack("<14I", interval_us, largest * 10, 0, _HAS_INDEX, len(frames), 0, 1, largest, width, height, 0, 0, 0, 0)
    times = (interval_us, US_PER_S, 0, len(frames), largest, 0xFFFFFFFF, 0)
    stream = struct.pack("<4s4sIHHI7I4H", b"vids", b"MJPG", 0, 0, 0, 0, *times, 0, 0, width, height)
    bitmap = struct.pack("<IiiHH4sIiiII", 40, width, height, 1, 24, b"MJPG", width * height * 3, 0, 0, 0, 0)
    header = _list(b"hdrl", _chunk(b"avih", main) + _list(b"strl", _chunk(b"strh", stream) + _chunk(b"strf", bitmap)))
    arrived = _chunk(_TIMES, struct.pack(f"<{len(frames)}q", *(frame.time_us for frame in frames)))
    movie, index, offset = [], [], 4
    for frame in frames:
        movie.append(_chunk(_FRAME, frame.jpeg))
        index.append(struct.pack("<4s3I", _FRAME, _KEY_FRAME, offset, len(frame.jpeg)))
        offset += len(movie[-1])
    body = header + arrived + _list(b"movi", b"".join(movie)) + _chunk(b"idx1", b"".join(index))
    return struct.pack("<4sI4s", b"RIFF", 4 + len(body), b"AVI ") + body


def read_clip(data: bytes, source: str) -> list[ClipFrame]:
    """Give the pictures of a clip with their times.

    Raises
    ------
    RejectError
        ``not-a-clip`` if it is none, is damaged, or is larger than any clip.
    """
    if len(data) > BLOB_MAX_BYTES or data[:4] != b"RIFF" or data[8:_HEAD_BYTES] != b"AVI ":
        raise RejectError("not-a-clip", source, f"starts with {data[:_HEAD_BYTES].hex()}; an AVI file of this software is expected")
    if (said := 8 + struct.unpack_from("<I", data, 4)[0]) != len(data):
        raise RejectError("not-a-clip", source, f"is {len(data)} bytes long and says {said}; it was cut or added to")
    times: tuple[int, ...] = ()
    pictures: list[bytes] = []
    for name, start, stop in _chunks(data, _HEAD_BYTES, source):
        if name == _TIMES:
            count = (stop - start) // 8
            times = struct.unpack_from(f"<{min(count, FRAMES_MAX + 1)}q", data, start)
        elif name == b"LIST" and data[start : start + 4] == b"movi":
            pictures = [data[at:end] for kind, at, end in _chunks(data[:stop], start + 4, source) if kind == _FRAME]
    if not pictures or len(pictures) != len(times):
        raise RejectError("not-a-clip", source, f"holds {len(pictures)} pictures and {len(times)} times; each picture has its own")
    return [ClipFrame(time_us, picture) for time_us, picture in zip(times, pictures, strict=True)]


def _chunks(data: bytes, at: int, source: str) -> list[tuple[bytes, int, int]]:
    """Give name, start and stop of the chunks from a place on; each step goes forward, so the walk ends."""
    found = []
    while at < len(data):
        if at + 8 > len(data):
            raise RejectError("not-a-clip", source, f"ends within a chunk's head at byte {at}")
        name, size = struct.unpack_from("<4sI", data, at)
        if at + 8 + size > len(data):
            raise RejectError("not-a-clip", source, f"chunk {name!r} at byte {at} reaches beyond the end")
        found.append((name, at + 8, at + 8 + size))
        at += 8 + size + size % 2
    return found


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack("<4sI", name, len(data)) + data + b"\0" * (len(data) % 2)


def _list(name: bytes, data: bytes) -> bytes:
    return _chunk(b"LIST", name + data)
