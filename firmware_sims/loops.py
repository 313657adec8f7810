"""Loop detectors: presence from the raw signal of inductive loops."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ON_COUNTS = 1000
"""A vehicle draws 2 900 (truck, high floor) to 4 100 counts (car); noise is 20."""
OFF_COUNTS = 600
"""Below `ON_COUNTS`, so that noise at the threshold gives one transition."""


@dataclass(frozen=True)
class Transition:
    """One change of a loop: the loop's number from 1, whether it became occupied, and the sample it happened at."""

    loop: int
    occupied: bool
    sample: int


class LoopDetector:
    """Finds transitions in a stream of blocks; the result does not depend on how the stream is cut."""

    def __init__(self, columns: tuple[int, ...]) -> None:
        self._columns = columns
        self.occupied = [False] * len(columns)

    def feed(self, block: NDArray[np.int32], first_sample: int) -> list[Transition]:
        """Take the next samples and give the transitions in them, in the order of time.

        Parameters
        ----------
        block
            int32 (samples, channels).
        first_sample
            Number of the block's first sample.
        """
        found = []
        for index, column in enumerate(self._columns):
            signal = block[:, column]
            level = np.where(signal > ON_COUNTS, 1, np.where(signal < OFF_COUNTS, -1, 0))
            decided = np.flatnonzero(level)
            states = level[decided] > 0
            before = np.concatenate(([self.occupied[index]], states[:-1]))
            for at in decided[states != before[: len(states)]]:
                self.occupied[index] = not self.occupied[index]
                found.append(Transition(index + 1, self.occupied[index], first_sample + int(at)))
        return sorted(found, key=lambda transition: (transition.sample, transition.loop))
