"""Exports of the vehicle list."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0010"
down_revision: Final = "0009"

BIG: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "export_job",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("masked", sa.Boolean(), nullable=False),
        sa.Column("through_id", BIG, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_us", BIG, nullable=False),
        sa.Column("beat_us", BIG, nullable=False),
        sa.Column("rows_total", BIG, nullable=False),
        sa.Column("rows_done", BIG, nullable=False),
        sa.Column("finished_us", BIG, nullable=True),
        sa.Column("delete_us", BIG, nullable=True),
        sa.Column("size", BIG, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed', 'deleted')", name=op.f("ck_export_job_state")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_export_job_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_job")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_export_job_state_id", "export_job", ["state", "id"])
    op.create_index("ix_export_job_account_id_id", "export_job", ["account_id", "id"])
