"""A WebM file of VP8 key frames (Matroska, RFC 9559; VP8, RFC 6386), written without an encoder of video.

A lossy WebP picture is a VP8 key frame in a RIFF file, so pictures that Pillow writes become a video that every browser plays and seeks::

    EBML header · Segment( Info · Tracks(V_VP8) · Cues · Cluster( SimpleBlock = picture )… )

Each picture gets a cluster of its own, so that a player can go to any of them.
"""

import struct
from collections.abc import Sequence
from typing import Final

from contract.faults import RejectError

WEBM_TYPE: Final = "video/webm"
_TRACK: Final = 0x81
_KEY_FRAME: Final = 0x80
_EIGHT_BYTES: Final = 8


def webm_bytes(pictures: Sequence[bytes], times_ms: Sequence[int], width: int, height: int) -> bytes:
    """Give the file of WebP pictures, each shown from its time (ms from the beginning, rising) to the next.

    Raises
    ------
    RejectError
        ``not-vp8`` if a picture is no lossy WebP.
    """
    info = _element(
        0x1549A966,
        _uint(0x2AD7B1, 1_000_000)
        + _element(0x4489, struct.pack(">d", float(times_ms[-1] + _step_ms(times_ms))))
        + _element(0x4D80, b"weighline")
        + _element(0x5741, b"weighline"),
    )
    video = _element(0xE0, _uint(0xB0, width) + _uint(0xBA, height))
    track = _element(0xAE, _uint(0xD7, 1) + _uint(0x73C5, 1) + _uint(0x83, 1) + _uint(0x9C, 0) + _element(0x86, b"V_VP8") + video)
    head = info + _element(0x1654AE6B, track)
    clusters = [_cluster(vp8_of(picture), time_ms) for picture, time_ms in zip(pictures, times_ms, strict=True)]
    first = len(head) + len(_cues(times_ms, [0] * len(clusters)))
    places, at = [], first
    for cluster in clusters:
        places.append(at)
        at += len(cluster)
    segment = _element(0x18538067, head + _cues(times_ms, places) + b"".join(clusters))
    return _header() + segment


def vp8_of(webp: bytes) -> bytes:
    """Give the VP8 key frame within a lossy WebP picture.

    Raises
    ------
    RejectError
        ``not-vp8`` if there is none.
    """
    at = 12
    while webp[:4] == b"RIFF" and webp[8:12] == b"WEBP" and at + 8 <= len(webp):
        name, size = struct.unpack_from("<4sI", webp, at)
        if name == b"VP8 ":
            return webp[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    raise RejectError("not-vp8", "picture", f"starts with {webp[:16].hex()}; a lossy WebP is expected")


def _step_ms(times_ms: Sequence[int]) -> int:
    """Give how long the last picture is shown: as long as the others on average."""
    return max(1, (times_ms[-1] - times_ms[0]) // max(1, len(times_ms) - 1)) if len(times_ms) > 1 else 100


def _cluster(frame: bytes, time_ms: int) -> bytes:
    block = struct.pack(">BhB", _TRACK, 0, _KEY_FRAME) + frame
    return _element(0x1F43B675, _uint(0xE7, time_ms) + _element(0xA3, block))


def _cues(times_ms: Sequence[int], places: Sequence[int]) -> bytes:
    """Say where each picture's cluster begins, counted from the segment's content; always as long, whatever the places are."""
    points = []
    for time_ms, place in zip(times_ms, places, strict=True):
        position = _uint(0xF7, 1) + _element(0xF1, place.to_bytes(_EIGHT_BYTES))
        points.append(_element(0xBB, _element(0xB3, time_ms.to_bytes(_EIGHT_BYTES)) + _element(0xB7, position)))
    return _element(0x1C53BB6B, b"".join(points))


def _header() -> bytes:
    versions = _uint(0x4286, 1) + _uint(0x42F7, 1) + _uint(0x42F2, 4) + _uint(0x42F3, 8)
    return _element(0x1A45DFA3, versions + _element(0x4282, b"webm") + _uint(0x4287, 2) + _uint(0x4285, 2))


def _uint(name: int, value: int) -> bytes:
    return _element(name, value.to_bytes(max(1, (value.bit_length() + 7) // 8)))


def _element(name: int, data: bytes) -> bytes:
    """Give an EBML element: its id as it is, its size in eight bytes, its content."""
    identity = name.to_bytes((name.bit_length() + 7) // 8)
    return identity + (len(data) | 1 << 56).to_bytes(_EIGHT_BYTES) + data
