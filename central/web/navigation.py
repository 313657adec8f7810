"""The pages that stand in the head of every page, and for whom."""

from dataclasses import dataclass
from typing import Final

from central.evidence.accounts import Login, Role
from central.evidence.accounts.roles import ANALYSTS, CASE_READERS, JOURNAL_READERS
from central.web.translation import N_


@dataclass(frozen=True, slots=True)
class Entry:
    """One page; without `roles` it is for everyone who is logged in."""

    address: str
    name: str
    roles: frozenset[Role] = frozenset()


ENTRIES: Final = (
    Entry("/vehicles", N_("Vehicles")),
    Entry("/cases", N_("Cases"), CASE_READERS),
    Entry("/stations", N_("Stations")),
    Entry("/quarantine", N_("Quarantine")),
    Entry("/analysis", N_("Analysis"), ANALYSTS),
    Entry("/accounts", N_("Accounts"), frozenset({Role.ADMINISTRATOR})),
    Entry("/publicity", N_("Publicity"), frozenset({Role.ADMINISTRATOR})),
    Entry("/acts", N_("Journal"), JOURNAL_READERS),
    Entry("/log", N_("Log"), JOURNAL_READERS),
)


def entries_for(login: Login) -> tuple[Entry, ...]:
    """Give the pages that a login may open."""
    return tuple(entry for entry in ENTRIES if not entry.roles or any(login.may(role) for role in entry.roles))
