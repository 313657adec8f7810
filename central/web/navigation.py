"""The pages that stand in the head of every page, and for whom."""

from dataclasses import dataclass
from typing import Final

from central.evidence.accounts import Login, Role
from central.web.translation import N_

ANALYSTS: Final = (Role.REVIEWER, Role.LEGAL, Role.APPROVER, Role.AUDITOR, Role.ADMINISTRATOR)
"""For whom the analysis is."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One page; without `roles` it is for everyone who is logged in."""

    address: str
    name: str
    roles: frozenset[Role] = frozenset()


ENTRIES: Final = (
    Entry("/vehicles", N_("Vehicles")),
    Entry("/cases", N_("Cases"), frozenset({Role.REVIEWER, Role.LEGAL, Role.APPROVER, Role.AUDITOR, Role.TECHNICIAN})),
    Entry("/stations", N_("Stations")),
    Entry("/quarantine", N_("Quarantine")),
    Entry("/analysis", N_("Analysis"), frozenset(ANALYSTS)),
    Entry("/accounts", N_("Accounts"), frozenset({Role.ADMINISTRATOR})),
    Entry("/publicity", N_("Publicity"), frozenset({Role.ADMINISTRATOR})),
    Entry("/acts", N_("Journal"), frozenset({Role.AUDITOR, Role.ADMINISTRATOR})),
    Entry("/log", N_("Log"), frozenset({Role.AUDITOR, Role.ADMINISTRATOR})),
)


def entries_for(login: Login) -> tuple[Entry, ...]:
    """Give the pages that a login may open."""
    return tuple(entry for entry in ENTRIES if not entry.roles or any(login.may(role) for role in entry.roles))
