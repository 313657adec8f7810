"""Re-weighing."""

from typing import Final

revision: Final = "0011"
down_revision: Final = "0010"


def upgrade() -> None:
    """Bring the tables forward."""
