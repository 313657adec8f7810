"""The columns of an export as a table, the same for CSV and Parquet: names carry the units, as in the signed records."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from central.exports.rows import ExportRow

Value = str | int | bool | tuple[int | None, ...] | None


class Kind(StrEnum):
    """What a column holds; `LIST` is one integer for each axle, absent where nothing was measured."""

    TEXT = "text"
    INTEGER = "integer"
    YES_NO = "yes-no"
    MOMENT = "moment"
    """Microseconds since 1970 UTC."""
    LIST = "list"


UNITS: Final = {
    "_ppm": "[ppm]",
    "_mm_s2": "mm/s2",
    "_mm_s": "mm/s",
    "_mm": "mm",
    "_kg": "kg",
    "_c_milli": "mCel",
}
"""Units by the end of a column's name, longest first."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `unit` in the notation of UCUM, empty where it has none."""

    name: str
    kind: Kind
    of: Callable[[ExportRow], Value]

    @property
    def unit(self) -> str:
        """What one of it is, as the end of its name says."""
        return next((unit for end, unit in UNITS.items() if self.name.endswith(end)), "")


COLUMNS: Final = (
    Column("station", Kind.TEXT, lambda row: row.station),
    Column("seq", Kind.INTEGER, lambda row: row.seq),
    Column("lane", Kind.INTEGER, lambda row: row.lane),
    Column("time_utc", Kind.MOMENT, lambda row: row.time_us),
    Column("plate", Kind.TEXT, lambda row: row.plate),
    Column("plate_certainty_ppm", Kind.INTEGER, lambda row: row.plate_certainty_ppm),
    Column("class", Kind.TEXT, lambda row: row.vehicle_class),
    Column("body", Kind.TEXT, lambda row: row.body),
    Column("fhwa_class", Kind.INTEGER, lambda row: row.fhwa_class),
    Column("eu_class", Kind.TEXT, lambda row: row.eu_class),
    Column("axles", Kind.INTEGER, lambda row: len(row.axles)),
    Column("gross_kg", Kind.INTEGER, lambda row: row.gross_kg),
    Column("gross_u_kg", Kind.INTEGER, lambda row: row.gross_u_kg),
    Column("limit_kg", Kind.INTEGER, lambda row: row.limit_kg),
    Column("over_kg", Kind.INTEGER, lambda row: row.over_kg),
    Column("outcome", Kind.TEXT, lambda row: row.outcome),
    Column("enforceable", Kind.YES_NO, lambda row: row.enforceable),
    Column("playback", Kind.YES_NO, lambda row: row.playback),
    Column("speed_mm_s", Kind.INTEGER, lambda row: row.speed_mm_s),
    Column("acceleration_mm_s2", Kind.INTEGER, lambda row: row.acceleration_mm_s2),
    Column("length_mm", Kind.INTEGER, lambda row: row.length_mm),
    Column("pavement_c_milli", Kind.INTEGER, lambda row: row.pavement_c_milli),
    Column("axle_loads_kg", Kind.LIST, lambda row: tuple(axle.load_kg for axle in row.axles)),
    Column("axle_u_kg", Kind.LIST, lambda row: tuple(axle.u_kg for axle in row.axles)),
    Column("axle_left_kg", Kind.LIST, lambda row: tuple(axle.left_kg for axle in row.axles)),
    Column("axle_right_kg", Kind.LIST, lambda row: tuple(axle.right_kg for axle in row.axles)),
    Column("axle_spacings_mm", Kind.LIST, lambda row: tuple(axle.spacing_mm for axle in row.axles[1:])),
    Column("axle_groups", Kind.LIST, lambda row: tuple(axle.group for axle in row.axles)),
    Column("received_utc", Kind.MOMENT, lambda row: row.received_us),
    Column("record_sha256", Kind.TEXT, lambda row: row.sha256),
)
