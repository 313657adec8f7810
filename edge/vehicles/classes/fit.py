"""How well measured values fit the intervals of a table's rows, given their uncertainty."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

FITS: Final = 0.05
"""A class counts as one that the vehicle may be of where its probability is at least this: the 95 % that the product states everywhere."""

STATED: Final = 0.5
"""A class is stated where it alone fits and is likelier than fitting none."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval of a quantity; an end may be infinite."""

    least: float
    most: float

    def probability(self, value: float, sd: float) -> float:
        """Give the probability that the true value lies inside, the measured one taken as normal; for `sd` 0, whether the value does."""
        if sd <= 0.0:
            return float(self.least <= value <= self.most)
        return _phi((self.most - value) / sd) - _phi((self.least - value) / sd)


@dataclass(frozen=True, slots=True)
class Fit:
    """The best class of a table: its name where it may be stated, its probability, and every class that fits."""

    name: str | None
    probability: float
    candidates: tuple[str, ...]


def best_of(rows: Iterable[tuple[str, float]]) -> Fit:
    """Give the class to state from the probability of each row; rows of one name exclude each other, so theirs add up.

    A class is stated only where no other fits; else all that fit are candidates, the likeliest first.
    """
    shares: dict[str, float] = {}
    for name, probability in rows:
        shares[name] = min(1.0, shares.get(name, 0.0) + probability)
    ordered = sorted(shares.items(), key=lambda item: -item[1])
    candidates = tuple(name for name, share in ordered if share >= FITS)
    likeliest = ordered[0][1] if ordered else 0.0
    alone = len(candidates) == 1 and likeliest >= STATED
    return Fit(candidates[0] if alone else None, likeliest, candidates)


def _phi(score: float) -> float:
    return 0.5 * math.erfc(-score / math.sqrt(2.0))
