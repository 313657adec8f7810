"""The pages that stand in the head of every page, and for whom."""

from dataclasses import dataclass
from typing import Final

from central.evidence.accounts import Login, Role
from central.evidence.accounts.roles import ANALYSTS, CASE_READERS, JOURNAL_READERS
from central.web.translation import N_


@dataclass(frozen=True, slots=True)
class Entry:
    """One page; without `roles` it is for everyone who is logged in, `everywhere` only for who holds one over every station.

    `under` are addresses of pages that are reached from it and stand elsewhere.
    """

    address: str
    name: str
    roles: frozenset[Role] = frozenset()
    everywhere: bool = False
    under: tuple[str, ...] = ()

    def is_for(self, login: Login) -> bool:
        """Whether a login may open it."""
        if not self.roles:
            return True
        return bool(login.roles & self.roles) and not (self.everywhere and login.stations_for(*self.roles) is not None)

    def covers(self, path: str) -> bool:
        """Whether a page is this one or stands under it."""
        return any(path == address or path.startswith(f"{address}/") for address in (self.address, *self.under))


ENTRIES: Final = (
    Entry("/vehicles", N_("Vehicles"), under=("/exports",)),
    Entry("/cases", N_("Cases"), CASE_READERS),
    Entry("/stations", N_("Stations")),
    Entry("/quarantine", N_("Quarantine")),
    Entry("/analysis", N_("Analysis"), ANALYSTS),
    Entry("/accounts", N_("Accounts"), frozenset({Role.ADMINISTRATOR}), under=("/tokens", "/webhooks", "/carriers")),
    Entry("/publicity", N_("Publicity"), frozenset({Role.ADMINISTRATOR})),
    Entry("/acts", N_("Journal"), JOURNAL_READERS, everywhere=True),
    Entry("/log", N_("Log"), JOURNAL_READERS),
)


def entries_for(login: Login) -> tuple[Entry, ...]:
    """Give the pages that a login may open."""
    return tuple(entry for entry in ENTRIES if entry.is_for(login))
