"""Cases, their history, and what belongs to them; publications of stations."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0006"
down_revision: Final = "0005"

BIG: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables forward."""
    _create_publications()
    _create_cases()
    _create_history()
    _create_findings()
    _make_history_append_only()


def _create_publications() -> None:
    """Create publications of stations, and the place to which screening has come."""
    op.create_table(
        "station_publication",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("station", sa.String(length=40), nullable=False),
        sa.Column("road", sa.String(length=100), nullable=False),
        sa.Column("stake", sa.String(length=60), nullable=False),
        sa.Column("office", sa.String(length=200), nullable=False),
        sa.Column("institute", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=400), nullable=False),
        sa.Column("latitude_udeg", sa.Integer(), nullable=True),
        sa.Column("longitude_udeg", sa.Integer(), nullable=True),
        sa.Column("certificate", sa.String(length=100), nullable=True),
        sa.Column("verified_from_us", BIG, nullable=True),
        sa.Column("verified_until_us", BIG, nullable=True),
        sa.Column("from_us", BIG, nullable=False),
        sa.Column("until_us", BIG, nullable=True),
        sa.Column("entered_us", BIG, nullable=False),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name=op.f("fk_station_publication_station")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station_publication")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_station_publication_station_from_us", "station_publication", ["station", "from_us"], unique=False)
    op.create_table(
        "screening_cursor",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("record_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening_cursor")),
    )


def _create_cases() -> None:
    """Create cases."""
    op.create_table(
        "case_file",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("record_id", BIG, nullable=False),
        sa.Column("station", sa.String(length=40), nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("time_us", BIG, nullable=False),
        sa.Column("plate", sa.String(length=16), nullable=True),
        sa.Column("over_kg", sa.Integer(), nullable=False),
        sa.Column("over_ppm", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_us", BIG, nullable=False),
        sa.Column("entered_us", BIG, nullable=False),
        sa.Column("due_us", BIG, nullable=True),
        sa.Column("gates", sa.LargeBinary(), nullable=False),
        sa.Column("cleared", sa.Boolean(), nullable=False),
        sa.Column("screened_us", BIG, nullable=True),
        sa.Column("screening_wanted", sa.Integer(), nullable=False),
        sa.Column("screening_done", sa.Integer(), nullable=False),
        sa.Column("trip", BIG, nullable=True),
        sa.Column("major", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("amount_cents", BIG, nullable=True),
        sa.Column("discussion_event", BIG, nullable=True),
        sa.Column("hearing_event", BIG, nullable=True),
        sa.Column("hearing_until_us", BIG, nullable=True),
        sa.Column("ruling", sa.String(length=20), nullable=True),
        sa.Column("decided_us", BIG, nullable=True),
        sa.Column("notified_us", BIG, nullable=True),
        sa.Column("closed_us", BIG, nullable=True),
        sa.Column("home_informed_us", BIG, nullable=True),
        sa.Column("published_us", BIG, nullable=True),
        sa.CheckConstraint("outcome IN ('penalty', 'warning', 'no-action')", name=op.f("ck_case_file_outcome")),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_case_file_record_id")),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name=op.f("fk_case_file_station")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_case_file_plate_time_us", "case_file", ["plate", "time_us"], unique=False)
    op.create_index("ix_case_file_screening_wanted_screening_done", "case_file", ["screening_wanted", "screening_done"], unique=False)
    op.create_index("ix_case_file_state_due_us_id", "case_file", ["state", "due_us", "id"], unique=False)
    op.create_index("ix_case_file_time_us_id", "case_file", ["time_us", "id"], unique=False)
    op.create_index("ix_case_file_trip", "case_file", ["trip"], unique=False)
    op.create_index("uq_case_file_record_id", "case_file", ["record_id"], unique=True)
    op.create_index("uq_case_file_station_seq", "case_file", ["station", "seq"], unique=True)


def _create_history() -> None:
    """Create what happened to cases, and who took part."""
    op.create_table(
        "case_event",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("time_us", BIG, nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=20), nullable=False),
        sa.Column("to_state", sa.String(length=20), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("entry_sha256", sa.String(length=64), nullable=False),
        sa.Column("act_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_case_event_act_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_event_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_case_event_case_id_version", "case_event", ["case_id", "version"], unique=True)
    op.create_table(
        "case_part",
        sa.Column("case_id", BIG, autoincrement=False, nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_part_case_id")),
        sa.PrimaryKeyConstraint("case_id", "person", "part", name=op.f("pk_case_part")),
    )
    op.create_index("ix_case_part_person_case_id", "case_part", ["person", "case_id"], unique=False)


def _create_findings() -> None:
    """Create what people found and stated, and the numbers of notices."""
    op.create_table(
        "case_exemption",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("exemption", sa.String(length=60), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("permit_number", sa.String(length=100), nullable=True),
        sa.Column("permit_from", sa.String(length=10), nullable=True),
        sa.Column("permit_until", sa.String(length=10), nullable=True),
        sa.Column("registered_kg", sa.Integer(), nullable=True),
        sa.Column("found_by", sa.String(length=60), nullable=False),
        sa.Column("found_us", BIG, nullable=False),
        sa.Column("lifted_by", sa.String(length=60), nullable=True),
        sa.Column("lifted_us", BIG, nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_exemption_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_exemption")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_case_exemption_case_id", "case_exemption", ["case_id"], unique=False)
    op.create_table(
        "case_objection",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column("received_us", BIG, nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_objection_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_objection")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_case_objection_case_id", "case_objection", ["case_id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("station", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("serial", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("case_id", BIG, nullable=False),
        sa.Column("issued_us", BIG, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_notice_case_id")),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name=op.f("fk_notice_station")),
        sa.PrimaryKeyConstraint("station", "year", "serial", name=op.f("pk_notice")),
    )
    op.create_index("uq_notice_case_id", "notice", ["case_id"], unique=True)
    op.create_index("uq_notice_number", "notice", ["number"], unique=True)


def _make_history_append_only() -> None:
    """Let the database itself refuse to change or delete what happened to a case."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER case_event_no_{verb.lower()} BEFORE {verb} ON case_event "
                "BEGIN SELECT RAISE(ABORT, 'the history of a case is only added to'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION case_event_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the history of a case is only added to'; END $$"
    )
    op.execute(
        "CREATE TRIGGER case_event_append_only BEFORE UPDATE OR DELETE ON case_event FOR EACH ROW EXECUTE FUNCTION case_event_refuse()"
    )
