"""A capture made small enough for a screen: per channel the least and greatest count of each pixel's time, and where wheels were found."""

from dataclasses import dataclass
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from contract.captures import CaptureReader
from contract.faults import RejectError
from contract.records import CrossingEntry, VehicleRecord
from contract.samples import Gap

BUCKETS_MAX: Final = 1_200
"""Points in time per channel; a page is about this many pixels wide."""
VALUES_MAX: Final = 30_000
"""Values over all channels: at about 9 bytes each the answer stays below 400 kB."""
SAMPLES_MAX: Final = 2_000_000
"""Longest capture of one vehicle that is drawn, per channel: over 8 min at 4 kHz. An hour of traffic is no vehicle's capture."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One channel: `low` and `high` are int32 (buckets,), the least and greatest count within each bucket."""

    channel: str
    low: NDArray[np.int32]
    high: NDArray[np.int32]

    @property
    def side(self) -> str:
        """``left``, ``right`` or ``whole``, from the channel's last letter as stations name their sensors."""
        return {"L": "left", "R": "right"}.get(self.channel[-1:], "whole")

    @property
    def baseline(self) -> float:
        """The idle reading: the median over the capture, most of which no wheel stands on."""
        return float(np.median((self.low + self.high.astype(np.int64)) / 2))

    @property
    def row(self) -> str:
        """The name of the sensor row: the channel's without the side."""
        return self.channel if self.side == "whole" else self.channel[:-1]


@dataclass(frozen=True, slots=True)
class Signal:
    """A capture as drawn; times in s from when the first axle stood at the lane's origin.

    Attributes
    ----------
    start_s, bucket_s
        Time of the first bucket's start, and its length.
    traces
        The weighing channels, in the capture's order.
    loops
        Channels that gave a presence, drawn as bands.
    crossings
        Found wheels whose sensor is in the capture.
    gaps_s
        Lost intervals.
    """

    start_s: float
    bucket_s: float
    traces: tuple[Trace, ...]
    loops: tuple[str, ...]
    crossings: tuple[CrossingEntry, ...]
    gaps_s: tuple[tuple[float, float], ...]
    rate_hz: float
    first_axle_sample: int

    @property
    def buckets(self) -> int:
        """Number of points in time."""
        return len(self.traces[0].low) if self.traces else 0

    @property
    def rows(self) -> dict[str, tuple[Trace, ...]]:
        """The traces by sensor row, in order."""
        grouped: dict[str, tuple[Trace, ...]] = {}
        for trace in self.traces:
            grouped[trace.row] = (*grouped.get(trace.row, ()), trace)
        return grouped

    def seconds(self, sample: float) -> float:
        """Give a device counter as time."""
        return (sample - self.first_axle_sample) / self.rate_hz


def read_signal(stream: BinaryIO, record: VehicleRecord, source: str) -> Signal:
    """Read a vehicle's capture.

    Raises
    ------
    RejectError
        If it is no sound capture, or too long to be one vehicle's.
    """
    reader = CaptureReader(stream, source)
    header = reader.header
    if not 0 < reader.samples <= SAMPLES_MAX:
        raise RejectError("capture-length", source, f"has {reader.samples} samples per channel; 1 to {SAMPLES_MAX} are drawn")
    presences = {crossing.sensor for crossing in record.crossings if crossing.axle == 0}
    weighing = tuple(name for name in header.channels if name not in presences and not name.lower().startswith("loop"))
    traces, size = _reduce(reader, weighing)
    first = header.first_sample
    anchor = record.first_axle_sample
    return Signal(
        start_s=(first - anchor) / header.rate_hz,
        bucket_s=size / header.rate_hz,
        traces=traces,
        loops=tuple(name for name in header.channels if name not in weighing),
        crossings=tuple(crossing for crossing in record.crossings if crossing.sensor in header.channels),
        gaps_s=tuple(_gap_s(gap, anchor, header.rate_hz) for gap in reader.gaps),
        rate_hz=header.rate_hz,
        first_axle_sample=anchor,
    )


def _gap_s(gap: Gap, anchor: int, rate_hz: float) -> tuple[float, float]:
    return (gap.start - anchor) / rate_hz, (gap.stop - anchor) / rate_hz


def _reduce(reader: CaptureReader, channels: tuple[str, ...]) -> tuple[tuple[Trace, ...], int]:
    """Least and greatest count per bucket, and the bucket's size in samples."""
    if not channels:
        return (), 1
    buckets = min(BUCKETS_MAX, VALUES_MAX // (2 * len(channels)))
    size = max(1, -(-reader.samples // buckets))
    counts = np.concatenate([block.counts for block in reader.blocks(channels)], axis=1)
    edges = np.arange(0, counts.shape[1], size)
    low = np.minimum.reduceat(counts, edges, axis=1)
    high = np.maximum.reduceat(counts, edges, axis=1)
    return tuple(Trace(name, low[index], high[index]) for index, name in enumerate(channels)), size
