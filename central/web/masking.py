"""Who sees plates in lists, and what the others see in their place."""

from typing import Final

from central.evidence.accounts import Login, Role

_SEE_PLATES: Final = (Role.REVIEWER, Role.LEGAL, Role.APPROVER, Role.AUDITOR)
_ENDS: Final = (2, 1)
"""Characters that stay at the beginning (province and office) and at the end."""


def sees_plates(login: Login, station: str | None = None) -> bool:
    """Whether a login sees plates in lists, of a station or of any: who works on cases, and who looks whether that was done well."""
    return any(login.may(role, station) for role in _SEE_PLATES)


def sees_all_plates(login: Login) -> bool:
    """Whether a login sees the plates of every station of which it may know; a file for whom does not is masked throughout."""
    return login.stations_for(*_SEE_PLATES) == login.stations_for()


def masked_plate(plate: str) -> str:
    """Give a plate of which the middle is hidden, as long as it was: 京A••••5."""
    first, last = _ENDS
    hidden = max(len(plate) - first - last, 0)
    return plate[:first] + "•" * hidden + plate[first + hidden :]
