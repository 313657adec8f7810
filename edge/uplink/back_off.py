"""How long to wait before the next attempt."""

from random import Random
from typing import Final

FIRST_S: Final = 0.5
LONGEST_S: Final = 30.0
"""A broker that comes back is found within half a minute; a dead one costs two attempts a minute."""


class BackOff:
    """Doubles from attempt to attempt, with full jitter so that stations cut off together do not come back together.

    See Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
    """

    def __init__(self, random: Random, first_s: float = FIRST_S, longest_s: float = LONGEST_S) -> None:
        self._random = random
        self._first_s = first_s
        self._longest_s = longest_s
        self._bound_s = first_s

    def next_s(self) -> float:
        """Give the wait before the next attempt: between half the first wait and the bound, which doubles each time."""
        wait_s = self._random.uniform(self._first_s / 2, self._bound_s)
        self._bound_s = min(self._bound_s * 2, self._longest_s)
        return wait_s

    def reset(self) -> None:
        """Say that an attempt has succeeded."""
        self._bound_s = self._first_s
