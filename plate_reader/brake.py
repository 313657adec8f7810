"""Slows down who guesses: after some wrong logins for a camera from one address, that pair is not judged at all for a while."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

WRONG_MAX: Final = 10
"""Wrong logins within `WINDOW_S` that a pair may give: a camera whose password was just changed sends a few before somebody corrects it."""

WINDOW_S: Final = 60.0

PAIRS_MAX: Final = 1_024
"""Pairs that are remembered; the one that was wrong longest ago is forgotten first."""


class Brake:
    """Counts wrong logins by camera and address.

    Parameters
    ----------
    now_s
        A clock that never goes back.
    """

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._wrong: OrderedDict[tuple[str, str], list[float]] = OrderedDict()

    def wait_s(self, camera: str, host: str) -> float:
        """Give for how many seconds nothing of this pair is judged; 0 where it may try."""
        times = self._recent(camera, host)
        return 0.0 if len(times) < WRONG_MAX else times[-WRONG_MAX] + WINDOW_S - self._now_s()

    def wrong(self, camera: str, host: str) -> None:
        """Count a wrong login."""
        times = self._recent(camera, host)
        times.append(self._now_s())
        self._wrong[camera, host] = times
        self._wrong.move_to_end((camera, host))
        if len(self._wrong) > PAIRS_MAX:
            self._wrong.popitem(last=False)

    def _recent(self, camera: str, host: str) -> list[float]:
        return [time_s for time_s in self._wrong.get((camera, host), ()) if time_s > self._now_s() - WINDOW_S]
