"""Reads back what typst wrote: pages, fonts and text of a PDF. Only for our own files; no general reader."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

_OBJECT = re.compile(rb"(\d+) 0 obj\s*(.*?)\s*endobj", re.DOTALL)
_REFERENCE = rb"\s*(\d+) 0 R"
_WORD = re.compile(rb"[^\s()<>\[\]/]+")
_ESCAPE = re.compile(rb"\\([nrtbf()\\]|[0-7]{1,3})", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


@dataclass
class Pdf:
    """One file."""

    data: bytes

    @cached_property
    def objects(self) -> dict[int, tuple[bytes, bytes]]:
        """Each object's dictionary and decoded stream by its number; those of object streams too."""
        found: dict[int, tuple[bytes, bytes]] = {}
        for number, body in _OBJECT.findall(self.data):
            found[int(number)] = _split(body)
        for head, stream in list(found.values()):
            if b"/ObjStm" in head:
                first, count = _number(head, b"First"), _number(head, b"N")
                places = list(map(int, stream[:first].split()))[: 2 * count]
                bounds = [*(first + place for place in places[1::2]), len(stream)]
                for number, begin, end in zip(places[::2], bounds[:-1], bounds[1:], strict=True):
                    found[number] = (stream[begin:end], b"")
        return found

    @cached_property
    def pages(self) -> list[int]:
        """Numbers of the page objects, in reading order."""
        root = next(head for head, _ in self.objects.values() if re.search(rb"/Type\s*/Pages", head) and b"/Parent" not in head)
        return self._kids(root)

    @property
    def fonts(self) -> dict[str, bool]:
        """Names of the fonts, and whether each is embedded."""
        return {
            re.search(rb"/FontName\s*/([^\s/]+)", head)[1].decode(): bool(re.search(rb"/FontFile[23]?", head))  # type: ignore[index]
            for head, _ in self.objects.values()
            if re.search(rb"/Type\s*/FontDescriptor", head)
        }

    def text(self, page: int | None = None) -> str:
        """Give the text of a page, counted from 0, or of all; blanks are left out, for type is set without them here and there."""
        chosen = self.pages if page is None else [self.pages[page]]
        return "".join("".join(self._text(number).split()) for number in chosen)

    def _kids(self, head: bytes) -> list[int]:
        found = re.search(rb"/Kids\s*\[([^\]]*)\]", head)
        numbers = [int(number) for number in re.findall(_REFERENCE, found[1] if found else b"")]
        return [
            page
            for number in numbers
            for page in (self._kids(self.objects[number][0]) if re.search(rb"/Type\s*/Pages", self.objects[number][0]) else [number])
        ]

    def _text(self, page: int) -> str:
        head = self.objects[page][0]
        fonts = {name.decode(): self._unicode(int(number)) for name, number in self._font_names(head)}
        contents = re.search(rb"/Contents" + _REFERENCE, head)
        assert contents is not None
        current: dict[int, str] = {}
        said: list[str] = []
        waiting: list[bytes] = []
        name = b""
        for kind, value in _tokens(self.objects[int(contents[1])][1]):
            if kind == "name":
                name = value
            elif kind == "string":
                waiting.append(value)
            elif value == b"Tf":
                current = fonts.get(name.decode(), {})
            elif value in {b"Tj", b"TJ"}:
                codes = b"".join(waiting)
                said += [current.get(int.from_bytes(codes[at : at + 2]), "") for at in range(0, len(codes), 2)]
            if kind == "word" and not value[:1].isdigit() and value[:1] not in b"-.":
                waiting = []
        return "".join(said)

    def _font_names(self, head: bytes) -> list[tuple[bytes, bytes]]:
        resources = re.search(rb"/Resources" + _REFERENCE, head)
        where = self.objects[int(resources[1])][0] if resources else head
        named = re.search(rb"/Font\s*<<(.*?)>>", where, re.DOTALL)
        if named is None and (reference := re.search(rb"/Font" + _REFERENCE, where)):
            return re.findall(rb"/(\w+)" + _REFERENCE, self.objects[int(reference[1])][0])
        return re.findall(rb"/(\w+)" + _REFERENCE, named[1] if named else b"")

    def _unicode(self, font: int) -> dict[int, str]:
        """Read a font's ToUnicode map (ISO 32000-1, 9.10.3)."""
        reference = re.search(rb"/ToUnicode" + _REFERENCE, self.objects[font][0])
        if reference is None:
            return {}
        found: dict[int, str] = {}
        source = self.objects[int(reference[1])][1]
        for block in re.findall(rb"beginbfchar(.*?)endbfchar", source, re.DOTALL):
            for code, to in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
                found[int(code, 16)] = bytes.fromhex(to.decode()).decode("utf-16-be")
        for block in re.findall(rb"beginbfrange(.*?)endbfrange", source, re.DOTALL):
            for low, high, to in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
                for step in range(int(high, 16) - int(low, 16) + 1):
                    found[int(low, 16) + step] = chr(int(to, 16) + step)
        return found


def _split(body: bytes) -> tuple[bytes, bytes]:
    head, begins, rest = body.partition(b"stream\n")
    length = re.search(rb"/Length\s+(\d+)", head)
    if not begins or length is None:
        return body, b""
    stream = rest[: int(length[1])]
    return head, zlib.decompress(stream) if b"/FlateDecode" in head and b"/Image" not in head else stream


def _number(head: bytes, name: bytes) -> int:
    found = re.search(rb"/" + name + rb"\s+(\d+)", head)
    assert found is not None
    return int(found[1])


def _tokens(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Give names, strings and words of a content stream; brackets within strings stand for themselves where they are balanced."""
    at = 0
    while at < len(content):
        letter = content[at : at + 1]
        if letter == b"(":
            end, depth = at + 1, 1
            while depth:
                one = content[end : end + 1]
                depth += (one == b"(") - (one == b")")
                end += 2 if one == b"\\" else 1
            yield "string", _ESCAPE.sub(_unescaped, content[at + 1 : end - 1])
            at = end
        elif content[at : at + 2] == b"<<":
            at += 2
        elif letter == b"<":
            end = content.index(b">", at)
            yield "string", bytes.fromhex(content[at + 1 : end].decode())
            at = end + 1
        elif found := _WORD.match(content, at + (letter == b"/")):
            yield "name" if letter == b"/" else "word", found[0]
            at = found.end()
        else:
            at += 1


def _unescaped(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 8)]) if found[1].isdigit() else _ESCAPED.get(found[1], found[1])
