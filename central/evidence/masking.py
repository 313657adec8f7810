"""Who sees plates whole in lists, what the others see in their place, and what they may search.

Reviewer, legal reviewer and approver work with plates. Auditor, technician and administrator see them masked, and open a vehicle or a case,
which the journal notes, where they need one. Nobody searches by what is masked to him: each answer would tell of a hidden character.
"""

from dataclasses import dataclass
from typing import Final, Self

from central.evidence.accounts import CASE_ROLES, Login

FIRST: Final = 2
"""Characters that stay at the beginning: of a Chinese plate the province and the office."""
LAST: Final = 2
HIDDEN_MIN: Final = 3
"""Characters that are hidden at least; of a plate that has not so many besides its ends, all."""


def masked_plate(plate: str) -> str:
    """Give a plate of which the middle is hidden, as long as it was: 京A·***45."""
    hidden = len(plate) - FIRST - LAST
    return f"{plate[:FIRST]}·{'*' * hidden}{plate[-LAST:]}" if hidden >= HIDDEN_MIN else "*" * len(plate)


@dataclass(frozen=True, slots=True)
class PlateSight:
    """The stations whose plates somebody sees whole in lists; None is every station."""

    stations: frozenset[str] | None

    @classmethod
    def of(cls, login: Login) -> Self:
        """Give the sight of who is logged in."""
        return cls(login.stations_for(*CASE_ROLES))

    @property
    def sees_any(self) -> bool:
        """Whether there is a station whose plates are seen."""
        return self.stations is None or bool(self.stations)

    def sees(self, station: str) -> bool:
        """Whether the plates of a station are seen."""
        return self.stations is None or station in self.stations

    def covers(self, stations: frozenset[str] | None) -> bool:
        """Whether the plates of all these stations are seen."""
        return self.stations is None or (stations is not None and stations <= self.stations)

    def shown(self, plate: str, station: str) -> str:
        """Give what a list shows of a plate of a station."""
        return plate if self.sees(station) else masked_plate(plate)

    def within(self, stations: frozenset[str] | None, *, by_plate: bool) -> frozenset[str] | None:
        """Give the stations, of those that may be listed, in which a search may look; by plate only where plates are seen."""
        if not by_plate or self.stations is None:
            return stations
        return self.stations if stations is None else stations & self.stations
