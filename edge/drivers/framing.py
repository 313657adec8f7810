"""The serial digitiser's frames (docs/protocols/serial-digitiser.md): bytes in, frames out. No I/O and no clock."""

import struct
import zlib
from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contract.faults import RejectError

SYNC: Final = b"\xa5\x5a"
VERSION: Final = 1
HEADER: Final = struct.Struct("<2sBBHI")
CRC: Final = struct.Struct("<I")
PAYLOAD_MAX: Final = 4096
FRAME_MAX: Final = HEADER.size + PAYLOAD_MAX + CRC.size
ANY_DEVICE: Final = 0


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

        A5 5A | version 01 | type | length u16 | device u32 | payload … | crc32 u32      (little endian, CRC from version to payload)

    Damage it expects: bytes between frames, flipped, lost and inserted bytes, frames cut short, sync words inside a payload, a length that
    is itself the damage. After any of these the search goes on one byte behind the refused sync word, so that no whole frame is passed
    over. Memory is bounded to one frame and one read. What was skipped is counted in `damage` until `take_damage` is called.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._damage: Counter[str] = Counter()
        self._searching = False

    def push(self, data: bytes) -> list[Frame]:
        """Take bytes in and give the frames they complete."""
        self._buffer += data
        frames = []
        at = 0
        while True:
            at = self._skip_to_sync(at)
            if len(self._buffer) - at < HEADER.size:
                break
            size = self._claimed_size(at)
            if size > len(self._buffer) - at:
                break
            if size and self._sound(at, size):
                _, _, kind, _, device = HEADER.unpack_from(self._buffer, at)
                frames.append(Frame(kind, device, bytes(self._buffer[at + HEADER.size : at + size - CRC.size])))
                self._searching = False
                at += size
            else:
                self._refuse("bad-crc" if size else "bad-header")
                at += 1
        del self._buffer[:at]
        return frames

    def take_damage(self) -> dict[str, int]:
        """Give, once, how often each kind of damage was met: ``bad-crc``, ``bad-header``, ``garbage-bytes``."""
        taken = dict(self._damage)
        self._damage.clear()
        return taken

    def _skip_to_sync(self, at: int) -> int:
        """Give the place of the next possible sync word; a last single A5 is kept, it may be half of one."""
        found = self._buffer.find(SYNC, at)
        if found < 0:
            found = len(self._buffer) - (self._buffer[-1:] == SYNC[:1] and at < len(self._buffer))
        if found > at and not self._searching:
            self._damage["garbage-bytes"] += found - at
        return found

    def _claimed_size(self, at: int) -> int:
        """Give the whole size that the header claims, 0 if no header can say so."""
        _, version, _, length, _ = HEADER.unpack_from(self._buffer, at)
        return HEADER.size + length + CRC.size if version == VERSION and length <= PAYLOAD_MAX else 0

    def _sound(self, at: int, size: int) -> bool:
        body = memoryview(self._buffer)[at + 2 : at + size - CRC.size]
        try:
            return bool(zlib.crc32(body) == CRC.unpack_from(self._buffer, at + size - CRC.size)[0])
        finally:
            body.release()

    def _refuse(self, damage: str) -> None:
        """Count a refused frame once, not again for every sync word that stood inside it."""
        if not self._searching:
            self._damage[damage] += 1
        self._searching = True


def unpack_i24(data: bytes, samples: int, channels: int) -> NDArray[np.int32]:
    """Unpack little-endian 24-bit counts, sample-major, into an int32 array (channels, samples).

    Raises
    ------
    RejectError
        If there are not exactly samples · channels counts.
    """
    if len(data) != 3 * samples * channels:
        what = f"{len(data)} bytes of counts where {channels} channels of {samples} samples need {3 * samples * channels}"
        raise RejectError("frame-contradicts-itself", "samples frame", what)
    # The three bytes go to the upper end of an int32, and an arithmetic shift brings the sign along.
    wide = np.zeros((samples * channels, 4), dtype=np.uint8)
    wide[:, 1:] = np.frombuffer(data, dtype=np.uint8).reshape(-1, 3)
    return np.ascontiguousarray((wide.view("<i4")[:, 0] >> 8).astype(np.int32).reshape(samples, channels).T)
