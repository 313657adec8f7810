"""Which lists were looked at lately, so that a search is noted once and not again at every refresh."""

import threading
from collections import OrderedDict
from typing import Final

from contract.units import US_PER_S

AGAIN_US: Final = 1_800 * US_PER_S
"""After this long the same search is noted again: as long as a session may rest."""
KEPT_MAX: Final = 20_000
"""Searches remembered; beyond it the oldest is forgotten and would be noted once more."""


class RecentLists:
    """Remembers who looked at what, in this process; two processes note a search once each."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._noted_us: OrderedDict[tuple[str, ...], int] = OrderedDict()

    def is_new(self, *what: str, now_us: int) -> bool:
        """Whether this is to be noted; if so it is remembered from now on."""
        with self._lock:
            noted_us = self._noted_us.get(what)
            if noted_us is not None and now_us - noted_us < AGAIN_US:
                return False
            self._noted_us[what] = now_us
            self._noted_us.move_to_end(what)
            if len(self._noted_us) > KEPT_MAX:
                self._noted_us.popitem(last=False)
            return True
