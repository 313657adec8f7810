"""MJPEG over HTTP taken apart as it arrives: ``multipart/x-mixed-replace`` (RFC 2046), each part one JPEG::

    --boundary CRLF  Content-Type: image/jpeg CRLF  [Content-Length: n CRLF]  CRLF  <JPEG>  CRLF  --boundary …

Expected damage: no length or a wrong one, random bytes between or instead of parts, parts cut in the middle, parts without end. What is no
whole JPEG is counted and dropped, and reading goes on at the next boundary; the buffer never grows beyond one picture.
"""

from email.message import Message
from typing import Final

from contract.faults import RejectError
from plate_reader.cameras.pictures import check_jpeg

FRAME_MAX_BYTES: Final = 2 * 1024 * 1024
"""Largest picture of a stream: 8 megapixels at a quality that is wasted on video."""

HEAD_MAX_BYTES: Final = 4_096
_END_OF_IMAGE: Final = b"\xff\xd9"
_END_MARGIN: Final = 64
"""Cameras pad a picture's end with zeros or a line's end."""


def boundary_of(content_type: str, where: str) -> bytes:
    """Give the boundary that a stream's Content-Type names, without leading dashes, which some cameras write into it.

    Raises
    ------
    RejectError
        If it is no multipart stream.
    """
    message = Message()
    message["Content-Type"] = content_type
    boundary = message.get_boundary()
    if message.get_content_maintype() != "multipart" or not boundary or not boundary.strip("-"):
        what = f"Content-Type {content_type[:100]!r}; multipart/x-mixed-replace with a boundary is expected, as MJPEG over HTTP has it"
        raise RejectError("video-not-mjpeg", where, what)
    return boundary.lstrip("-").encode("ascii", "replace")


class MjpegParser:
    """Takes bytes as they come and gives whole JPEG pictures.

    Attributes
    ----------
    damaged
        Parts and stretches of bytes so far that were no picture.
    size
        Width and height of the last picture, pixels; zeros before the first.
    """

    def __init__(self, boundary: bytes, frame_max_bytes: int = FRAME_MAX_BYTES) -> None:
        self._delimiter = b"--" + boundary
        self._frame_max = frame_max_bytes
        self._buffer = bytearray()
        self.damaged = 0
        self.size = (0, 0)

    def feed(self, chunk: bytes) -> list[bytes]:
        """Give the pictures that became whole."""
        self._buffer += chunk
        found = []
        while (part := self._next_part()) is not None:
            if self._is_picture(part):
                found.append(part)
            else:
                self.damaged += 1
        return found

    def _next_part(self) -> bytes | None:
        """Take the next part's body from the buffer; None while it is not whole. An empty body stands for bytes that were dropped."""
        begin = self._buffer.find(self._delimiter)
        if begin < 0:
            return self._drop(len(self._buffer) - len(self._delimiter)) if len(self._buffer) > self._frame_max else None
        if begin > HEAD_MAX_BYTES:
            return self._drop(begin)
        following = self._buffer.find(self._delimiter, begin + len(self._delimiter))
        head_end = self._buffer.find(b"\r\n\r\n", begin)
        if head_end < 0 or 0 <= following < head_end:
            return self._drop(begin + len(self._delimiter)) if following >= 0 or len(self._buffer) - begin > HEAD_MAX_BYTES else None
        return self._body(begin, head_end, following)

    def _body(self, begin: int, head_end: int, following: int) -> bytes | None:
        """Take the body of the part whose head lies from `begin` to `head_end`; `following` is the next boundary, -1 where none is yet."""
        body = head_end + 4
        length = self._length(bytes(self._buffer[begin:head_end]))
        if length is not None and (following < 0 or following >= body + length):
            return self._take(body, body + length) if len(self._buffer) >= body + length else None
        if following < 0:
            return self._drop(body) if len(self._buffer) - body > self._frame_max else None
        return self._take(body, following).removesuffix(b"\r\n")  # which belongs to the boundary (RFC 2046, 5.1.1)

    def _length(self, head: bytes) -> int | None:
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            text = value.strip()
            if name.strip().lower() == b"content-length" and text.isdigit() and len(text) < 9 and 0 < int(text) <= self._frame_max:
                return int(text)
        return None

    def _take(self, start: int, stop: int) -> bytes:
        part = bytes(self._buffer[start:stop])
        del self._buffer[:stop]
        return part

    def _drop(self, count: int) -> bytes:
        del self._buffer[: max(1, count)]
        return b""

    def _is_picture(self, part: bytes) -> bool:
        try:
            self.size = check_jpeg(part, "video")
        except RejectError:
            return False
        return _END_OF_IMAGE in part[-_END_MARGIN:]
