"""Sums over the passages, a tally of each station's records, and the register of carriers.

The sums of records that are here already are made by `wim-central run` when it starts, station by station (`aggregates.rebuild.fill`).
"""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0008"
down_revision: Final = "0007"

BIG: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAME: Final = sa.String(length=40)


def upgrade() -> None:
    """Bring the tables forward."""
    _sums("station_tally", [sa.Column("station", NAME, nullable=False)], "records", "last_seq", "last_record_us")
    _sums(
        "traffic_day",
        [sa.Column("day", sa.Integer(), autoincrement=False, nullable=False), sa.Column("station", NAME, nullable=False)],
        "passages",
        "assessed",
        "inside_guard",
        "overloads",
        "enforceable",
        "unread",
        "unsure",
        "over_kg",
        "damage_ppm",
        "overload_damage_ppm",
    )
    weekday = sa.Column("weekday", sa.Integer(), autoincrement=False, nullable=False)
    hour = sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False)
    _sums("traffic_hour", [*_month_and_station(), weekday, hour], "passages", "overloads")
    vehicle_class = sa.Column("vehicle_class", sa.String(length=40), nullable=False)
    _sums("traffic_class", [*_month_and_station(), vehicle_class], "assessed", "overloads", "over_kg", "damage_ppm")
    degree = sa.Column("degree", sa.Integer(), autoincrement=False, nullable=False)
    _sums("traffic_degree", [*_month_and_station(), degree], "overloads", "enforceable", "over_kg")
    _sums("overload_plate", [*_month_and_station(), sa.Column("plate", sa.String(length=16), nullable=False)], "overloads", "over_kg")
    op.create_index("ix_overload_plate_plate", "overload_plate", ["plate"])
    op.create_table(
        "late_match",
        sa.Column("record_id", BIG, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["record_id"], ["record.id"], name=op.f("fk_late_match_record_id")),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_late_match")),
    )
    op.create_table(
        "carrier",
        sa.Column("plate", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("plate", name=op.f("pk_carrier")),
    )


def _month_and_station() -> list[sa.Column[Any]]:
    return [sa.Column("month", sa.Integer(), autoincrement=False, nullable=False), sa.Column("station", NAME, nullable=False)]


def _sums(table: str, keys: list[sa.Column[Any]], *figures: str) -> None:
    """Create a table of figures that add up, under a key."""
    columns = [*keys, *(sa.Column(figure, BIG, nullable=False) for figure in figures)]
    op.create_table(table, *columns, sa.PrimaryKeyConstraint(*(key.name for key in keys), name=op.f(f"pk_{table}")))
