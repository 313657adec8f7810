"""Reading the evidence: pages of vehicles by key, one vehicle with all that belongs to it, what is new since a cursor.

Every function takes an open `Session` of `central.evidence.database.Database.read()` and gives frozen values that outlive it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self, TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session, undefer

from central.evidence.disclosures import held_texts, stored_record
from central.evidence.models import Blob, ChainState, Deletion, Media, Record, Supplement, Vehicle
from central.evidence.paging import page_rows, parse_page_key
from central.evidence.places import Place
from contract.disclosures import Disclosure, parse_record_envelope
from contract.faults import RejectError
from contract.media import MediaRef, MediaRole
from contract.records import SupplementRecord, VehicleRecord
from contract.verdicts import Outcome

FEW_MAX: Final = 1_000
"""Most vehicles that are looked up one by one and sorted: of more with the same text, the newest ones are near the list's end."""
Row = TypeVarTuple("Row")
_SIGNED_BYTES: Final = (undefer(Record.payload), undefer(Record.envelope))
"""Read with the row where they are needed: left to themselves, each is a question of its own."""


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
class VehicleFilter:
    """What a list is narrowed to; None leaves a field open.

    Times are UTC in µs, [from_us, until_us); `plate` matches any part of it; `over_permille_min` is the least excess, in thousandths of
    the limit; `within` are the stations of which the asker may know.
    """

    station: str | None = None
    from_us: int | None = None
    until_us: int | None = None
    outcome: Outcome | None = None
    enforceable: bool | None = None
    plate: str | None = None
    within: frozenset[str] | None = None
    lane: int | None = None
    axles: int | None = None
    vehicle_class: str | None = None
    over_permille_min: int | None = None
    speed_min_mm_s: int | None = None
    speed_max_mm_s: int | None = None


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


@dataclass(frozen=True, slots=True)
class Signed:
    """A record as it was signed and received: payload and signatures verbatim, and the texts beside them that are still held."""

    sha256: str
    payload: bytes
    bare_envelope: bytes
    disclosures: tuple[Disclosure, ...]
    key_id: str
    received_us: int
    chain: ChainState

    @property
    def envelope(self) -> bytes:
        """The envelope as it came, but for the texts that were deleted since.

        Raises
        ------
        RejectError
            ``not-an-envelope`` if what is stored is none.
        """
        if not self.disclosures:
            return self.bare_envelope
        return parse_record_envelope(self.bare_envelope, f"stored envelope of {self.sha256[:16]}").disclosing(self.disclosures)


@dataclass(frozen=True, slots=True)
class MediaItem:
    """A picture, clip or capture of a vehicle.

    `seq` is the record that vouches for it, `present` whether its bytes are here, `deleted_us` when they were deleted on schedule.
    """

    seq: int
    ref: MediaRef
    present: bool
    deleted_us: int | None = None


@dataclass(frozen=True, slots=True)
class SupplementDetail:
    """A record that names the vehicle's record, and the vehicle's very hash."""

    record: SupplementRecord
    signed: Signed


@dataclass(frozen=True, slots=True)
class VehicleDetail:
    """One vehicle with all that belongs to it; media of the supplements are included in `media`."""

    summary: VehicleSummary
    record: VehicleRecord
    signed: Signed
    supplements: tuple[SupplementDetail, ...]
    media: tuple[MediaItem, ...]


def find_vehicles(session: Session, narrowed: VehicleFilter, before: PageKey | None = None, limit: int = 50) -> VehiclePage:
    """Give a page of the list, newest passage first, starting just after `before`; at most `PAGE_ROWS_MAX` rows."""
    limit = page_rows(limit)
    query = narrow(_summaries(), narrowed).order_by(Vehicle.time_us.desc(), Vehicle.record_id.desc()).limit(limit + 1)
    if narrowed.plate and (few := _few_with_plate(session, narrowed.plate)) is not None:
        query = query.where(Vehicle.record_id.in_(few))
    if before is not None:
        query = query.where(tuple_(Vehicle.time_us, Vehicle.record_id) < tuple_(before.time_us, before.record_id))
    rows = [_summary(vehicle, record) for vehicle, record in session.execute(query)]
    page = tuple(rows[:limit])
    return VehiclePage(page, page[-1].key if len(rows) > limit else None)


def _few_with_plate(session: Session, part: str) -> list[int] | None:
    """Give the vehicles whose plate holds a text, None if they are more than `FEW_MAX`.

    The index of plates alone is read for it, a tenth of the table; without this a text that is rare, or nowhere, has the whole list read
    from its newest end. A text that is frequent is found there at once.
    """
    query = select(Vehicle.record_id).where(_holds(part)).limit(FEW_MAX + 1)
    found = list(session.scalars(query))
    return found if len(found) <= FEW_MAX else None


def _holds(part: str) -> ColumnElement[bool]:
    return Vehicle.plate.contains(part.strip().upper(), autoescape=True)


def passages_of(session: Session, plate: str, before: PageKey, limit: int = 20) -> tuple[VehicleSummary, ...]:
    """Give the passages of one plate, exactly as it is stored, before a place in the list; newest first."""
    place = tuple_(Vehicle.time_us, Vehicle.record_id) < tuple_(before.time_us, before.record_id)
    query = _summaries().where(Vehicle.plate == plate, place).order_by(Vehicle.time_us.desc(), Vehicle.record_id.desc())
    return tuple(_summary(vehicle, record) for vehicle, record in session.execute(query.limit(page_rows(limit))))


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


def is_swept(session: Session, station: str, seq: int) -> bool:
    """Whether a vehicle's plate was deleted on schedule."""
    query = select(Vehicle.swept_us).join(Record, Record.id == Vehicle.record_id).where(Record.station == station, Record.seq == seq)
    return session.scalar(query) is not None


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
    query = narrow(_summaries(), narrowed).where(or_(Vehicle.record_id.in_(ids), Vehicle.record_id.in_(supplemented)))
    rows = session.execute(query.order_by(Vehicle.record_id))
    return News(tuple(_summary(vehicle, record) for vehicle, record in rows), ids[-1])


def vehicle(session: Session, station: str, seq: int) -> VehicleDetail | None:
    """Give one vehicle with its supplements and media, None if there is none of that number."""
    query = _summaries().options(*_SIGNED_BYTES).where(Record.station == station, Record.seq == seq)
    found = session.execute(query).first()
    if found is None:
        return None
    row, own = found
    held = held_texts(session, [own.id])[own.id]
    parsed = stored_record(own, held)
    if not isinstance(parsed, VehicleRecord):
        raise RejectError("wrong-type", f"stored record {station}/{seq}", "is listed as a vehicle but its signed bytes are a supplement")
    supplements = _supplements(session, own)
    return VehicleDetail(
        summary=_summary(row, own),
        record=parsed,
        signed=_signed(own, held),
        supplements=tuple(detail for detail, _ in supplements),
        media=_media(session, [own.id, *(record_id for _, record_id in supplements)]),
    )


def _summaries() -> Select[Vehicle, Record]:
    return select(Vehicle, Record).join(Record, Record.id == Vehicle.record_id)


def narrow(query: Select[*Row], narrowed: VehicleFilter) -> Select[*Row]:
    """Narrow any query over `Vehicle` to what a filter leaves."""
    for condition in _conditions(narrowed):
        query = query.where(condition)
    return query


def _conditions(narrowed: VehicleFilter) -> Iterator[ColumnElement[bool]]:
    equal = (
        (Vehicle.station, narrowed.station),
        (Vehicle.outcome, None if narrowed.outcome is None else narrowed.outcome.value),
        (Vehicle.enforceable, narrowed.enforceable),
        (Vehicle.lane, narrowed.lane),
        (Vehicle.axles, narrowed.axles),
        (Vehicle.vehicle_class, narrowed.vehicle_class),
    )
    yield from (column == value for column, value in equal if value is not None)
    if narrowed.within is not None:
        yield Vehicle.station.in_(narrowed.within)
    if narrowed.from_us is not None:
        yield Vehicle.time_us >= narrowed.from_us
    if narrowed.until_us is not None:
        yield Vehicle.time_us < narrowed.until_us
    if narrowed.plate:
        yield _holds(narrowed.plate)
    if narrowed.over_permille_min is not None:
        # A vehicle without a limit has none to be over: the product is NULL, and NULL is not true.
        yield Vehicle.over_kg * 1_000 >= Vehicle.limit_kg * narrowed.over_permille_min
    if narrowed.speed_min_mm_s is not None:
        yield Vehicle.speed_mm_s >= narrowed.speed_min_mm_s
    if narrowed.speed_max_mm_s is not None:
        yield Vehicle.speed_mm_s <= narrowed.speed_max_mm_s


def _summary(row: Vehicle, own: Record) -> VehicleSummary:
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


def _signed(own: Record, held: list[Disclosure]) -> Signed:
    return Signed(own.sha256, own.payload, own.envelope, tuple(held), own.key_id, own.received_us, ChainState(own.chain))


def _supplements(session: Session, own: Record) -> list[tuple[SupplementDetail, int]]:
    query = (
        select(Record)
        .join(Supplement, Supplement.record_id == Record.id)
        .options(*_SIGNED_BYTES)
        .where(Supplement.station == own.station, Supplement.of_seq == own.seq, Supplement.of_sha256 == own.sha256)
        .order_by(Record.seq)
    )
    rows = session.scalars(query).all()
    held = held_texts(session, [later.id for later in rows])
    details = []
    for later in rows:
        parsed = stored_record(later, held[later.id])
        if isinstance(parsed, SupplementRecord):
            details.append((SupplementDetail(parsed, _signed(later, held[later.id])), later.id))
    return details


def _media(session: Session, record_ids: list[int]) -> tuple[MediaItem, ...]:
    query = (
        select(Media, Record.seq, Blob.sha256, Deletion.deleted_us)
        .join(Record, Record.id == Media.record_id)
        .outerjoin(Blob, Blob.sha256 == Media.sha256)
        .outerjoin(Deletion, Deletion.sha256 == Media.sha256)
        .where(Media.record_id.in_(record_ids))
        .order_by(Record.seq, Media.position)
    )
    return tuple(
        MediaItem(
            seq,
            MediaRef(role=MediaRole(item.role), sha256=item.sha256, media_type=item.media_type, size=item.size),
            present=present is not None,
            deleted_us=deleted_us,
        )
        for item, seq, present, deleted_us in session.execute(query)
    )
