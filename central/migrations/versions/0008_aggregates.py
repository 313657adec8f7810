"""Aggregates."""

from typing import Final

revision: Final = "0008"
down_revision: Final = "0007"


def upgrade() -> None:
    """Bring the tables forward."""
