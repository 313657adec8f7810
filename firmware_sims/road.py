"""The road: empty, then the source's traffic, then empty again, as one endless stream of samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firmware_sims.source import Source


class Road:
    """Turns a finite source into an endless stream.

    Attributes
    ----------
    position
        Number of the next sample, counted from the beginning of the simulation.
    origin
        Number at which playback begins, None until that is decided.
    """

    def __init__(self, source: Source, rng: np.random.Generator) -> None:
        self.source = source
        self.position = 0
        self.origin: int | None = None
        self._rng = rng

    def begin(self, at: int) -> int:
        """Let playback begin at sample `at`, or at the next one if that has gone by; give which."""
        self.origin = max(at, self.position)
        return self.origin

    @property
    def played(self) -> int:
        """How many samples of the source have been played."""
        return 0 if self.origin is None else min(max(0, self.position - self.origin), self.source.length)

    @property
    def complete(self) -> bool:
        """Whether the source has been played to its end."""
        return self.origin is not None and self.played == self.source.length

    def read_to(self, stop: int) -> NDArray[np.int32]:
        """Give the samples up to `stop` that were not read yet, int32 (samples, channels)."""
        parts = []
        while self.position < stop:
            part = self._part(stop)
            parts.append(part)
            self.position += len(part)
        return np.concatenate(parts) if parts else np.empty((0, len(self.source.layout.sensors)), np.int32)

    def _part(self, stop: int) -> NDArray[np.int32]:
        if self.origin is None:
            return self.source.idle_before.draw(stop - self.position, self._rng)
        if self.position < self.origin:
            return self.source.idle_before.draw(min(stop, self.origin) - self.position, self._rng)
        end = self.origin + self.source.length
        if self.position < end:
            return self.source.read(self.position - self.origin, min(stop, end) - self.origin)
        return self.source.idle_after.draw(stop - self.position, self._rng)
