"""What drives over the road: the interface both kinds of traffic offer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from firmware_sims.layout import Layout
from firmware_sims.vehicle import Vehicle


@dataclass(frozen=True)
class IdleLevel:
    """An empty road: mean and standard deviation of each channel's noise, counts, float64 (channels,)."""

    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]

    def draw(self, samples: int, rng: np.random.Generator) -> NDArray[np.int32]:
        """Draw int32 (samples, channels) of it."""
        noise = rng.standard_normal((samples, len(self.mean)), dtype=np.float32)
        return np.rint(noise * self.deviation + self.mean).astype(np.int32)


class Source(Protocol):
    """A finite piece of traffic on one lane."""

    layout: Layout
    name: str
    pavement_c: float
    vehicles: tuple[Vehicle, ...]
    length: int
    idle_before: IdleLevel
    idle_after: IdleLevel

    def read(self, start: int, stop: int) -> NDArray[np.int32]:
        """Give samples start … stop−1 as int32 (samples, channels), within 0 … `length`; called in rising order."""
        ...
