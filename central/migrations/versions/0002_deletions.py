"""What was deleted on schedule: media by hash, and when a vehicle was swept."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0002"
down_revision: Final = "0001"

BIG: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "deletion",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("deleted_us", BIG, nullable=False),
        sa.Column("after_days", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_deletion")),
    )
    op.add_column("vehicle", sa.Column("swept_us", BIG, nullable=True))
    op.create_index("ix_vehicle_swept_us_outcome_record_id", "vehicle", ["swept_us", "outcome", "record_id"])
