"""Exports."""

from typing import Final

revision: Final = "0010"
down_revision: Final = "0009"


def upgrade() -> None:
    """Bring the tables forward."""
