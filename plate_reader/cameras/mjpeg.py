"""The first whole picture of a stream of pictures (MJPEG over HTTP, multipart/x-mixed-replace), found by its JPEG markers. Pure.

A JPEG begins with FF D8 FF and ends with FF D9; within its coded data FF is always followed by 00 or a restart marker (ITU-T T.81,
B.1.1.5), and a thumbnail inside an application segment is skipped by that segment's length.

Expected damage: a stream that begins in the middle of a picture, never ends one, or holds none.
"""

from typing import Final

_START: Final = b"\xff\xd8\xff"
_END: Final = 0xD9
_SCAN: Final = 0xDA
_STANDALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})


def first_picture(data: bytes | bytearray) -> bytes | None:
    """Give the first picture that is in `data` from its start to its end; None where there is none yet."""
    start = data.find(_START)
    if start < 0:
        return None
    at = start + 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return first_picture(data[at:])  # it was no picture after all
        marker = data[at + 1]
        if marker == _END:
            return bytes(data[start : at + 2])
        if marker == 0xFF:
            at += 1
        elif marker in _STANDALONE:
            at += 2
        else:
            at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4]))
            if marker == _SCAN:
                at = _end_of_coded(data, at)
    return bytes(data[start : at + 2]) if data[at : at + 2] == b"\xff\xd9" else None


def _end_of_coded(data: bytes | bytearray, at: int) -> int:
    """Give where the next marker stands that is neither a stuffed byte nor a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            return len(data)
        if data[at + 1] == 0 or data[at + 1] in range(0xD0, 0xD8):
            at += 2
        else:
            return at
