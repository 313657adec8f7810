"""Publicity: who has opened his own case, what brakes guessing, and documents that were issued."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0009"
down_revision: Final = "0008"

BIG: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "query_visit",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("csrf_token", sa.String(length=64), nullable=False),
        sa.Column("opened_us", BIG, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_query_visit_case_id")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_query_visit")),
    )
    op.create_index(op.f("ix_query_visit_opened_us"), "query_visit", ["opened_us"])
    op.create_table(
        "query_brake",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("braked_until_us", BIG, nullable=False),
        sa.Column("last_us", BIG, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_query_brake")),
    )
    op.create_index(op.f("ix_query_brake_last_us"), "query_brake", ["last_us"])
    op.create_table(
        "issued_document",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("basis", BIG, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("issued_us", BIG, nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_issued_document_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_document")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_issued_document_case_id_kind_language_basis", "issued_document", ["case_id", "kind", "language", "basis"], unique=True
    )
