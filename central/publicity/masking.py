"""Plates as the public sees them: masked more than in lists behind a login (`central.evidence.masking`), for the query guards by plate."""

from typing import Final

ENDS: Final = (2, 1)
"""Characters that stay: province and office, and the last. With what is hidden (34 characters each, GA 36) over a million plates fit."""


def masked(plate: str) -> str:
    """Give a plate of which the middle is hidden, as long as it was: 京A••••5. One too short to hide enough is hidden altogether."""
    first, last = ENDS
    hidden = len(plate) - first - last
    if hidden < 3:
        return "•" * len(plate)
    return plate[:first] + "•" * hidden + plate[-last:]
