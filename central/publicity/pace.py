"""How fast one visitor may ask: a bucket of questions for each network, refilled steadily. In memory: it only spares the machine."""

import threading
from collections import OrderedDict
from typing import Final

from central.publicity.brakes import network
from contract.units import US_PER_S

BUCKET: Final = 60
"""Questions at once: a page has some pictures and documents."""
REFILL_US: Final = US_PER_S // 2
"""One more question every half second."""
NETWORKS_MAX: Final = 20_000
"""Networks that are remembered; whoever was forgotten begins with a full bucket."""


class Pace:
    """The buckets of all visitors; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def wait_s(self, address: str, now_us: int) -> int:
        """Take one question out of an address's bucket; 0 if there was one, else how many seconds to wait for the next."""
        key = network(address)
        with self._lock:
            held, since_us = self._buckets.pop(key, (float(BUCKET), now_us))
            held = min(float(BUCKET), held + max(0, now_us - since_us) / REFILL_US)
            allowed = held >= 1
            self._buckets[key] = (held - 1 if allowed else held, now_us)
            if len(self._buckets) > NETWORKS_MAX:
                self._buckets.popitem(last=False)
        return 0 if allowed else max(1, round((1 - held) * REFILL_US / US_PER_S))
