"""Who sees plates in lists, and what the others see in their place."""

from typing import Final

from central.evidence.accounts import Login, Role
from central.publicity.masking import masked

_SEE_PLATES: Final = (Role.REVIEWER, Role.LEGAL, Role.APPROVER, Role.AUDITOR)


def sees_plates(login: Login, station: str | None = None) -> bool:
    """Whether a login sees plates in lists, of a station or of any: who works on cases, and who looks whether that was done well."""
    return any(login.may(role, station) for role in _SEE_PLATES)


def sees_all_plates(login: Login) -> bool:
    """Whether a login sees the plates of every station of which it may know; a file for whom does not is masked throughout."""
    return login.stations_for(*_SEE_PLATES) == login.stations_for()


def masked_plate(plate: str) -> str:
    """Give a plate as who does not see it whole sees it: as the public does, 京A••••5."""
    return masked(plate)
