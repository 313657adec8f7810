"""The serial digitiser's frames (docs/protocols/serial-digitiser.md): bytes in, frames out. No I/O and no clock."""

import struct
import zlib
from collections import Counter
from dataclasses import dataclass
from typing import Final

SYNC: Final = b"\xa5\x5a"
VERSION: Final = 1
HEADER: Final = struct.Struct("<2sBBHI")
CRC: Final = struct.Struct("<I")
PAYLOAD_MAX: Final = 4096
FRAME_MAX: Final = HEADER.size + PAYLOAD_MAX + CRC.size
ANY_DEVICE: Final = 0

DAMAGE: Final = {
    "bad-crc": "{times} frames failed their CRC; nothing is taken from them",
    "truncated-frame": "{times} frames were cut short, the next one began inside them; nothing is taken from them",
    "bad-header": "{times} sync words stood before a version or length that cannot be; nothing is taken from there",
    "garbage-bytes": "{times} bytes stood between frames; they are skipped",
}
"""Kinds of damage, as counted, and what to tell the technician about them."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame whose CRC has matched."""

    type: int
    device: int
    payload: bytes


def encode(kind: int, payload: bytes, device: int = ANY_DEVICE) -> bytes:
    """Give the bytes of one frame."""
    head = HEADER.pack(SYNC, VERSION, kind, len(payload), device)
    return head + payload + CRC.pack(zlib.crc32(payload, zlib.crc32(head[2:])))


class FrameParser:
    """Finds frames in a byte stream.

    ::

        0        2         3      4          6            10           10+L
        A5 5A  | version | type | length L | device     | payload …  | crc32
        sync   | 01      | u8   | u16      | u32        | L bytes    | u32, over version to end of payload        (little endian)

    Damage it expects: bytes between frames, flipped, lost and inserted bytes, frames cut short, sync words inside a payload, a length that
    is itself the damage. After any of these the search goes on one byte behind the refused sync word, so that no whole frame is passed
    over. Frames and damage are the same for any cutting of the stream. Memory is bounded to one frame and one read.

    Of a stretch that could not be read, one damage is counted, by its first cause; `DAMAGE` names the kinds.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._damage: Counter[str] = Counter()
        self._cause: str | None = None
        self._claimed_end = 0

    def push(self, data: bytes) -> list[Frame]:
        """Take bytes in and give the frames they complete."""
        self._buffer += data
        return self._frames(complete=False)

    def silence(self) -> list[Frame]:
        """Take note that the line has fallen silent: a frame half arrived will not go on. Give the frames that stood behind its header."""
        return self._frames(complete=True)

    def take_damage(self) -> dict[str, int]:
        """Give, once, how often each kind of damage was met; a stretch counts when the next frame, or silence, has ended it."""
        taken = dict(self._damage)
        self._damage.clear()
        return taken

    def _frames(self, *, complete: bool) -> list[Frame]:
        frames = []
        at = 0
        while (at := self._skip_to_sync(at, complete=complete)) < len(self._buffer):
            room = len(self._buffer) - at
            size = self._claimed_size(at) if room >= HEADER.size else FRAME_MAX
            if size > room and not complete:
                break
            if size <= room and self._sound(at, size):
                self._end_stretch(at)
                _, _, kind, _, device = HEADER.unpack_from(self._buffer, at)
                frames.append(Frame(kind, device, bytes(self._buffer[at + HEADER.size : at + size - CRC.size])))
                at += size
            else:
                self._refuse("bad-header" if size == 0 else "bad-crc", at + size)
                at += 1
        if complete:
            self._end_stretch(at)
        del self._buffer[:at]
        self._claimed_end -= at
        return frames

    def _skip_to_sync(self, at: int, *, complete: bool) -> int:
        """Give the place of the next possible sync word; a last single A5 may be half of one and stays, unless the line is silent."""
        found = self._buffer.find(SYNC, at)
        if found < 0:
            half = not complete and at < len(self._buffer) and self._buffer[-1:] == SYNC[:1]
            found = len(self._buffer) - half
        if found > at and self._cause in {None, "garbage-bytes"}:
            self._cause = "garbage-bytes"
            self._damage["garbage-bytes"] += found - at
        return found

    def _claimed_size(self, at: int) -> int:
        """Give the whole size that the header claims, 0 if no header can say so."""
        _, version, _, length, _ = HEADER.unpack_from(self._buffer, at)
        return HEADER.size + length + CRC.size if version == VERSION and length <= PAYLOAD_MAX else 0

    def _sound(self, at: int, size: int) -> bool:
        if size == 0:
            return False
        with memoryview(self._buffer)[at + 2 : at + size - CRC.size] as body:
            return bool(zlib.crc32(body) == CRC.unpack_from(self._buffer, at + size - CRC.size)[0])

    def _refuse(self, cause: str, claimed_end: int) -> None:
        """Begin a stretch of damage, unless one is under way: sync words inside a refused frame are part of its damage."""
        if self._cause in {None, "garbage-bytes"}:
            self._cause = cause
            self._claimed_end = claimed_end

    def _end_stretch(self, at: int) -> None:
        """Count the stretch of damage that ends here: a frame refused for its CRC inside which another begins was cut short."""
        if self._cause == "bad-crc" and at < self._claimed_end:
            self._cause = "truncated-frame"
        if self._cause not in {None, "garbage-bytes"}:
            self._damage[str(self._cause)] += 1
        self._cause = None
