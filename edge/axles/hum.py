"""Mains hum of each channel: which lines stand out of the noise of idle stretches, and how strong they are."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from edge.axles.memory import HumMemory

LINES_HZ: Final = (50.0, 60.0, 100.0, 120.0, 150.0, 180.0)
"""The mains of either half of the world with the harmonics of rectifiers and of saturated iron. All of them, and all pairs, are orthogonal
over a stretch of 0.4 s, and over the 0.1 s in which a channel is learnt."""

EVERY_STRETCHES: Final = 3
"""One stretch in so many is looked at: mains hum changes with machines nearby, not from one second to the next."""

POWER_GAIN: Final = 0.25
"""Share of a look's power taken over: a time constant of four looks."""

LEAST_SHARE: Final = 0.05
"""Power of a line, relative to that of the noise, below which taking it out would add more noise than it removes."""


class HumTracker:
    """Streaming estimate of the power of the mains' lines on every channel.

    Parameters
    ----------
    channels
        Number of channels.
    rate_hz
        Samples per second and channel.
    samples
        Samples of a stretch.

    Attributes
    ----------
    power
        (channels, lines) float64: mean square of each line in counts², with nothing of the noise under it.
    """

    def __init__(self, channels: int, rate_hz: float, samples: int) -> None:
        self.lines_hz: NDArray[np.float64] = np.array([line for line in LINES_HZ if line < 0.4 * rate_hz])
        self.power: NDArray[np.float64] = np.zeros((channels, self.lines_hz.size))
        self._looks: NDArray[np.float64] = np.zeros(channels)
        self._present: list[tuple[tuple[float, float], ...]] = [()] * channels
        phase = 2.0 * np.pi * self.lines_hz[None, :] * np.arange(samples)[:, None] / rate_hz
        self._waves = np.hstack((np.cos(phase), np.sin(phase)))

    def look(self, channels: NDArray[np.intp], counts: NDArray[np.int32], noise: NDArray[np.float64]) -> None:
        """Take in a quiet stretch or a part of it: counts (k, samples) of these channels; `noise` (k,) is their standard deviation."""
        samples = counts.shape[1]
        values = counts.astype(np.float64)
        values -= values.mean(axis=1, keepdims=True)
        parts = (values @ self._waves[:samples]) / samples
        found = 2.0 * (parts**2).reshape(channels.size, 2, -1).sum(axis=1)
        floor = 2.0 * (noise**2)[:, None] / samples  # what white noise alone shows on each line
        gain = np.maximum(POWER_GAIN, 1.0 / (self._looks[channels] + 1.0))[:, None]
        self.power[channels] = np.maximum(self.power[channels] + gain * (found - floor - self.power[channels]), 0.0)
        self._looks[channels] += 1.0
        for channel, least in zip(channels.tolist(), (LEAST_SHARE * noise**2).tolist(), strict=True):
            lines = zip(self.lines_hz.tolist(), self.power[channel].tolist(), strict=True)
            self._present[channel] = tuple((line_hz, power) for line_hz, power in lines if power > least)

    def memory(self) -> HumMemory:
        """Give what it goes on from."""
        return HumMemory(tuple(map(tuple, self.power.tolist())), tuple(self._looks.tolist()), tuple(self._present))

    def recall(self, memory: HumMemory) -> None:
        """Go on from there."""
        self.power, self._looks = np.array(memory.power, np.float64), np.array(memory.looks, np.float64)
        self._present = list(memory.present)

    def present(self, channel: int) -> tuple[tuple[float, float], ...]:
        """Give frequency in Hz and power in counts² of each line of one channel that is worth taking out."""
        return self._present[channel]
