"""A brake on how often somebody asks: one token bucket for each key."""

import threading
from collections import OrderedDict
from math import ceil
from typing import Final

from contract.units import US_PER_S

KEYS_MAX: Final = 20_000
"""Most keys remembered; the one unused for longest is forgotten first, which is full again by then."""


class RateLimit:
    """Lets each key ask `burst` times at once and `per_minute` times a minute in the long run.

    It is kept in memory. What must outlive a restart is counted again from the journal (`Central.wrong_tries`) or stands in the database:
    lock-outs of accounts, codes of login links, the public query's brake. A token's pace may begin anew.
    """

    def __init__(self, per_minute: int, burst: int) -> None:
        self._us_per_token = 60 * US_PER_S / per_minute
        self._burst = burst
        self._empty_until_us: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, key: str, now_us: int) -> int:
        """Give after how many whole seconds the key may ask again, 0 where it may now."""
        with self._lock:
            return self._wait_s(key, now_us)

    def take(self, key: str, now_us: int) -> int:
        """Ask once; give 0 where it was allowed, else after how many whole seconds it will be."""
        with self._lock:
            wait_s = self._wait_s(key, now_us)
            if wait_s == 0:
                self._empty_until_us[key] = max(self._empty_until_us.get(key, 0.0), now_us) + self._us_per_token
                self._empty_until_us.move_to_end(key)
                if len(self._empty_until_us) > KEYS_MAX:
                    self._empty_until_us.popitem(last=False)
            return wait_s

    def _wait_s(self, key: str, now_us: int) -> int:
        """Virtual scheduling form of the bucket (ITU-T I.371, A.1)."""
        ahead_us = self._empty_until_us.get(key, 0.0) - now_us - (self._burst - 1) * self._us_per_token
        return max(0, ceil(ahead_us / US_PER_S))
