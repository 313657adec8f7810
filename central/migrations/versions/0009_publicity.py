"""Publicity."""

from typing import Final

revision: Final = "0009"
down_revision: Final = "0008"


def upgrade() -> None:
    """Bring the tables forward."""
