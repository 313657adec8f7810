"""Vehicles as lists show them: by pages, by plate, and what is new since a cursor.

Every function takes an open `Session` of `central.evidence.database.Database.read()` and gives frozen values that outlive it.
"""

from dataclasses import dataclass
from typing import Final, Self

from sqlalchemy import Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from central.evidence.models import ChainState, Record, Supplement, Vehicle
from central.evidence.paging import page_rows, parse_page_key
from central.evidence.places import Place
from central.evidence.vehicle_filter import VehicleFilter, holds_text, narrow
from contract.verdicts import Outcome

FEW_MAX: Final = 1_000
"""Most vehicles that are looked up one by one and sorted: of more with the same text, the newest ones are near the list's end."""


@dataclass(frozen=True, slots=True)
class PageKey:
    """Place in the list, which is ordered by passage time, then by arrival; written ``<time_us>-<record id>`` in addresses."""

    time_us: int
    record_id: int

    def __str__(self) -> str:
        return f"{self.time_us}-{self.record_id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a key from an address.

        Raises
        ------
        RejectError
            ``bad-page-key`` if it is none.
        """
        return cls(*parse_page_key(text, "<time_us>-<number>"))


@dataclass(frozen=True, slots=True)
class VehicleSummary:
    """One line of the list. `limit_kg` is None where no limit fits; `mark` is a fault to be seen with the record, or None."""

    key: PageKey
    station: str
    seq: int
    lane: int
    time_us: int
    received_us: int
    plate: str | None
    plate_certainty_ppm: int
    axles: int
    vehicle_class: str
    speed_mm_s: int
    gross_kg: int
    gross_u_kg: int
    limit_kg: int | None
    over_kg: int
    outcome: Outcome
    enforceable: bool
    playback: bool
    chain: ChainState
    mark: str | None
    swept_us: int | None = None
    """When its media and plate were deleted on schedule."""


@dataclass(frozen=True, slots=True)
class VehiclePage:
    """Some lines, newest passage first, and the key of the next page, None on the last."""

    rows: tuple[VehicleSummary, ...]
    next_key: PageKey | None


@dataclass(frozen=True, slots=True)
class News:
    """Vehicles that arrived, or got a supplement, after a cursor, in order of arrival; and the cursor for the next question."""

    rows: tuple[VehicleSummary, ...]
    cursor: int


def find_vehicles(session: Session, narrowed: VehicleFilter, before: PageKey | None = None, limit: int = 50) -> VehiclePage:
    """Give a page of the list, newest passage first, starting just after `before`; at most `PAGE_ROWS_MAX` rows."""
    limit = page_rows(limit)
    query = narrow(summaries(), narrowed).order_by(Vehicle.time_us.desc(), Vehicle.record_id.desc()).limit(limit + 1)
    if narrowed.plate and (few := _few_with_plate(session, narrowed.plate)) is not None:
        query = query.where(Vehicle.record_id.in_(few))
    if before is not None:
        query = query.where(tuple_(Vehicle.time_us, Vehicle.record_id) < tuple_(before.time_us, before.record_id))
    rows = [summary_of(vehicle, record) for vehicle, record in session.execute(query)]
    page = tuple(rows[:limit])
    return VehiclePage(page, page[-1].key if len(rows) > limit else None)


def _few_with_plate(session: Session, part: str) -> list[int] | None:
    """Give the vehicles whose plate holds a text, None if they are more than `FEW_MAX`.

    The index of plates alone is read for it, a tenth of the table; without this a text that is rare, or nowhere, has the whole list read
    from its newest end. A text that is frequent is found there at once.
    """
    query = select(Vehicle.record_id).where(holds_text(part)).limit(FEW_MAX + 1)
    found = list(session.scalars(query))
    return found if len(found) <= FEW_MAX else None


def passages_of(session: Session, plate: str, before: PageKey, limit: int = 20) -> tuple[VehicleSummary, ...]:
    """Give the passages of one plate, exactly as it is stored, before a place in the list; newest first."""
    place = tuple_(Vehicle.time_us, Vehicle.record_id) < tuple_(before.time_us, before.record_id)
    query = summaries().where(Vehicle.plate == plate, place).order_by(Vehicle.time_us.desc(), Vehicle.record_id.desc())
    return tuple(summary_of(vehicle, record) for vehicle, record in session.execute(query.limit(page_rows(limit))))


def sightings_of(session: Session, of: VehicleSummary, *, within_us: int, certainty_ppm: int, limit: int) -> tuple[Place, ...]:
    """Give the other passages of a vehicle's plate in real time, at least so certain, and so near in time; the nearest first."""
    query = select(Vehicle.station, Vehicle.seq).where(
        Vehicle.plate == of.plate,
        Vehicle.record_id != of.key.record_id,
        Vehicle.time_us.between(of.time_us - within_us, of.time_us + within_us),
        Vehicle.plate_certainty_ppm >= certainty_ppm,
        Vehicle.playback.is_(False),
    )
    nearest = query.order_by(func.abs(Vehicle.time_us - of.time_us), Vehicle.station, Vehicle.seq).limit(limit)
    return tuple((station, seq) for station, seq in session.execute(nearest))


def latest_cursor(session: Session) -> int:
    """Give the cursor after everything that is stored now; 0 when nothing is."""
    return session.scalar(select(func.max(Record.id))) or 0


def vehicles_since(session: Session, cursor: int, narrowed: VehicleFilter, limit: int = 200) -> News:
    """Give what arrived after `cursor`: new vehicles, and vehicles that a new supplement belongs to, each once."""
    limit = page_rows(limit)
    arrived = list(
        session.execute(select(Record.id, Record.station, Record.seq).where(Record.id > cursor).order_by(Record.id).limit(limit))
    )
    if not arrived:
        return News((), cursor)
    ids = [row.id for row in arrived]
    supplemented = (
        select(Record.id)
        .join(Supplement, and_(Supplement.station == Record.station, Supplement.of_seq == Record.seq))
        .where(Supplement.record_id.in_(ids))
    )
    query = narrow(summaries(), narrowed).where(or_(Vehicle.record_id.in_(ids), Vehicle.record_id.in_(supplemented)))
    rows = session.execute(query.order_by(Vehicle.record_id))
    return News(tuple(summary_of(vehicle, record) for vehicle, record in rows), ids[-1])


def summaries() -> Select[Vehicle, Record]:
    """Ask for vehicles with their own records."""
    return select(Vehicle, Record).join(Record, Record.id == Vehicle.record_id)


def summary_of(row: Vehicle, own: Record) -> VehicleSummary:
    """Give a row as lists show it; `own` is the vehicle's record."""
    return VehicleSummary(
        key=PageKey(row.time_us, row.record_id),
        station=row.station,
        seq=row.seq,
        lane=row.lane,
        time_us=row.time_us,
        received_us=own.received_us,
        plate=row.plate,
        plate_certainty_ppm=row.plate_certainty_ppm,
        axles=row.axles,
        vehicle_class=row.vehicle_class,
        speed_mm_s=row.speed_mm_s,
        gross_kg=row.gross_kg,
        gross_u_kg=row.gross_u_kg,
        limit_kg=row.limit_kg,
        over_kg=row.over_kg,
        outcome=Outcome(row.outcome),
        enforceable=row.enforceable,
        playback=row.playback,
        chain=ChainState(own.chain),
        mark=own.mark,
        swept_us=row.swept_us,
    )
