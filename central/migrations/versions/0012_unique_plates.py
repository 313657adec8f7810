"""One gate more: cases that were screened without it are screened again."""

from typing import Final

from alembic import op

revision: Final = "0012"
down_revision: Final = "0011"


def upgrade() -> None:
    """Bring the tables forward."""
    op.execute("UPDATE case_file SET screening_wanted = screening_wanted + 1")
