"""Frames of the serial digitiser, written from docs/protocols/serial-digitiser.md.

::

    A5 5A | version u8 | type u8 | length u16 | device u32 | payload | CRC-32 u32      (little endian)
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from enum import IntEnum

SYNC = b"\xa5\x5a"
VERSION = 1
PAYLOAD_MAX = 4096
HEADER = struct.Struct("<BBHI")
OVERHEAD = len(SYNC) + HEADER.size + 4


class FrameType(IntEnum):
    """Types of frames; from 0x80 on those of the host."""

    REPORT = 0x01
    SAMPLES = 0x02
    HEARTBEAT = 0x03
    ACK = 0x04
    NAK = 0x05
    IDENTIFY = 0x81
    START = 0x82
    STOP = 0x83
    TIME_SYNC = 0x84
    ZERO = 0x85
    RESEND = 0x86


@dataclass(frozen=True)
class Frame:
    """A frame whose CRC has matched: `type` may be one this version does not know."""

    type: int
    device: int
    payload: bytes


def encode(frame_type: int, device: int, payload: bytes) -> bytes:
    """Give the bytes of a frame."""
    body = HEADER.pack(VERSION, frame_type, len(payload), device) + payload
    return SYNC + body + struct.pack("<I", zlib.crc32(body))


class FrameReader:
    """Finds frames in a stream of bytes, whatever damage lies between them; `skipped_bytes` counts the damage."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.skipped_bytes = 0

    def feed(self, data: bytes) -> list[Frame]:
        """Take the next bytes and give the frames completed by them."""
        self._buffer += data
        frames: list[Frame] = []
        while True:
            self._skip(self._sync_at())
            if len(self._buffer) < len(SYNC) + HEADER.size:
                return frames
            version, kind, length, device = HEADER.unpack_from(self._buffer, len(SYNC))
            if version != VERSION or length > PAYLOAD_MAX:
                self._skip(1)
                continue
            if len(self._buffer) < OVERHEAD + length:
                return frames
            end = len(SYNC) + HEADER.size + length
            (crc,) = struct.unpack_from("<I", self._buffer, end)
            if zlib.crc32(self._buffer[len(SYNC) : end]) != crc:
                self._skip(1)
                continue
            frames.append(Frame(kind, device, bytes(self._buffer[len(SYNC) + HEADER.size : end])))
            del self._buffer[: end + 4]

    def _sync_at(self) -> int:
        """Where the next sync word begins, or how much surely holds none."""
        at = self._buffer.find(SYNC)
        if at >= 0:
            return at
        return len(self._buffer) - self._buffer.endswith(SYNC[:1])

    def _skip(self, count: int) -> None:
        self.skipped_bytes += count
        del self._buffer[:count]
