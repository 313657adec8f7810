"""Level and noise of each channel while nothing stands on it, followed under drift."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LEVEL_GAIN = 0.15
"""Share of a quiet hop's mean taken into the level: a time constant of 0.13 s, fast against thermal drift of a pavement (minutes),
slow enough to average the noise of some hundred samples."""

NOISE_GAIN = 0.02
"""Share of a quiet hop's variance taken into the noise: a time constant of one second."""

LEARN_SAMPLES = 64
"""Samples for the first guess of level and noise: the median of as many steps tells the noise to about a tenth."""

LEAST_NOISE_COUNTS = 1.0
"""Quantisation alone; keeps thresholds above zero on an ideal channel."""

MAD_TO_SD = 1.4826
"""Standard deviation of a normal variable over its median absolute deviation."""


class Baseline:
    """Streaming zero of all channels of a lane.

    A hop's mean enters only after the next hop was quiet as well, so that the foot of a wheel's rise never leaks in.

    Attributes
    ----------
    level
        (channels,) float64, counts.
    noise
        (channels,) float64, standard deviation in counts, hum included.
    known
        Whether level and noise have been learnt since the start or the last break.
    """

    def __init__(self, channels: int) -> None:
        self.level: NDArray[np.float64] = np.zeros(channels)
        self.noise: NDArray[np.float64] = np.full(channels, LEAST_NOISE_COUNTS)
        self.known = False
        self._young: list[NDArray[np.int32]] = []
        self._seen = np.zeros(channels, np.int64)
        self._waiting_mean = np.zeros(channels)
        self._waiting_var = np.zeros(channels)
        self._waiting = np.zeros(channels, np.bool_)

    def learn(self, counts: NDArray[np.int32]) -> bool:
        """Collect samples (channels, n) for a fresh start; True once level and noise are set, robust against a wheel among them.

        Until then nothing can be told from the signal: 64 samples, 16 ms at 4 kHz.
        """
        self._young.append(counts)
        values = np.concatenate(self._young, axis=1).astype(np.float64)
        if values.shape[1] < LEARN_SAMPLES:
            return False
        self.level = np.median(values, axis=1)
        step = MAD_TO_SD * np.median(np.abs(np.diff(values, axis=1)), axis=1) / np.sqrt(2.0)
        self.noise = np.maximum(step, LEAST_NOISE_COUNTS)
        self._seen[:] = 1
        self.known = True
        self._young = []
        return True

    def forget(self) -> None:
        """Take every level as unknown, after the stream was broken off."""
        self.known = False
        self._young = []
        self._waiting[:] = False

    def shift(self, channel: int, level: float) -> None:
        """Move one channel's zero to where it came to rest after a disturbance."""
        self.level[channel] = level
        self._waiting[channel] = False

    def follow(self, quiet: NDArray[np.bool_], mean: NDArray[np.float64], var: NDArray[np.float64]) -> None:
        """Take in one hop.

        Parameters
        ----------
        quiet
            (channels,) bool: nothing on the sensor and nothing lost.
        mean, var
            (channels,) float64: mean in counts and variance in counts² of the hop.
        """
        use = quiet & self._waiting
        # 1/n while young, so that the first second counts fully.
        gain = np.maximum(NOISE_GAIN, 1.0 / (self._seen + 1.0))
        self.level = np.where(use, self.level + LEVEL_GAIN * (self._waiting_mean - self.level), self.level)
        variance = self.noise**2
        variance = np.where(use, variance + gain * (self._waiting_var - variance), variance)
        self.noise = np.maximum(np.sqrt(variance), LEAST_NOISE_COUNTS)
        self._seen += use
        self._waiting_mean, self._waiting_var = mean, var
        self._waiting = quiet.copy()
