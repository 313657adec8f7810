"""Which records are to be sent now: in order, a bounded number at a time, again when no receipt comes, and past a poisonous one.

Pure bookkeeping: no I/O, no clock; times are seconds of any monotonic clock. What it forgets in a restart is only sent once more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from edge.uplink.ports import Row

SIZE: Final = 100
"""Records sent without a receipt yet: at 50 ms from publish to receipt that is 2 000 a second."""

RECEIPT_WAIT_S: Final = 10.0
"""A record is sent again when no receipt came for so long: far above a commit at central; a broker that lost what it had acknowledged costs
no more than this."""

ASIDE_S: Final = 600.0
"""How long a record that cannot be sent is set aside before it is tried again."""

STRIKES: Final = 3
"""Connections that must have ended over one and the same record, sent alone and not acknowledged, before it is set aside."""


@dataclass(slots=True)
class _Flight:
    sha256: str
    sent_s: float
    acknowledged: bool = False


class Window:
    """The records under way on one uplink.

    A record that the broker answers by cutting the connection would be sent first on every new one, and nothing behind it would ever leave.
    So after a connection that ended without any progress records are sent one at a time, until a receipt or acknowledgement comes; one
    over which `STRIKES` connections ended is set aside for `ASIDE_S`.
    """

    def __init__(self, size: int = SIZE, receipt_wait_s: float = RECEIPT_WAIT_S) -> None:
        self._size = size
        self._receipt_wait_s = receipt_wait_s
        self._flights: dict[int, _Flight] = {}
        self._aside: dict[int, float] = {}
        self._strikes: dict[int, int] = {}
        self._careful = False

    def asks_for(self) -> int:
        """Give how many waiting records `due` must be shown."""
        return self._size + len(self._aside)

    def due(self, waiting: Sequence[Row], now_s: float) -> list[Row]:
        """Give those of the first waiting records, in order, that are to be sent now."""
        self._aside = {seq: until_s for seq, until_s in self._aside.items() if until_s > now_s}
        here = {row.seq for row in waiting}
        self._flights = {seq: flight for seq, flight in self._flights.items() if seq in here}
        candidates = [row for row in waiting if row.seq not in self._aside]
        return [row for row in candidates[: 1 if self._careful else self._size] if self._is_due(row, now_s)]

    def _is_due(self, row: Row, now_s: float) -> bool:
        flight = self._flights.get(row.seq)
        return flight is None or now_s - flight.sent_s >= self._receipt_wait_s

    def sent(self, row: Row, now_s: float) -> bool:
        """Note that a record was sent; give whether it was sent before on this connection."""
        again = row.seq in self._flights
        self._flights[row.seq] = _Flight(row.sha256, now_s)
        return again

    def acknowledged(self, seq: int) -> None:
        """Note the broker's PUBACK: no delivery, but the record is no poison."""
        if seq in self._flights:
            self._flights[seq].acknowledged = True
            self._progress(seq)

    def settled(self, seq: int, sha256: str) -> None:
        """Note a receipt; one for another hash changes nothing."""
        flight = self._flights.get(seq)
        if flight is not None and flight.sha256 == sha256:
            del self._flights[seq]
            self._progress(seq)

    def _progress(self, seq: int) -> None:
        self._careful = False
        self._strikes.pop(seq, None)

    def set_aside(self, seq: int, now_s: float) -> None:
        """Leave a record that cannot be sent for now, so that those behind it can."""
        self._flights.pop(seq, None)
        self._aside[seq] = now_s + ASIDE_S

    def connection_lost(self, now_s: float) -> int | None:
        """Note the end of a connection; give the number of a record that is set aside because of it, None if there is none."""
        suspects = [seq for seq, flight in self._flights.items() if not flight.acknowledged]
        self._flights.clear()
        if not suspects:
            return None
        self._careful = True
        if len(suspects) > 1:
            return None
        (seq,) = suspects
        self._strikes[seq] = self._strikes.get(seq, 0) + 1
        if self._strikes[seq] < STRIKES:
            return None
        del self._strikes[seq]
        self.set_aside(seq, now_s)
        return seq
