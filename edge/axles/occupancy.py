"""Whether a loop whose record is open is occupied: a vehicle has left when the signal has fallen below half, long before it is at rest."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Final

HALF: Final = 0.5
"""Share of its level at which a vehicle's end stands over the loop's middle."""

AGAIN_SHARE, AGAIN_LEAST_SHARE = 0.6, 0.25
"""What comes after a vehicle is another presence once it stands above this share of the vehicle's level, or twice as high as the dip
between them and above the second share. What is left of the vehicle only falls, and its unevenness is less than that."""


@dataclass(slots=True)
class Occupancy:
    """How high the signal of an open record of a loop stands.

    Attributes
    ----------
    least
        Counts above the zero from which the signal may be a vehicle.
    top, low
        Greatest mean of a hop of the vehicle, and least one since it was given out, counts above the zero.
    below
        Whether the last look saw less than half of the vehicle's level.
    is_told
        Whether what was on the loop has been given out, and nothing has come since.
    """

    least: float
    top: float = 0.0
    low: float = inf
    below: bool = False
    is_told: bool = False

    def take(self, mean: float) -> bool:
        """Take in the mean of a hop, counts above the zero; True if the signal has sunk further after a vehicle was given out."""
        if not self.is_told:
            self.top = max(self.top, mean)
            return False
        if mean < self.low:
            self.low = mean
            return True
        again = max(min(AGAIN_SHARE * self.top, 2.0 * self.low), AGAIN_LEAST_SHARE * self.top, self.least)
        if mean > again:
            self.top, self.low, self.is_told = mean, inf, False
        return False

    def stands(self, above: float) -> bool:
        """Tell whether the lowest sample of a hop, counts above the zero, is that of what stands on the loop: none of its looks falls."""
        standing = self.top > self.least and above >= HALF * self.top
        self.below = self.below and not standing
        return standing

    def has_fallen(self, above: float) -> bool:
        """Tell whether a vehicle may have left, from a sample at each look, counts above the zero: the last two stood below half."""
        before = self.below
        self.below = above < HALF * self.top and self.top > self.least
        return self.below and before and not self.is_told

    def tell(self) -> None:
        """Note that what was on the loop has been given out."""
        self.is_told = True
