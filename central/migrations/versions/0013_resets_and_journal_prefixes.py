"""Resets of logins, with the second administrator they need; subjects of the journal found by their beginning."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0013"
down_revision: Final = "0012"

BIG: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "account_reset",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("asked_by", sa.String(length=60), nullable=False),
        sa.Column("asked_us", BIG, nullable=False),
        sa.Column("confirmed_by", sa.String(length=60), nullable=True),
        sa.Column("in_force_us", BIG, nullable=True),
        sa.Column("withdrawn_us", BIG, nullable=True),
        sa.Column("code_sha256", sa.String(length=64), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("used_us", BIG, nullable=True),
        sa.Column("told_us", BIG, nullable=True),
        sa.CheckConstraint("kind IN ('link', 'second-factor', 'password')", name=op.f("ck_account_reset_kind")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_reset_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_reset")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_account_reset_account_id"), "account_reset", ["account_id"])
    for name in ("login_token", "login_session"):
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("reset_id", BIG, nullable=True))
            table.create_foreign_key(op.f(f"fk_{name}_reset_id"), "account_reset", ["reset_id"], ["id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute('ALTER TABLE act ALTER COLUMN subject TYPE VARCHAR(120) COLLATE "C"')
