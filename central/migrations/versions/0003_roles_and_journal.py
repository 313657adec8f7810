"""Roles of a case's way, the person behind an account, and the journal of acts."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0003"
down_revision: Final = "0002"

BIG: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ROLES: Final = "role IN ('reviewer', 'legal', 'approver', 'technician', 'auditor', 'administrator')"


def upgrade() -> None:
    """Bring the tables forward."""
    with op.batch_alter_table("account") as table:
        table.drop_constraint(op.f("ck_account_role"), type_="check")
        table.add_column(sa.Column("person", sa.String(length=60), nullable=False, server_default=""))
    op.execute("UPDATE account SET person = name")
    op.execute("UPDATE account SET role = 'reviewer' WHERE role = 'officer'")
    with op.batch_alter_table("account") as table:
        table.create_check_constraint("role", _ROLES)
        table.alter_column("person", server_default=None)
    op.create_index(op.f("ix_account_person"), "account", ["person"])
    op.create_table(
        "act",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("time_us", BIG, nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("verb", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_act_subject_id", "act", ["subject", "id"])
    op.create_index("ix_act_person_id", "act", ["person", "id"])
    op.create_index("ix_act_verb_id", "act", ["verb", "id"])
