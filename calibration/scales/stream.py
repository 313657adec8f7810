"""What all parsers of a byte stream share: a bounded buffer, resynchronising, and damage that is counted."""

from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass
from typing import Final

from calibration.scales.reading import Reading
from calibration.told import told

DAMAGE: Final = {
    "garbage-bytes": told("bytes outside any frame"),
    "bad-checksum": told("frames whose checksum failed"),
    "bad-frame": told("frames that cannot be read"),
    "truncated-frame": told("frames cut short by the next one"),
    "overlong-frame": told("frames longer than the protocol allows"),
    "device-error": told("answers by which the scale refused a question"),
    "foreign-answer": told("messages that answer no question of ours"),
    "implausible-step": told("readings that stood alone against their neighbours"),
}
"""Kinds of damage, as counted, and what they are; nothing of a damaged stretch becomes a reading."""


@dataclass(frozen=True, slots=True)
class Step:
    """What the head of the buffer is: `size` bytes to take away, with what they gave or what was wrong with them."""

    size: int
    reading: Reading | None = None
    damage: str = ""


class StreamParser(ABC):
    """Cuts a byte stream into readings.

    The same bytes give the same readings and damage however they are cut into pushes. Memory is bounded to one frame and one push.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._damage: Counter[str] = Counter()

    def push(self, data: bytes) -> list[Reading]:
        """Take bytes in and give the readings they complete."""
        self._buffer += data
        readings = []
        at = 0
        while at < len(self._buffer) and (step := self._step(self._buffer, at)) is not None:
            if step.damage:
                self._damage[step.damage] += step.size if step.damage == "garbage-bytes" else 1
            if step.reading is not None:
                readings.append(step.reading)
            at += step.size
        del self._buffer[:at]
        return readings

    def take_damage(self) -> Counter[str]:
        """Give, once, how often each kind of `DAMAGE` was met."""
        taken, self._damage = self._damage, Counter()
        return taken

    @property
    def held_bytes(self) -> int:
        """Bytes kept for a frame that has not ended."""
        return len(self._buffer)

    @abstractmethod
    def _step(self, buffer: bytearray, at: int) -> Step | None:
        """Judge the bytes from `at` on; None where more must come first. A step takes at least one byte."""


class FixedFrameParser(StreamParser):
    """Frames of one length that begin with one byte which stands nowhere else in them."""

    start: int
    size: int

    @abstractmethod
    def _decode(self, frame: bytes) -> Reading | str:
        """Give the reading of a frame, or the kind of damage that it has."""

    def _step(self, buffer: bytearray, at: int) -> Step | None:
        begins = self._find(buffer, at)
        if begins != at:
            return Step((len(buffer) if begins < 0 else begins) - at, damage="garbage-bytes")
        if len(buffer) - at < self.size:
            return None
        found = self._decode(bytes(buffer[at : at + self.size]))
        if isinstance(found, Reading):
            return Step(self.size, found)
        following = self._find(buffer, at + 1)
        cut = 0 <= following < at + self.size
        return Step(following - at, damage="truncated-frame") if cut else Step(self.size, damage=found)

    def _find(self, buffer: bytearray, at: int) -> int:
        return buffer.find(self.start, at)


class LineParser(StreamParser):
    """Lines of text that end with CR LF; `line_max` bounds them, in bytes without their end."""

    line_max: int
    end: bytes = b"\r\n"

    def __init__(self) -> None:
        super().__init__()
        self._overlong = False

    @abstractmethod
    def _decode(self, line: bytes) -> Step:
        """Give what a line is; its size is filled in here."""

    def _step(self, buffer: bytearray, at: int) -> Step | None:
        ends = buffer.find(self.end, at)
        if self._overlong:
            # The rest of a line that was refused: up to its end, or all but what may be half of its end.
            self._overlong = ends < 0
            size = ends + len(self.end) - at if ends >= 0 else len(buffer) - at - (len(self.end) - 1)
            return Step(size) if size > 0 else None
        if (ends if ends >= 0 else len(buffer) - len(self.end) + 1) - at > self.line_max:
            self._overlong = True
            return Step(self.line_max + 1, damage="overlong-frame")
        if ends < 0:
            return None
        found = self._decode(bytes(buffer[at:ends]))
        return Step(ends + len(self.end) - at, found.reading, found.damage)
