"""What changes between vehicles and never amid one: each vehicle goes by what held when its first wheel or its front came."""

from bisect import bisect_right
from typing import Generic, TypeVar

T = TypeVar("T")


class Boundaries(Generic[T]):
    """Values by the counter from which they hold; `first` holds before all of them."""

    def __init__(self, first: T) -> None:
        self._from: list[int] = []
        self._values = [first]

    @property
    def newest(self) -> T:
        """What holds for vehicles that are still to come."""
        return self._values[-1]

    def change(self, value: T, from_sample: int) -> None:
        """Let another value hold for vehicles that begin at a counter or later.

        Raises
        ------
        ValueError
            If that is before an earlier change: what a vehicle went by would change after it was weighed.
        """
        if self._from and from_sample < self._from[-1]:
            msg = f"a change at sample {from_sample} comes before the one at {self._from[-1]}"
            raise ValueError(msg)
        self._from.append(from_sample)
        self._values.append(value)

    def at(self, start: int) -> T:
        """Give what holds for a vehicle that begins at a counter (`Vehicle.start`)."""
        return self._values[bisect_right(self._from, start)]
