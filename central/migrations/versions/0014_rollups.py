"""Sums of the sums: each station's months, and the days and hours of every station together; and indices that the analysis reads alone."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from central.evidence.aggregates.calendar import first_day, month_of

revision: Final = "0014"
down_revision: Final = "0013"

BIG: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAME: Final = sa.String(length=40)
DAY_FIGURES: Final = (
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
HOUR_FIGURES: Final = ("passages", "overloads")


def upgrade() -> None:
    """Bring the tables forward."""
    station = sa.Column("station", NAME, nullable=False)
    _sums("traffic_month", [_number("month"), station], DAY_FIGURES)
    _sums("network_day", [_number("day")], DAY_FIGURES)
    _sums("network_hour", [_number("month"), _number("weekday"), _number("hour")], HOUR_FIGURES)
    _fill("network_day", "day", "traffic_day", DAY_FIGURES)
    _fill("network_hour", "month, weekday, hour", "traffic_hour", HOUR_FIGURES)
    _fill_months()
    op.drop_index("ix_overload_plate_plate", "overload_plate")
    op.create_index("ix_overload_plate_plate_month_station", "overload_plate", ["plate", "month", "station", "overloads", "over_kg"])
    op.create_index("ix_case_file_outcome_state_time_us_station", "case_file", ["outcome", "state", "time_us", "station"])


def _fill(table: str, keys: str, finer: str, figures: tuple[str, ...]) -> None:
    totals = ", ".join(f"sum({figure})" for figure in figures)
    op.execute(f"INSERT INTO {table} ({keys}, {', '.join(figures)}) SELECT {keys}, {totals} FROM {finer} GROUP BY {keys}")  # noqa: S608 - names of ours


def _fill_months() -> None:
    """Add up the days of each month; which days those are, no two databases say alike."""
    connection = op.get_bind()
    first, last = connection.execute(sa.text("SELECT min(day), max(day) FROM traffic_day")).one()
    if first is None:
        return
    totals = ", ".join(f"sum({figure})" for figure in DAY_FIGURES)
    statement = sa.text(
        f"INSERT INTO traffic_month (month, station, {', '.join(DAY_FIGURES)}) "  # noqa: S608 - names of ours
        f"SELECT CAST(:month AS INTEGER), station, {totals} FROM traffic_day WHERE day >= :first AND day < :end GROUP BY station"
    )
    for month in range(month_of(first), month_of(last) + 1):
        connection.execute(statement, {"month": month, "first": first_day(month), "end": first_day(month + 1)})


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)


def _sums(table: str, keys: list[sa.Column[Any]], figures: tuple[str, ...]) -> None:
    """Create a table of figures that add up, under a key."""
    columns = [*keys, *(sa.Column(figure, BIG, nullable=False) for figure in figures)]
    op.create_table(table, *columns, sa.PrimaryKeyConstraint(*(key.name for key in keys), name=op.f(f"pk_{table}")))
