"""Is this a JPEG, and how large would it be once decoded? Answered from its header, without decoding.

A JPEG (ITU-T T.81, annex B) is a chain of segments::

    FF D8 | FF marker | length hi lo | length-2 bytes | FF marker | …
           the frame header (SOF) carries: precision, height hi lo, width hi lo, components

Expected damage: no picture at all, cut before its frame header, a header that claims more pixels than memory holds.
"""

from typing import Final

from contract.faults import RejectError

PIXELS_MAX: Final = 40_000_000
"""Largest picture taken: no traffic camera has more pixels, and decoding it later needs 120 MB."""

_MAGIC: Final = b"\xff\xd8\xff"
_FRAME_HEADERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_START_OF_SCAN: Final = 0xDA
_END: Final = 0xD9


def check_jpeg(data: bytes, where: str) -> tuple[int, int]:
    """Give width and height of the picture.

    Raises
    ------
    RejectError
        If it is no JPEG, has no frame header, or has no pixels or more than `PIXELS_MAX`.
    """
    if not data.startswith(_MAGIC):
        raise RejectError("picture-not-jpeg", where, f"starts with {data[:4].hex() or 'nothing'}; only JPEG (ff d8 ff) is taken")
    size = _frame_size(data)
    if size is None:
        raise RejectError("picture-damaged", where, "is a JPEG without a frame header; it was probably cut off, check the camera's link")
    width, height = size
    if not 0 < width * height <= PIXELS_MAX:
        raise RejectError("picture-too-large", where, f"has {width} x {height} pixels; from 1 to {PIXELS_MAX} in all are taken")
    return width, height


def _frame_size(data: bytes) -> tuple[int, int] | None:
    """Walk the segments up to the frame header; each step goes forward, so the walk ends."""
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
        elif marker in _STANDALONE:
            at += 2
        elif marker in {_START_OF_SCAN, _END}:
            return None
        elif marker in _FRAME_HEADERS:
            if at + 9 > len(data):
                return None
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        else:
            at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4]))
    return None
