"""The free swing of a weighing plate: its frequency and damping from what is left when a wheel is off, and the force without it.

A plate on its supports with what it carries is an oscillator, y'' + 2 δ y' + ω² y = ω² u, with the tyre's force u and the reading y. When
a wheel has left, u = 0 and the reading is a damped sine that tells ω and δ. With these the force is recovered as y + 2δ/ω² y' + y''/ω², in
samples a filter with three taps, whatever the force did. It raises noise towards high frequencies; a smoothing over half a period of the
ring keeps that out and costs a wheel's edge no more than that time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edge.axles.memory import RingFigures

LEAST_SIGMA: Final = 5.0
"""A tail that swings less than this many noise deviations tells nothing, and harms nothing."""

TAILS_MOST, TAIL_SAMPLES_MOST, TAIL_SAMPLES_LEAST = 4, 400, 12
"""The strongest tails of a record are fitted, and no more of each than this."""

STEPS: Final = 6
"""Steps of Gauss and Newton; from the start by linear prediction three are enough."""

HIGHEST: Final = 0.6
"""Greatest ring frequency that can be inverted, as a share of half the sampling rate."""

DAMPING_MOST: Final = 0.5
"""Damping ratio beyond which a plate does not ring, it only lags."""

FADE: Final = 0.98
"""Weight of what was learnt before, per record: a plate ages over months, fifty records are hours."""

MODEL_SHARE: Final = (0.003, 0.03)
"""How well a plate is one oscillator: relative standard deviation of frequency and decay between records."""


@dataclass(frozen=True)
class Ring:
    """Frequency in rad per sample and decay per sample of a free swing, with their (2, 2) covariance."""

    frequency: float
    decay: float
    covariance: NDArray[np.float64]

    @property
    def taps(self) -> NDArray[np.float64]:
        """The inverse filter: three taps of sum 1 that leave nothing of the free swing."""
        near, far = -2.0 * math.exp(-self.decay) * math.cos(self.frequency), math.exp(-2.0 * self.decay)
        return np.array([1.0, near, far]) / (1.0 + near + far)


class RingMemory:
    """What the records of one plate have told of its ring so far."""

    def __init__(self) -> None:
        self.ring: Ring | None = None

    def memory(self) -> RingFigures | None:
        """Give what it goes on from."""
        if self.ring is None:
            return None
        a, b, c, d = self.ring.covariance.ravel().tolist()
        return self.ring.frequency, self.ring.decay, (a, b, c, d)

    def recall(self, memory: RingFigures | None) -> None:
        """Go on from there."""
        self.ring = None if memory is None else Ring(memory[0], memory[1], np.array(memory[2]).reshape(2, 2))

    def learn(self, found: Ring) -> None:
        """Join one record's finding, each weighted with the inverse of its covariance."""
        own = np.diag((MODEL_SHARE[0] * found.frequency, MODEL_SHARE[1] * found.decay)) ** 2
        news = np.linalg.inv(found.covariance + own)
        if self.ring is None:
            self.ring = Ring(found.frequency, found.decay, np.linalg.inv(news))
            return
        known = FADE * np.linalg.inv(self.ring.covariance)
        covariance = np.linalg.inv(known + news)
        mean = covariance @ (known @ (self.ring.frequency, self.ring.decay) + news @ (found.frequency, found.decay))
        self.ring = Ring(float(mean[0]), float(mean[1]), covariance)


def fit_ring(tails: Sequence[NDArray[np.float64]], noise: float) -> Ring | None:
    """Fit one frequency and decay to free swings about zero; None where nothing swings.

    Parameters
    ----------
    tails
        (n,) float64 each: counts above zero from the first extreme after the wheel has left.
    noise
        Standard deviation of the idle noise, counts.
    """
    swings = [(float(np.abs(tail).max()), tail[:TAIL_SAMPLES_MOST]) for tail in tails if tail.size >= TAIL_SAMPLES_LEAST]
    strong = sorted((swing for swing in swings if swing[0] > LEAST_SIGMA * noise), key=lambda swing: -swing[0])
    chosen = [tail for _, tail in strong[:TAILS_MOST]]
    start = _predict(chosen) if chosen else None
    if start is None:
        return None
    frequency, decay = start
    normal = np.eye(2)
    misfit = 0.0
    for _ in range(STEPS):
        normal, gradient, misfit = np.zeros((2, 2)), np.zeros(2), 0.0
        for tail in chosen:
            n = np.arange(tail.size)
            fade = np.exp(-decay * n)
            swing = np.column_stack((fade * np.cos(frequency * n), fade * np.sin(frequency * n)))
            cosine, sine = np.linalg.lstsq(swing, tail, rcond=None)[0]
            fitted = swing @ (cosine, sine)
            slopes = np.column_stack((n * (sine * swing[:, 0] - cosine * swing[:, 1]), -n * fitted))
            slopes -= swing @ np.linalg.lstsq(swing, slopes, rcond=None)[0]
            rest = tail - fitted
            normal += slopes.T @ slopes
            gradient += slopes.T @ rest
            misfit += float(rest @ rest)
        step = np.linalg.lstsq(normal, gradient, rcond=None)[0]
        frequency, decay = frequency + float(step[0]), decay + float(step[1])
        if not _possible(frequency, decay):
            return None
    samples = sum(tail.size for tail in chosen)
    scale = max(noise**2, misfit / max(1, samples - 2 - 2 * len(chosen)))
    return Ring(frequency, decay, np.asarray(np.linalg.pinv(normal) * scale, np.float64))


def _predict(tails: Sequence[NDArray[np.float64]]) -> tuple[float, float] | None:
    """Start from linear prediction of each sample by the two before it (Prony)."""
    before = np.concatenate([np.column_stack((tail[1:-1], tail[:-2])) for tail in tails])
    near, far = np.linalg.lstsq(before, np.concatenate([tail[2:] for tail in tails]), rcond=None)[0]
    if not -1.0 <= far < 0.0:
        return None
    cosine = float(near) / (2.0 * math.sqrt(-far))
    if not -1.0 < cosine < 1.0:
        return None
    start = math.acos(cosine), max(-0.5 * math.log(-far), 1e-6)
    return start if _possible(*start) else None


def _possible(frequency: float, decay: float) -> bool:
    return 0.0 < frequency < HIGHEST * math.pi and 0.0 < decay < DAMPING_MOST * frequency


def without_ring(above: NDArray[np.float64], ring: Ring) -> tuple[NDArray[np.float64], float, int]:
    """Recover the force from a plate's reading.

    Returns
    -------
    tuple
        (n,) the force in counts, aligned with the reading; by how much white noise grew; and the length of the smoothing in samples.
    """
    half = max(1, round(0.5 * math.pi / ring.frequency))
    window = np.hanning(2 * half + 3)[1:-1]
    kernel = np.convolve(window / window.sum(), ring.taps)
    # The middle tap stands at the present sample. Before and after the record nothing is known, so its first and last samples tell nothing.
    force = np.zeros_like(above)
    if above.size > 2 * kernel.size:
        force[half + 1 : half + 1 + above.size - kernel.size + 1] = np.convolve(above, kernel, mode="valid")
    return force, float(np.sqrt((kernel**2).sum())), window.size
