"""The capture file (HDF5): raw signal as the device gave it, an hour of traffic or one vehicle of an evidence record.

Root attributes ``format="wim-capture"``, ``version``, ``station``, ``lane``, ``start_utc``, ``rate_hz``, ``pavement_c``; dataset
``counts`` int32 (channels, samples), chunked, shuffled, gzip, with attribute ``channels``; optional ``lost`` (k, 2) int64 [start, stop).
A capture cut from a longer stream says with the optional attribute ``first_sample`` which device counter its first column had, and holds
in the optional dataset ``before`` (uint8) what the station's weighing knew when that stream had come so far: JSON of the edge's own.

Readers and writers take an open binary stream or bytes: who owns the file opens it.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

import h5py
import numpy as np
from numpy.typing import NDArray

from contract.faults import RejectError
from contract.samples import Block, Gap

FORMAT: Final = "wim-capture"
VERSION: Final = 1
BEFORE_MAX_BYTES: Final = 4 * 1024 * 1024
"""Largest state of a weighing that a reader accepts; that of a lane of ten channels takes some 5 kB, with 150 waiting axles 1 MB."""
SAMPLES_MAX: Final = 500_000_000
"""Upper bound on the samples per channel that a reader accepts: a day at 5 kHz."""


@dataclass(frozen=True, slots=True)
class CaptureHeader:
    """The root attributes of a capture, checked; `start_utc` is ISO 8601 with offset, `pavement_c` may be unknown."""

    station: str
    lane: int
    start_utc: str
    rate_hz: float
    pavement_c: float | None
    channels: tuple[str, ...]
    first_sample: int = 0


class CaptureReader:
    """Reads a capture block by block from a seekable binary stream.

    Raises
    ------
    RejectError
        If the stream is no capture, or one that contradicts itself; the text names the file and what is wrong.
    """

    def __init__(self, stream: BinaryIO, source: str) -> None:
        self._source = source
        try:
            self._file = h5py.File(stream, "r")
        except OSError as error:
            raise RejectError("capture-unreadable", source, f"is no readable HDF5 file ({error}); record it again") from error
        try:
            self.header = self._read_header()
            self.gaps = self._read_gaps()
            self.before = self._read_before()
        except (KeyError, TypeError, ValueError) as error:
            raise RejectError("capture-invalid", source, f"is HDF5 but no sound capture: {error}") from error

    def _read_header(self) -> CaptureHeader:
        attributes = self._file.attrs
        if _text(attributes["format"]) != FORMAT or int(attributes["version"]) != VERSION:
            msg = f"format {attributes['format']!r} version {attributes['version']!r}; this reader knows {FORMAT!r} version {VERSION}"
            raise ValueError(msg)
        counts = self._file["counts"]
        channels = tuple(_text(name) for name in counts.attrs["channels"])
        if counts.ndim != 2 or counts.dtype != np.int32 or counts.shape[0] != len(channels):
            msg = f"counts must be int32 ({len(channels)} channels, samples), not {counts.dtype} {counts.shape}"
            raise ValueError(msg)
        if counts.shape[1] > SAMPLES_MAX:
            msg = f"{counts.shape[1]} samples per channel; at most {SAMPLES_MAX} are read"
            raise ValueError(msg)
        pavement_c = float(attributes["pavement_c"]) if "pavement_c" in attributes else float("nan")
        rate_hz = float(attributes["rate_hz"])
        if not 0 < rate_hz <= 100_000:
            msg = f"rate_hz {rate_hz} is not between 0 and 100 000"
            raise ValueError(msg)
        return CaptureHeader(
            station=_text(attributes["station"]),
            lane=int(attributes["lane"]),
            start_utc=_text(attributes["start_utc"]),
            rate_hz=rate_hz,
            pavement_c=None if np.isnan(pavement_c) else pavement_c,
            channels=channels,
            first_sample=int(attributes.get("first_sample", 0)),
        )

    def _read_gaps(self) -> tuple[Gap, ...]:
        if "lost" not in self._file:
            return ()
        first = self.header.first_sample
        lost = np.asarray(self._file["lost"], dtype=np.int64).reshape(-1, 2)
        return tuple(Gap(first + int(start), first + int(stop)) for start, stop in lost)

    def _read_before(self) -> bytes | None:
        if "before" not in self._file:
            return None
        data = self._file["before"]
        if data.ndim != 1 or data.dtype != np.uint8 or data.shape[0] > BEFORE_MAX_BYTES:
            msg = f"before must be at most {BEFORE_MAX_BYTES} uint8, not {data.dtype} {data.shape}"
            raise ValueError(msg)
        return np.asarray(data).tobytes()

    @property
    def samples(self) -> int:
        """Number of samples per channel."""
        return int(self._file["counts"].shape[1])

    def blocks(self, channels: tuple[str, ...], samples_per_block: int = 65_536) -> Iterator[Block]:
        """Give the signal of the named channels in order, block by block.

        Raises
        ------
        RejectError
            If the capture lacks one of the channels, or its stored bytes are damaged.
        """
        missing = [name for name in channels if name not in self.header.channels]
        if missing:
            held = ", ".join(self.header.channels)
            raise RejectError("capture-channels", self._source, f"has no channel {missing[0]!r}; it holds {held}")
        rows = [self.header.channels.index(name) for name in channels]
        first = self.header.first_sample
        for begin in range(0, self.samples, samples_per_block):
            end = min(begin + samples_per_block, self.samples)
            try:
                counts = self._file["counts"][:, begin:end]
            except OSError as error:
                raise RejectError("capture-damaged", self._source, f"samples {begin} to {end} cannot be read: {error}") from error
            yield Block(first + begin, np.ascontiguousarray(counts[rows]), clip_gaps(self.gaps, first + begin, first + end))


def clip_gaps(gaps: tuple[Gap, ...], start: int, stop: int) -> tuple[Gap, ...]:
    """Give the parts of `gaps` that lie within [start, stop)."""
    return tuple(Gap(max(g.start, start), min(g.stop, stop)) for g in gaps if g.start < stop and g.stop > start)


def capture_bytes(header: CaptureHeader, counts: NDArray[np.int32], gaps: tuple[Gap, ...] = (), before: bytes | None = None) -> bytes:
    """Give the capture file of `counts` (channels, samples) whose gaps carry device counters, as bytes; `before` as the weighing gave it.

    The same input gives the same bytes, so that its SHA-256 can stand in a signed record.
    """
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", track_order=False) as file:
        file.attrs["format"] = FORMAT
        file.attrs["version"] = VERSION
        file.attrs["station"] = header.station
        file.attrs["lane"] = header.lane
        file.attrs["start_utc"] = header.start_utc
        file.attrs["rate_hz"] = header.rate_hz
        file.attrs["pavement_c"] = float("nan") if header.pavement_c is None else header.pavement_c
        file.attrs["first_sample"] = header.first_sample
        # A vehicle of whose signal nothing came has no sample, and HDF5 cannot cut nothing into chunks.
        packed = {"chunks": (1, min(counts.shape[1], 16_384)), "shuffle": True, "compression": "gzip"} if counts.shape[1] else {}
        data = file.create_dataset("counts", data=counts, track_times=False, **packed)
        data.attrs["channels"] = list(header.channels)
        if gaps:
            lost = np.array([[g.start - header.first_sample, g.stop - header.first_sample] for g in gaps], dtype=np.int64)
            file.create_dataset("lost", data=lost, track_times=False)
        if before is not None:
            state = np.frombuffer(before, np.uint8)
            file.create_dataset("before", data=state, track_times=False, chunks=state.shape, compression="gzip")
    return buffer.getvalue()


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
