"""Roles, and what a login may do over which stations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What an account may do."""

    REVIEWER = "reviewer"
    """Looks at each case that passed the gates, and proposes."""
    LEGAL = "legal"
    """Reviews in law what a reviewer has proposed."""
    APPROVER = "approver"
    """Decides."""
    TECHNICIAN = "technician"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


CASE_ROLES: Final = frozenset({Role.REVIEWER, Role.LEGAL, Role.APPROVER})
"""Who acts on cases; no account that gives roles has one of them."""
EVERY_ROLE: Final = frozenset(Role)
CASE_READERS: Final = CASE_ROLES | {Role.AUDITOR, Role.TECHNICIAN}
"""Who looks at cases and decisions, on the pages and by the API."""
PAPER_READERS: Final = CASE_ROLES | {Role.AUDITOR}
"""Who is given all of a case: its documents, its bundle, its weighing repeated; a technician takes none of its papers."""
ANALYSTS: Final = EVERY_ROLE - {Role.TECHNICIAN}
"""For whom the analysis is, on the pages and by the API."""
JOURNAL_READERS: Final = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})
"""Who searches the journal, on the page and by the API."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who is logged in, and the CSRF token of that session, which every form must send back.

    `person` is the human being: where the law wants four eyes, persons are compared, not accounts. `roles` are held over at least one
    station; `reach` names the stations of those that are not held over every station.
    """

    account_id: int
    name: str
    person: str
    roles: frozenset[Role]
    csrf_token: str
    reach: Mapping[Role, frozenset[str]] = field(default_factory=dict)
    withheld: frozenset[Role] = frozenset()
    """Roles that wait for the second factor."""

    def may(self, role: Role, station: str | None = None) -> bool:
        """Whether the account holds a role; for a station where one is named, else for any."""
        if role not in self.roles:
            return False
        return station is None or role not in self.reach or station in self.reach[role]

    def stations_for(self, *roles: Role) -> frozenset[str] | None:
        """Give the stations over which the account holds one of the roles, None for every station; without roles, any of its own."""
        held = [role for role in (roles or tuple(Role)) if role in self.roles]
        if any(role not in self.reach for role in held):
            return None
        return frozenset[str]().union(*(self.reach[role] for role in held))

    def sees(self, station: str) -> bool:
        """Whether the account holds any role over a station."""
        return any(self.may(role, station) for role in self.roles)
