"""Tables of the first version.

There is no way back: an evidence database is restored from a backup, never stripped of its tables.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0001"
down_revision: Final[str | None] = None

BIG: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAME: Final = sa.String(length=40)
SHA256: Final = sa.String(length=64)


def upgrade() -> None:
    """Bring the tables forward."""
    _create_stations()
    _create_records()
    _create_projections()
    _create_quarantine()
    _create_accounts()


def _create_stations() -> None:
    """Create stations, their keys and last status."""
    op.create_table(
        "station",
        sa.Column("id", NAME, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("enrolled_us", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station")),
    )
    op.create_table(
        "station_key",
        sa.Column("key_id", SHA256, nullable=False),
        sa.Column("station", NAME, nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("valid_from_us", BIG, nullable=False),
        sa.Column("valid_until_us", BIG, nullable=True),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name=op.f("fk_station_key_station")),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_station_key")),
    )
    op.create_index("ix_station_key_station", "station_key", ["station"])
    op.create_table(
        "station_status",
        sa.Column("station", NAME, nullable=False),
        sa.Column("received_us", BIG, nullable=False),
        sa.Column("status", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name=op.f("fk_station_status_station")),
        sa.PrimaryKeyConstraint("station", name=op.f("pk_station_status")),
    )


def _create_records() -> None:
    """Create the signed records, verbatim."""
    op.create_table(
        "record",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("station", NAME, nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("sha256", SHA256, nullable=False),
        sa.Column("prev_sha256", SHA256, nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("time_us", BIG, nullable=False),
        sa.Column("received_us", BIG, nullable=False),
        sa.Column("key_id", SHA256, nullable=False),
        sa.Column("chain", sa.String(length=10), nullable=False),
        sa.Column("mark", sa.Text(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["key_id"], ["station_key.key_id"], name=op.f("fk_record_key_id")),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name=op.f("fk_record_station")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_record_station_seq", "record", ["station", "seq"], unique=True)


def _create_projections() -> None:
    """Create what lists need of the records, and the blobs they vouch for."""
    op.create_table(
        "vehicle",
        sa.Column("record_id", BIG, autoincrement=False, nullable=False),
        sa.Column("station", NAME, nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("time_us", BIG, nullable=False),
        sa.Column("plate", sa.String(length=16), nullable=True),
        sa.Column("plate_certainty_ppm", sa.Integer(), nullable=False),
        sa.Column("axles", sa.Integer(), nullable=False),
        sa.Column("vehicle_class", sa.Text(), nullable=False),
        sa.Column("speed_mm_s", sa.Integer(), nullable=False),
        sa.Column("gross_kg", sa.Integer(), nullable=False),
        sa.Column("gross_u_kg", sa.Integer(), nullable=False),
        sa.Column("limit_kg", sa.Integer(), nullable=True),
        sa.Column("over_kg", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("enforceable", sa.Boolean(), nullable=False),
        sa.Column("playback", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_vehicle_record_id")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_vehicle")),
    )
    op.create_index("ix_vehicle_outcome_time_us_record_id", "vehicle", ["outcome", "time_us", "record_id"])
    op.create_index("ix_vehicle_plate", "vehicle", ["plate"])
    op.create_index("ix_vehicle_station_time_us_record_id", "vehicle", ["station", "time_us", "record_id"])
    op.create_index("ix_vehicle_time_us_record_id", "vehicle", ["time_us", "record_id"])
    op.create_table(
        "supplement",
        sa.Column("record_id", BIG, autoincrement=False, nullable=False),
        sa.Column("station", NAME, nullable=False),
        sa.Column("of_seq", BIG, nullable=False),
        sa.Column("of_sha256", SHA256, nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_supplement_record_id")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_supplement")),
    )
    op.create_index("ix_supplement_station_of_seq", "supplement", ["station", "of_seq"])
    op.create_table(
        "media",
        sa.Column("record_id", BIG, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("sha256", SHA256, nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_media_record_id")),
        sa.PrimaryKeyConstraint("record_id", "position", name=op.f("pk_media")),
    )
    op.create_index("ix_media_sha256", "media", ["sha256"])
    op.create_table(
        "blob",
        sa.Column("sha256", SHA256, nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("station", NAME, nullable=False),
        sa.Column("received_us", BIG, nullable=False),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name=op.f("fk_blob_station")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
    )


def _create_quarantine() -> None:
    """Create what keeps the refused messages."""
    op.create_table(
        "quarantine",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("sha256", SHA256, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("authentic", sa.Boolean(), nullable=False),
        sa.Column("station", NAME, nullable=True),
        sa.Column("seq", BIG, nullable=True),
        sa.Column("received_us", BIG, nullable=False),
        sa.Column("last_received_us", BIG, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_quarantine_sha256_topic", "quarantine", ["sha256", "topic"], unique=True)
    op.create_table(
        "quarantine_day",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kept_bytes", BIG, nullable=False),
        sa.Column("counted_messages", BIG, nullable=False),
        sa.Column("counted_bytes", BIG, nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_quarantine_day")),
    )


def _create_accounts() -> None:
    """Create who may log in."""
    op.create_table(
        "account",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("created_us", BIG, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until_us", BIG, nullable=False),
        sa.CheckConstraint("role IN ('officer', 'technician', 'auditor', 'administrator')", name=op.f("ck_account_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "login_session",
        sa.Column("token_sha256", SHA256, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("csrf_token", SHA256, nullable=False),
        sa.Column("created_us", BIG, nullable=False),
        sa.Column("last_seen_us", BIG, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_login_session_account_id")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_login_session")),
    )
    op.create_index("ix_login_session_account_id", "login_session", ["account_id"])
    op.create_table(
        "login_token",
        sa.Column("token_sha256", SHA256, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("expires_us", BIG, nullable=False),
        sa.Column("used_us", BIG, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_login_token_account_id")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_login_token")),
    )
