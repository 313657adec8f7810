"""Re-weighings: what weighing a kept capture again has found."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0011"
down_revision: Final = "0010"

BIG: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "reweighing",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("station", sa.String(length=40), nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("record_sha256", sa.String(length=64), nullable=False),
        sa.Column("time_us", BIG, nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("software_sha256", sa.String(length=64), nullable=True),
        sa.Column("result", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name=op.f("fk_reweighing_station")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reweighing")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reweighing_station_seq", "reweighing", ["station", "seq"])
