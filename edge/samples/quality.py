"""Health of each channel while samples stream by: dead, stuck, saturated, noisy, spikes.

Channels are judged over windows of one second whose borders are fixed by the device counter, so the verdict does not depend on how the
stream was cut. Nothing is repaired here; what is found is reported once when it begins and once when it is over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from contract.faults import RejectError
from contract.samples import COUNT_MAX, Block

WINDOW_S = 1.0
"""Length of a window: a sensor is not loaded by moving wheels for most of a second, and a fault is told within two."""

DEAD_SHARE = 0.1
"""A channel whose noise falls to less than this share of its own usual noise has lost its sensor: an open input of a converter is
quieter than any bridge."""

NOISY_FACTOR = 6.0
"""A channel whose noise exceeds its usual by this factor is disturbed; wet cables and failing grounds start at ten."""

SPIKE_SIGMA, SPIKE_SHARE = 12.0, 0.05
"""A single sample this many noise deviations, and this share of the window's range, off the median of three is a spike."""

USUAL_GAIN = 0.05
"""Share of a healthy window's noise taken into the usual noise: a time constant of 20 s."""

MAD_TO_SD = 1.4826


class Condition(StrEnum):
    """What may be wrong with a channel."""

    DEAD = "dead"
    STUCK = "stuck"
    SATURATED = "saturated"
    NOISY = "noisy"
    SPIKES = "spikes"


@dataclass(frozen=True, slots=True)
class ChannelEvent:
    """A condition began or ended.

    Attributes
    ----------
    channel
        Index of the channel in the lane's order.
    condition
        What it is.
    sample
        Device counter of the border of the window in which it changed.
    begins
        True at its beginning, False when it is over.
    figure
        Noise in counts (dead, noisy), level in counts (stuck), number of samples (saturated, spikes).
    """

    channel: int
    condition: Condition
    sample: int
    begins: bool
    figure: float


class QualityMonitor:
    """Streaming judgement of all channels of a lane, bounded to one window of memory.

    Parameters
    ----------
    channels
        Number of channels.
    rate_hz
        Samples per second and channel.
    """

    def __init__(self, channels: int, rate_hz: float) -> None:
        self._size = max(8, round(rate_hz * WINDOW_S))
        self._channels = channels
        self._parts: list[NDArray[np.int32]] = []
        self._usual: NDArray[np.float64] = np.full(channels, np.nan)
        self._present: set[tuple[int, Condition]] = set()

    def push(self, block: Block) -> list[ChannelEvent]:
        """Take the next block and give what began or ended within it.

        Raises
        ------
        RejectError
            If the block has another number of channels.
        """
        if block.counts.shape[0] != self._channels:
            what = f"has {block.counts.shape[0]} channels where the lane has {self._channels}; check the station file"
            raise RejectError("block-channels", f"block at sample {block.start}", what)
        return [event for stop, window in self._windows(block) for event in self._judge(stop, window)]

    @property
    def present(self) -> frozenset[tuple[int, Condition]]:
        """What is wrong at the moment: (channel index, condition)."""
        return frozenset(self._present)

    def _windows(self, block: Block) -> Iterator[tuple[int, NDArray[np.int32]]]:
        """Cut the good samples of the stream at multiples of the window's length; lost samples are left out."""
        keep = np.ones(block.counts.shape[1], np.bool_)
        for gap in block.gaps:
            keep[gap.start - block.start : gap.stop - block.start] = False
        begin = block.start
        while begin < block.stop:
            border = (begin // self._size + 1) * self._size
            end = min(border, block.stop)
            part = slice(begin - block.start, end - block.start)
            self._parts.append(block.counts[:, part][:, keep[part]])
            if end == border:
                window = np.concatenate(self._parts, axis=1)
                self._parts = []
                if window.shape[1] >= self._size // 2:  # half a window tells little about noise
                    yield border, window
            begin = end

    def _judge(self, stop: int, window: NDArray[np.int32]) -> Iterator[ChannelEvent]:
        values = window.astype(np.float64)
        low, high = values.min(axis=1), values.max(axis=1)
        steps = np.abs(np.diff(values, axis=1))
        noise = MAD_TO_SD * np.median(steps, axis=1) / np.sqrt(2.0)
        saturated = (np.abs(window) >= COUNT_MAX).sum(axis=1)
        spikes = _count_spikes(values, noise, high - low)
        for channel in range(self._channels):
            usual = float(self._usual[channel])
            constant = bool(low[channel] == high[channel])
            figures = {
                Condition.STUCK: (constant and low[channel] != 0.0, float(low[channel])),
                Condition.DEAD: (
                    (constant and low[channel] == 0.0) or (not constant and noise[channel] < DEAD_SHARE * usual),
                    float(noise[channel]),
                ),
                Condition.NOISY: (bool(noise[channel] > NOISY_FACTOR * usual), float(noise[channel])),
                Condition.SATURATED: (bool(saturated[channel]), float(saturated[channel])),
                Condition.SPIKES: (bool(spikes[channel]), float(spikes[channel])),
            }
            for condition, (now, figure) in figures.items():
                key = (channel, condition)
                if now != (key in self._present):
                    (self._present.add if now else self._present.discard)(key)
                    yield ChannelEvent(channel, condition, stop, bool(now), figure)
            if not any(now for now, _ in figures.values()):
                fresh = float(noise[channel])
                self._usual[channel] = fresh if np.isnan(usual) else usual + USUAL_GAIN * (fresh - usual)


def _count_spikes(values: NDArray[np.float64], noise: NDArray[np.float64], span: NDArray[np.float64]) -> NDArray[np.int64]:
    """Count single samples that stand off the median of themselves and their neighbours, per channel."""
    left, middle, right = values[:, :-2], values[:, 1:-1], values[:, 2:]
    median = np.maximum(np.minimum(left, right), np.minimum(np.maximum(left, right), middle))
    limit = np.maximum(SPIKE_SIGMA * noise, SPIKE_SHARE * span)
    return np.asarray((np.abs(middle - median) > np.maximum(limit, 1.0)[:, None]).sum(axis=1), np.int64)
