"""A multipart/form-data body (RFC 7578) taken apart, with bounds on what it may hold.

Expected damage: no boundary, a boundary that never comes, a body cut off in the middle, thousands of parts, random bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from contract.faults import RejectError

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

PARTS_MAX: Final = 16
"""Parts per push: an event and its pictures are three; cameras with several lanes send a few more."""


@dataclass(slots=True)
class Part:
    """One part: its name and file name, empty where missing, and its bytes."""

    name: str = ""
    filename: str = ""
    data: bytes = b""

    def is_called(self, stem: str) -> bool:
        """Say whether name or file name, without ending, is `stem`."""
        return stem in {self.name.rpartition(".")[0] or self.name, self.filename.rpartition(".")[0] or self.filename}


@dataclass(slots=True)
class _Collector:
    """Gathers what the parser calls back."""

    where: str
    parts: list[Part] = field(default_factory=list)
    ended: bool = False
    _chunks: list[bytes] = field(default_factory=list)
    _header: bytes = b""
    _value: bytes = b""

    def begin(self) -> None:
        if len(self.parts) >= PARTS_MAX:
            raise RejectError("push-parts", self.where, f"has more than {PARTS_MAX} parts; an event and its pictures are three")
        self.parts.append(Part())
        self._chunks = []

    def data(self, data: bytes, start: int, end: int) -> None:
        self._chunks.append(data[start:end])

    def part_end(self) -> None:
        self.parts[-1].data = b"".join(self._chunks)

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(self._value)
            self.parts[-1].name = options.get(b"name", b"").decode("utf-8", "replace")
            self.parts[-1].filename = options.get(b"filename", b"").decode("utf-8", "replace")
        self._header = self._value = b""

    def end(self) -> None:
        self.ended = True

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self.begin,
            "on_part_data": self.data,
            "on_part_end": self.part_end,
            "on_header_field": self.header_field,
            "on_header_value": self.header_value,
            "on_header_end": self.header_end,
            "on_end": self.end,
        }


def is_multipart(content_type: str) -> bool:
    """Say whether a Content-Type names a multipart body."""
    return content_type.strip().lower().startswith("multipart/")


def parse_multipart(body: bytes, content_type: str, where: str) -> list[Part]:
    """Give the parts of a body that is complete in memory.

    Raises
    ------
    RejectError
        If the content type is not multipart/form-data with a boundary, or the body does not follow it to its closing boundary.
    """
    try:
        kind, options = parse_options_header(content_type)
    except UnicodeEncodeError:
        kind, options = b"", {}
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        given = content_type[:100] or "none"
        raise RejectError("push-not-multipart", where, f"Content-Type {given!r}; multipart/form-data with a boundary is expected")
    collector = _Collector(where)
    try:
        parser = MultipartParser(boundary, collector.callbacks())
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise RejectError("push-malformed", where, f"body of {len(body)} bytes is no multipart/form-data: {error}") from error
    if not collector.ended:
        raise RejectError("push-truncated", where, f"body of {len(body)} bytes ends before its closing boundary; it was cut off on the way")
    return collector.parts
