"""What one transaction changes of the sums, gathered in memory and written at its end: one statement per table, not per record."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Insert, Table, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from central.evidence.aggregates.calendar import Moment
from central.evidence.aggregates.passage import Passage, PlateState
from central.evidence.aggregates.rollups import MONTHS, NETWORK, Key, Sums, table_of
from central.evidence.models import OverloadPlate, StationTally, TrafficClass, TrafficDay, TrafficDegree, TrafficHour, Vehicle
from contract.verdicts import Outcome

SUMS: Final[tuple[Table, ...]] = tuple(table_of(model) for model in (TrafficDay, TrafficHour, TrafficClass, TrafficDegree, OverloadPlate))
"""Tables whose figures only add up."""
STATION_TALLY: Final = table_of(StationTally)
_DAY, _HOUR, _CLASS, _DEGREE, _PLATE = (table.name for table in SUMS)


class Tally:
    """Gathers what records and changes count; `write` adds it to the sums, once, in the transaction of what it counts."""

    def __init__(self) -> None:
        self.sums: dict[str, dict[Key, Counter[str]]] = {table.name: defaultdict(Counter) for table in SUMS}
        self.stations: dict[str, tuple[int, int, int]] = {}
        """Per station: records, greatest number, latest time."""

    def record(self, station: str, seq: int, time_us: int) -> None:
        """Count a record of any type."""
        records, last_seq, last_us = self.stations.get(station, (0, 0, 0))
        self.stations[station] = (records + 1, max(last_seq, seq), max(last_us, time_us))

    def passage(self, one: Passage) -> None:
        """Count a vehicle; its plate is counted by `plate`."""
        at, station = one.at, one.station
        self.sums[_DAY][at.day, station].update(
            passages=1,
            assessed=one.assessed,
            inside_guard=one.inside_guard,
            overloads=one.overload,
            enforceable=one.enforceable,
            unread=one.plate_state is PlateState.UNREAD,
            unsure=one.plate_state is PlateState.UNSURE,
            over_kg=one.over_kg,
            damage_ppm=one.damage_ppm,
            overload_damage_ppm=one.damage_ppm if one.overload else 0,
        )
        self.sums[_HOUR][at.month, station, at.weekday, at.hour].update(passages=1, overloads=one.overload)
        if one.assessed:
            self.sums[_CLASS][at.month, station, one.vehicle_class].update(
                assessed=1, overloads=one.overload, over_kg=one.over_kg, damage_ppm=one.damage_ppm
            )
        if one.degree is not None:
            self.sums[_DEGREE][at.month, station, one.degree].update(overloads=1, enforceable=one.enforceable, over_kg=one.over_kg)

    def read_late(self, station: str, time_us: int) -> None:
        """Count a passage as read whose first plate came in a supplement."""
        self.sums[_DAY][Moment.of(time_us).day, station].update(unread=-1)

    def plate(self, station: str, time_us: int, plate: str, over_kg: int, *, times: int = 1) -> None:
        """Count an overload under its plate, or with `times` = -1 take it back because the plate is deleted."""
        self.sums[_PLATE][Moment.of(time_us).month, station, plate].update(overloads=times, over_kg=times * over_kg)

    def write(self, session: Session) -> None:
        """Add all of it to the stored sums."""
        for table in SUMS:
            _add(session, table, rows_of(table, self.sums[table.name]))
        _add(session, MONTHS.table, rows_of(MONTHS.table, MONTHS.rolled(self.sums[MONTHS.of.name])))
        add_to_network(session, self.sums)
        if any(counts["overloads"] < 0 for counts in self.sums[_PLATE].values()):
            session.execute(delete(OverloadPlate).where(OverloadPlate.overloads <= 0))
        tallies = [
            {"station": station, "records": records, "last_seq": last_seq, "last_record_us": last_us}
            for station, (records, last_seq, last_us) in sorted(self.stations.items())
        ]
        _add(session, STATION_TALLY, tallies, greatest=("last_seq", "last_record_us"))


def add_to_network(session: Session, sums: Mapping[str, Sums]) -> None:
    """Add what was added to the stations' sums, by their tables, to those of the network; what was taken away is negative."""
    for one in NETWORK:
        _add(session, one.table, rows_of(one.table, one.rolled(sums[one.of.name])))


def keys_of(table: Table) -> tuple[str, ...]:
    """Give the names of a table's key columns."""
    return tuple(column.name for column in table.primary_key)


def figures_of(table: Table) -> tuple[str, ...]:
    """Give the names of the columns that are sums."""
    return tuple(column.name for column in table.columns if not column.primary_key)


def rows_of(table: Table, sums: Sums) -> list[dict[str, Any]]:
    """Give gathered sums as rows, by key; rows that say nothing are left out."""
    keys, figures = keys_of(table), figures_of(table)
    return [
        dict(zip(keys, key, strict=True)) | {figure: int(counts[figure]) for figure in figures}
        for key, counts in sorted(sums.items())
        if any(counts.values())
    ]


def _add(session: Session, table: Table, rows: Sequence[Mapping[str, Any]], greatest: tuple[str, ...] = ()) -> None:
    """Add rows to those of the same key; of the columns `greatest` the greater value stays."""
    if rows:
        session.connection().execute(_adding(table, greatest, session.get_bind().dialect.name), rows)


@cache
def _adding(table: Table, greatest: tuple[str, ...], dialect: str) -> Insert:
    statement: sqlite.Insert | postgresql.Insert = sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
    stored, new = table.c, statement.excluded
    changed = {
        figure: case((stored[figure] > new[figure], stored[figure]), else_=new[figure])
        if figure in greatest
        else stored[figure] + new[figure]
        for figure in figures_of(table)
    }
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=changed)


def forget_plates(session: Session, record_ids: Sequence[int]) -> None:
    """Take the plates of some vehicles out of the sums, in the transaction that deletes them and before it does.

    What the passages count otherwise stands: that a plate was read is no plate.
    """
    query = select(Vehicle.station, Vehicle.time_us, Vehicle.plate, Vehicle.over_kg).where(
        Vehicle.record_id.in_(record_ids), Vehicle.plate.is_not(None), Vehicle.outcome == Outcome.OVERLOAD.value
    )
    tally = Tally()
    for station, time_us, plate, over_kg in session.execute(query):
        tally.plate(station, time_us, str(plate), over_kg, times=-1)
    tally.write(session)
