"""Texts beside the signed bytes, orders not to delete, and when supplements and the bytes of refused messages were deleted."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0007"
down_revision: Final = "0006"

BIG: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAME: Final = sa.String(length=40)
PERSON: Final = sa.String(length=60)


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "disclosure",
        sa.Column("record_id", BIG, autoincrement=False, nullable=False),
        sa.Column("position", BIG, autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_disclosure_record_id")),
        sa.PrimaryKeyConstraint("record_id", "position", name=op.f("pk_disclosure")),
    )
    op.create_table(
        "legal_hold",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("station", NAME, nullable=True),
        sa.Column("seq", BIG, nullable=True),
        sa.Column("plate", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by", PERSON, nullable=False),
        sa.Column("placed_us", BIG, nullable=False),
        sa.Column("lifted_by", PERSON, nullable=True),
        sa.Column("lifted_us", BIG, nullable=True),
        sa.Column("lifted_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("(station IS NULL) = (seq IS NULL)", name=op.f("ck_legal_hold_vehicle")),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name=op.f("fk_legal_hold_station")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_legal_hold_station_seq", "legal_hold", ["station", "seq"])
    op.create_index("ix_legal_hold_plate", "legal_hold", ["plate"])
    op.add_column("supplement", sa.Column("swept_us", BIG, nullable=True))
    op.create_index("ix_supplement_swept_us_record_id", "supplement", ["swept_us", "record_id"])
    op.add_column("quarantine", sa.Column("deleted_us", BIG, nullable=True))
    op.create_index("ix_quarantine_deleted_us_last_received_us", "quarantine", ["deleted_us", "last_received_us"])
