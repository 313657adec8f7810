"""Roles per station group, the second factor, tokens of other systems, and webhooks."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0005"
down_revision: Final = "0004"

BIG: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_ROLES: Final = "role IN ('reviewer', 'legal', 'approver', 'technician', 'auditor', 'administrator')"


def _number() -> sa.Column[int]:
    return sa.Column("id", BIG, autoincrement=True, nullable=False)


def upgrade() -> None:
    """Bring the tables forward."""
    _groups_and_grants()
    _second_factor()
    _tokens()
    _webhooks()


def _groups_and_grants() -> None:
    op.create_table(
        "station_group",
        _number(),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station_group")),
        sa.UniqueConstraint("name", name=op.f("uq_station_group_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "station_group_member",
        sa.Column("group_id", BIG, autoincrement=False, nullable=False),
        sa.Column("station", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["station_group.id"], name=op.f("fk_station_group_member_group_id")),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name=op.f("fk_station_group_member_station")),
        sa.PrimaryKeyConstraint("group_id", "station", name=op.f("pk_station_group_member")),
    )
    op.create_table(
        "account_grant",
        _number(),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("group_id", BIG, nullable=True),
        sa.Column("granted_by", sa.String(length=60), nullable=False),
        sa.Column("granted_us", BIG, nullable=False),
        sa.Column("confirmed_by", sa.String(length=60), nullable=True),
        sa.Column("confirmed_us", BIG, nullable=True),
        sa.CheckConstraint(_ROLES, name=op.f("ck_account_grant_role")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_grant_account_id")),
        sa.ForeignKeyConstraint(["group_id"], ["station_group.id"], name=op.f("fk_account_grant_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_grant")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_account_grant_account_id"), "account_grant", ["account_id"])
    op.execute(
        "INSERT INTO account_grant (account_id, role, granted_by, granted_us, confirmed_by, confirmed_us)"
        " SELECT id, role, 'service', created_us, 'service', created_us FROM account"
    )


def _second_factor() -> None:
    with op.batch_alter_table("account") as table:
        table.drop_constraint(op.f("ck_account_role"), type_="check")
        table.drop_column("role")
        table.add_column(sa.Column("disabled_us", BIG, nullable=True))
        table.add_column(sa.Column("totp_sealed", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("totp_since_us", BIG, nullable=True))
        table.add_column(sa.Column("totp_step", BIG, nullable=False, server_default="0"))
        table.add_column(sa.Column("provider_subject", sa.String(length=300), nullable=True))
        table.create_unique_constraint(op.f("uq_account_provider_subject"), ["provider_subject"])
    op.create_table(
        "recovery_code",
        sa.Column("code_sha256", sa.String(length=64), nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("used_us", BIG, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id")),
        sa.PrimaryKeyConstraint("code_sha256", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_account_id"), "recovery_code", ["account_id"])
    op.add_column("login_session", sa.Column("address", sa.String(length=60), nullable=False, server_default=""))
    op.add_column("login_session", sa.Column("second_due", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("login_session", sa.Column("second_us", BIG, nullable=True))


def _tokens() -> None:
    op.create_table(
        "api_token",
        _number(),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("group_id", BIG, nullable=True),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(length=60), nullable=False),
        sa.Column("created_us", BIG, nullable=False),
        sa.Column("expires_us", BIG, nullable=False),
        sa.Column("revoked_us", BIG, nullable=True),
        sa.Column("last_used_us", BIG, nullable=True),
        sa.Column("last_used_address", sa.String(length=60), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_api_token_account_id")),
        sa.ForeignKeyConstraint(["group_id"], ["station_group.id"], name=op.f("fk_api_token_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_api_token_token_sha256")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_api_token_account_id_id", "api_token", ["account_id", "id"])


def _webhooks() -> None:
    op.create_table(
        "webhook_endpoint",
        _number(),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("events", sa.Text(), nullable=False),
        sa.Column("group_id", BIG, nullable=True),
        sa.Column("token_id", BIG, nullable=True),
        sa.Column("created_by", sa.String(length=60), nullable=False),
        sa.Column("created_us", BIG, nullable=False),
        sa.Column("disabled_us", BIG, nullable=True),
        sa.Column("disabled_why", sa.Text(), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(["group_id"], ["station_group.id"], name=op.f("fk_webhook_endpoint_group_id")),
        sa.ForeignKeyConstraint(["token_id"], ["api_token.id"], name=op.f("fk_webhook_endpoint_token_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoint")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "webhook_event",
        _number(),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("station", sa.String(length=40), nullable=True),
        sa.Column("time_us", BIG, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_event")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "webhook_delivery",
        _number(),
        sa.Column("endpoint_id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_us", BIG, nullable=False),
        sa.ForeignKeyConstraint(["endpoint_id"], ["webhook_endpoint.id"], name=op.f("fk_webhook_delivery_endpoint_id")),
        sa.ForeignKeyConstraint(["event_id"], ["webhook_event.id"], name=op.f("fk_webhook_delivery_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_webhook_delivery_state_next_us", "webhook_delivery", ["state", "next_us"])
    op.create_index("ix_webhook_delivery_endpoint_id_id", "webhook_delivery", ["endpoint_id", "id"])
    op.create_table(
        "webhook_attempt",
        _number(),
        sa.Column("delivery_id", BIG, nullable=False),
        sa.Column("time_us", BIG, nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["webhook_delivery.id"], name=op.f("fk_webhook_attempt_delivery_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_attempt")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_webhook_attempt_delivery_id_id", "webhook_attempt", ["delivery_id", "id"])
