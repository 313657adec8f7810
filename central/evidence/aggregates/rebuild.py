"""The sums made anew from the signed records, station by station: to fill them once, to check them, to mend them."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, Table, delete, func, insert, select
from sqlalchemy.orm import Session

from central.evidence.aggregates.passage import Passage, PlateState
from central.evidence.aggregates.rollups import MONTHS, NETWORK, Key, RollUp
from central.evidence.aggregates.tally import STATION_TALLY, SUMS, Tally, add_to_network, figures_of, keys_of, rows_of
from central.evidence.database import Database
from central.evidence.models import LateMatch, Record, Station, StationTally, Vehicle
from contract.records import RECORD, VehicleRecord

FETCH_ROWS: Final = 500
"""Records held in memory at once."""
DIFFERENCES_MAX: Final = 20
"""Most differences that are named; one wrong sum is rarely alone."""

OF_STATIONS: Final[tuple[Table, ...]] = (*SUMS, MONTHS.table, STATION_TALLY)
"""Tables keyed by station."""
Progress = Callable[[int], None]
"""Told how many further records were read."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A stored sum that is not what the records give; None where the row is missing on one side."""

    table: str
    key: Key
    stored: dict[str, int] | None
    by_records: dict[str, int] | None

    def __str__(self) -> str:
        return f"{self.table} {'/'.join(map(str, self.key))}: stored {self.stored}, by the records {self.by_records}"


def station_ids(session: Session) -> tuple[str, ...]:
    """Give the stations that may have sums."""
    return tuple(session.scalars(select(Station.id).order_by(Station.id)))


def record_count(session: Session) -> int:
    """Give how many records are stored, by counting them."""
    return session.scalar(select(func.count()).select_from(Record)) or 0


def rebuild_station(session: Session, station: str, progress: Progress = lambda _count: None) -> int:
    """Replace a station's sums by those of its records, and give how many rows were wrong; the session is a writing one."""
    tally = count_station(session, station, progress)
    differences = list(_differences(session, station, tally))
    add_to_network(session, _changes(differences))
    for table in OF_STATIONS:
        session.execute(delete(table).where(table.c.station == station))
        if rows := _rows(table, tally):
            session.execute(insert(table), rows)
    return len(differences)


def rebuild_network(session: Session) -> int:
    """Replace the network's sums by those of the stations, and give how many rows were wrong; the session is a writing one."""
    wrong = len(check_network(session))
    for one in NETWORK:
        session.execute(delete(one.table))
        session.execute(insert(one.table).from_select([*keys_of(one.table), *figures_of(one.table)], _total(one)))
    return wrong


def check_network(session: Session) -> list[Difference]:
    """Give where the network's sums are not those of the stations, at most `DIFFERENCES_MAX`; the session is one of a snapshot."""
    found: list[Difference] = []
    for one in NETWORK:
        names = tuple(keys_of(one.table))
        stored, wanted = (
            {key: row for key, row in _split(session, query, names) if any(row.values())} for query in (_all(one), _total(one))
        )
        unlike = (key for key in sorted(stored.keys() | wanted.keys()) if stored.get(key) != wanted.get(key))
        found += [Difference(one.table.name, key, stored.get(key), wanted.get(key)) for key in unlike]
    return found[:DIFFERENCES_MAX]


def check_station(session: Session, station: str, progress: Progress = lambda _count: None) -> list[Difference]:
    """Give where a station's stored sums are not those of its records, at most `DIFFERENCES_MAX`; the session is one of a snapshot."""
    found = _differences(session, station, count_station(session, station, progress))
    return [difference for difference, _ in zip(found, range(DIFFERENCES_MAX), strict=False)]


def fill(database: Database) -> list[str]:
    """Make the sums of stations that have records but no tally, as after the migration that brought the sums; give which."""
    with database.read() as session:
        known = set(session.scalars(select(StationTally.station)))
        missing = [station for station in station_ids(session) if station not in known]
    filled = []
    for station in missing:
        with database.write() as session:
            if session.scalar(select(Record.id).where(Record.station == station).limit(1)) is not None:
                rebuild_station(session, station)
                filled.append(station)
    return filled


def count_station(session: Session, station: str, progress: Progress = lambda _count: None) -> Tally:
    """Count a station's records afresh."""
    tally = Tally()
    for batch in _batches(session, station):
        own = [record.id for record, _ in batch]
        read_late = set(session.scalars(select(LateMatch.record_id).where(LateMatch.record_id.in_(own))))
        for record, vehicle in batch:
            tally.record(record.station, record.seq, record.time_us)
            if vehicle is not None:
                _count_vehicle(tally, record, vehicle, read_late=vehicle.record_id in read_late)
        progress(len(batch))
        session.expunge_all()
    return tally


def _count_vehicle(tally: Tally, record: Record, vehicle: Vehicle, *, read_late: bool) -> None:
    signed = RECORD.validate_json(record.payload)
    if not isinstance(signed, VehicleRecord):
        return  # `wim-central verify` names it; it counts nowhere
    passage = Passage.of(signed, enforceable=signed.verdict.enforceable and record.mark is None)
    tally.passage(passage)
    if read_late and passage.plate_state is PlateState.UNREAD:
        tally.read_late(vehicle.station, vehicle.time_us)
    if passage.overload and vehicle.plate is not None:
        tally.plate(vehicle.station, vehicle.time_us, vehicle.plate, vehicle.over_kg)


def _batches(session: Session, station: str) -> Iterator[list[tuple[Record, Vehicle | None]]]:
    query = select(Record, Vehicle).outerjoin(Vehicle, Vehicle.record_id == Record.id).order_by(Record.seq).limit(FETCH_ROWS)
    after = 0
    while rows := session.execute(query.where(Record.station == station, Record.seq > after)).all():
        yield [(record, vehicle) for record, vehicle in rows]
        after = rows[-1][0].seq


def _all(one: RollUp) -> Select[Any]:
    return select(*(one.table.c[name] for name in (*keys_of(one.table), *figures_of(one.table))))


def _total(one: RollUp) -> Select[Any]:
    """Add up the stations' rows of each key, in the order of `_all`'s columns."""
    keys = [one.of.c[name] for name in keys_of(one.table)]
    return select(*keys, *(func.sum(one.of.c[name]).label(name) for name in figures_of(one.table))).group_by(*keys)


def _split(session: Session, query: Select[Any], keys: tuple[str, ...]) -> Iterator[tuple[Key, dict[str, int]]]:
    """Give each row's key and its figures by name; PostgreSQL adds whole numbers up to decimal ones."""
    for row in session.execute(query).mappings():
        yield tuple(row[name] for name in keys), {name: int(value) for name, value in row.items() if name not in keys}


def _changes(differences: Iterable[Difference]) -> dict[str, dict[Key, Counter[str]]]:
    """Give what has to be added to stored sums that they are those of the records, by table."""
    changes: dict[str, dict[Key, Counter[str]]] = {table.name: defaultdict(Counter) for table in SUMS}
    for one in differences:
        if one.table in changes:
            changes[one.table][one.key].update(one.by_records or {})
            changes[one.table][one.key].subtract(one.stored or {})
    return changes


def _rows(table: Table, tally: Tally) -> list[dict[str, Any]]:
    if table is MONTHS.table:
        return rows_of(table, MONTHS.rolled(tally.sums[MONTHS.of.name]))
    if table is not STATION_TALLY:
        return rows_of(table, tally.sums[table.name])
    figures = figures_of(table)
    return [{"station": station} | dict(zip(figures, values, strict=True)) for station, values in tally.stations.items()]


def _differences(session: Session, station: str, tally: Tally) -> Iterator[Difference]:
    for table in OF_STATIONS:
        keys, figures = keys_of(table), figures_of(table)
        stored = dict(_split(session, select(table).where(table.c.station == station), keys))
        wanted = {tuple(row[key] for key in keys): {figure: row[figure] for figure in figures} for row in _rows(table, tally)}
        for key in sorted(stored.keys() | wanted.keys()):
            if stored.get(key) != wanted.get(key):
                yield Difference(table.name, key, stored.get(key), wanted.get(key))
