"""Lists that were uploaded and looked at, and wait for a button: kept in memory, a few and not for long."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from contract.units import US_PER_S

KEPT_MAX: Final = 8
KEPT_US: Final = 1_800 * US_PER_S


@dataclass(frozen=True, slots=True)
class Draft:
    """A list of carriers by plate, whose it is, and the digest of the register it was compared with."""

    account_id: int
    carriers: dict[str, str]
    compared: str
    made_us: int


class Drafts:
    """Keeps drafts by an unguessable key; a restart forgets them, and the list is uploaded again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Draft] = OrderedDict()

    def keep(self, key: str, draft: Draft) -> None:
        """Keep one."""
        with self._lock:
            self._kept[key] = draft
            if len(self._kept) > KEPT_MAX:
                self._kept.popitem(last=False)

    def take(self, key: str, account_id: int, now_us: int) -> Draft | None:
        """Give an account's own draft, once; None if it is not there any more."""
        with self._lock:
            found = self._kept.get(key)
            if found is None or found.account_id != account_id:
                return None
            del self._kept[key]
        return found if now_us < found.made_us + KEPT_US else None
