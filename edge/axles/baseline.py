"""Level, drift, noise and mains hum of each channel while nothing stands on it.

All of it is renewed at the borders of stretches (`hops.STRETCH_HOPS`) and constant between them, so that whole stretches of idle signal are
judged at once. What is kept here finds wheels; how they are measured rests on the quiet samples around each of them (`zero`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge.axles.features import Features
from edge.axles.hops import STRETCH_HOPS
from edge.axles.memory import BaselineMemory

LEVEL_GAIN, DRIFT_GAIN = 0.5, 0.1
"""Shares of the surprise at a stretch's mean taken into level and drift per stretch (an alpha-beta tracker: Kalata 1984). It follows a
drift of several noise deviations per second with a lag that vanishes, and averages the noise of a thousand samples."""

DRIFT_FADE = 0.7
"""What is left of a drift after each stretch without a quiet hop: a vehicle that stands on the sensor must not carry the level away."""

NOISE_GAIN = 0.2
"""Share of a stretch's variance taken into the noise: a time constant of one second."""

LEARN_HOPS, LEARN_SAMPLES = 5, 64
"""Hops and samples for the first guess of level and noise, 0.1 s: median figures stand a wheel that takes less than half of them."""

LEAST_NOISE_COUNTS = 1.0
"""Quantisation alone; keeps thresholds above zero on an ideal channel."""

MAD_TO_SD = 1.4826
"""Standard deviation of a normal variable over its median absolute deviation."""


COUNTED = np.stack((np.ones(STRETCH_HOPS - 1), np.arange(STRETCH_HOPS - 1.0)), axis=1)
"""One, and the place in a stretch, for each hop of which it can be told whether its successor was quiet."""


class Baseline:
    """Streaming zero of all channels of a lane.

    Attributes
    ----------
    level, drift
        (channels,) float64: counts at the beginning of the present stretch, and counts per hop.
    noise
        (channels,) float64, standard deviation in counts, hum included.
    known
        Whether level and noise have been learnt since the start or the last break.
    """

    def __init__(self, channels: int) -> None:
        self.level: NDArray[np.float64] = np.zeros(channels)
        self.drift: NDArray[np.float64] = np.zeros(channels)
        self.noise: NDArray[np.float64] = np.full(channels, LEAST_NOISE_COUNTS)
        self.known = False
        self._young: list[NDArray[np.int32]] = []
        self._renewals: NDArray[np.float64] = np.zeros(channels)
        shape = (channels, STRETCH_HOPS)
        self._quiet = np.zeros((channels, STRETCH_HOPS + 1), np.bool_)  # the first column is the last hop of the stretch before
        self._mean: NDArray[np.float64] = np.zeros(shape)
        self._variance: NDArray[np.float64] = np.zeros(shape)

    def learn(self, counts: NDArray[np.int32]) -> bool:
        """Collect one hop's samples (channels, n) for a fresh start; True once level and noise are set, robust against a wheel therein."""
        self._young.append(counts)
        values = np.concatenate(self._young, axis=1).astype(np.float64)
        if len(self._young) < LEARN_HOPS or values.shape[1] < LEARN_SAMPLES:
            return False
        self.level = np.median(values, axis=1)
        step = MAD_TO_SD * np.median(np.abs(np.diff(values, axis=1)), axis=1) / np.sqrt(2.0)
        within = np.median([part.std(axis=1) for part in self._young], axis=0)  # hum too, which steps of samples hardly show
        self.noise = np.maximum(np.maximum(step, within), LEAST_NOISE_COUNTS)
        self.drift[:] = 0.0
        self._renewals[:] = 1.0
        self._quiet[:] = False
        self.known = True
        self._young = []
        return True

    def forget(self) -> None:
        """Take every level as unknown, after the stream was broken off."""
        self.known = False
        self._young = []

    def memory(self) -> BaselineMemory:
        """Give what it goes on from, at the border of a stretch."""
        level, drift, noise, renewals = (tuple(values.tolist()) for values in (self.level, self.drift, self.noise, self._renewals))
        return BaselineMemory(level, drift, noise, renewals, quiet=tuple(self._quiet[:, 0].tolist()))

    def recall(self, memory: BaselineMemory) -> None:
        """Go on from there."""
        self.level, self.drift, self.noise, self._renewals = (
            np.array(values, np.float64) for values in (memory.level, memory.drift, memory.noise, memory.renewals)
        )
        self._quiet[:, 0] = memory.quiet
        self.known = True

    def levels(self, place: int, number: int) -> NDArray[np.float64]:
        """Give the level (channels, number) expected at hops `place`, `place` + 1, … of the present stretch."""
        return self.level[:, None] + self.drift[:, None] * np.arange(place, place + number)

    def state(self, channel: int) -> tuple[float, float, float]:
        """Give level, drift and noise of one channel."""
        return float(self.level[channel]), float(self.drift[channel]), float(self.noise[channel])

    def shift(self, channel: int, place: int, level: float) -> None:
        """Move one channel's zero to where it came to rest at hop `place` of the present stretch."""
        self.level[channel] = level - self.drift[channel] * place

    def disturb(self, channel: int, noise: float) -> None:
        """Take a channel's noise as it has become; thresholds follow at once."""
        self.noise[channel] = max(noise, LEAST_NOISE_COUNTS)
        self._renewals[channel] = 1.0

    def gather(self, place: int, quiet: NDArray[np.bool_], features: Features) -> None:
        """Take in hops from `place` on of the present stretch; `quiet` (channels, hops) says where nothing stood on the sensor."""
        part = slice(place, place + quiet.shape[1])
        self._quiet[:, 1 + part.start : 1 + part.stop] = quiet
        self._mean[:, part], self._variance[:, part] = features.mean, features.variance

    def renew(self) -> NDArray[np.bool_]:
        """End a stretch: bring level, drift and noise up to its end. Gives (channels,) bool, True where all of it was quiet.

        A hop counts only between quiet hops, so that the foot of a wheel's rise or fall never leaks in; the last hop of a stretch, whose
        successor is not known yet, is left out.
        """
        inner = self._quiet[:, 1:]
        use = (inner[:, :-1] & inner[:, 1:] & self._quiet[:, :-2]).astype(np.float64)
        number, places = (use @ COUNTED).T
        some = number > 0
        each = np.maximum(number, 1)
        surprise = np.vecdot(use, self._mean[:, :-1]) / each - (self.level + self.drift * places / each)
        variance = np.vecdot(use, self._variance[:, :-1]) / each
        # A single quiet hop tells less than nine, and 1/n while young, so that the first second counts fully. Without one the share is 0.
        share = number / (STRETCH_HOPS - 1.0)
        self.level = self.level + self.drift * STRETCH_HOPS + LEVEL_GAIN * np.sqrt(share) * surprise
        self.drift = np.where(some, self.drift + DRIFT_GAIN * share * surprise / STRETCH_HOPS, DRIFT_FADE * self.drift)
        gain = np.maximum(NOISE_GAIN, 1.0 / (self._renewals + 1.0)) * share
        self.noise = np.maximum(np.sqrt(self.noise**2 + gain * (variance - self.noise**2)), LEAST_NOISE_COUNTS)
        self._renewals += some
        still = np.asarray(inner.all(axis=1), np.bool_)
        self._quiet[:, 0] = self._quiet[:, -1]
        self._quiet[:, 1:] = False
        return still
