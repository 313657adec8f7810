"""One verified record into its tables and the log: the signed bytes verbatim, the texts that they hide, and what lists need of both."""

from operator import itemgetter

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from central.evidence.disclosures import held_texts, hold_texts, stored_record
from central.evidence.events import EventType, emit
from central.evidence.log.leaves import log_record
from central.evidence.models import ChainState, Media, Record, Supplement, Vehicle
from central.ingest.verify import Checked, Neighbours
from contract.chain import Link
from contract.records import PLATE_MAX, PlateEntry, SupplementRecord, VehicleRecord
from contract.verdicts import Outcome

REAL_TIME_PPM = 1_000_000


def neighbours_of(session: Session, checked: Checked) -> Neighbours:
    """Give what is stored around a record, within the transaction that will store it."""
    record = checked.record
    query = select(Record.seq, Record.sha256, Record.prev_sha256).where(Record.station == record.station)
    around = {row.seq: row for row in session.execute(query.where(Record.seq.between(record.seq - 1, record.seq + 1)))}
    own, before, after = (around.get(record.seq + offset) for offset in (0, -1, 1))
    supplemented = None
    if isinstance(record, SupplementRecord):
        kind = select(Record.sha256, Record.type).where(Record.station == record.station, Record.seq == record.of_seq)
        found = session.execute(kind).first()
        supplemented = None if found is None else (found.sha256, found.type)
    return Neighbours(
        own_sha256=None if own is None else own.sha256,
        before=None if before is None else Link(before.seq, before.sha256),
        after_names=None if after is None else after.prev_sha256,
        supplemented=supplemented,
    )


def store(session: Session, checked: Checked, neighbours: Neighbours, now_us: int) -> None:
    """Add a record that `place` has let through."""
    record, authentic = checked.record, checked.authentic
    linked = record.seq == 1 or neighbours.before is not None
    row = Record(
        station=record.station,
        seq=record.seq,
        sha256=checked.link.sha256,
        prev_sha256=record.prev_sha256,
        type=record.type,
        time_us=record.time_us,
        received_us=now_us,
        key_id=authentic.key_id,
        chain=(ChainState.LINKED if linked else ChainState.PENDING).value,
        mark=checked.mark,
        payload=authentic.payload,
        envelope=authentic.envelope.bare,
    )
    session.add(row)
    session.flush()
    log_record(session, row, now_us)
    if neighbours.after_names is not None:
        session.execute(
            update(Record).where(Record.station == record.station, Record.seq == record.seq + 1).values(chain=ChainState.LINKED.value)
        )
    if not _comes_after_sweep(session, record):
        hold_texts(session, row.id, record.disclosures)
    session.add_all(
        Media(record_id=row.id, position=position, role=item.role.value, sha256=item.sha256, media_type=item.media_type, size=item.size)
        for position, item in enumerate(record.media)
    )
    if isinstance(record, VehicleRecord):
        vehicle = _vehicle(record, row)
        session.add(vehicle)
        _tell(session, vehicle, now_us)
    else:
        session.add(Supplement(record_id=row.id, station=record.station, of_seq=record.of_seq, of_sha256=record.of_sha256))
    session.flush()
    _show_late_plate(session, record, checked.link.sha256)


def _comes_after_sweep(session: Session, record: VehicleRecord | SupplementRecord) -> bool:
    """Whether it belongs to a vehicle whose plate was deleted on schedule: its texts are not kept, its media go with the next sweep."""
    if isinstance(record, VehicleRecord):
        return False
    query = select(Vehicle.swept_us).where(Vehicle.station == record.station, Vehicle.seq == record.of_seq)
    return session.scalar(query) is not None


def _vehicle(record: VehicleRecord, row: Record) -> Vehicle:
    gross = record.verdict.gross
    return Vehicle(
        record_id=row.id,
        station=record.station,
        seq=record.seq,
        lane=record.lane,
        time_us=record.time_us,
        plate=record.plate,
        plate_certainty_ppm=record.plate_certainty_ppm,
        axles=len(record.axles),
        vehicle_class=record.vehicle_class,
        speed_mm_s=record.speed_mm_s,
        gross_kg=record.gross_kg,
        gross_u_kg=record.gross_u_kg,
        limit_kg=None if gross is None else gross.limit_kg,
        over_kg=0 if gross is None else gross.over_kg,
        outcome=record.verdict.outcome.value,
        # What central can not confirm is never offered for enforcement.
        enforceable=record.verdict.enforceable and row.mark is None,
        playback=record.clock.playback_ppm != REAL_TIME_PPM,
    )


def _tell(session: Session, vehicle: Vehicle, now_us: int) -> None:
    """Tell other systems of an overload: that it is there and how heavy, not whose."""
    if vehicle.outcome == Outcome.OVERLOAD.value:
        data: dict[str, str | int | bool | None] = {
            "station": vehicle.station,
            "seq": vehicle.seq,
            "time_us": vehicle.time_us,
            "gross_kg": vehicle.gross_kg,
            "over_kg": vehicle.over_kg,
            "enforceable": vehicle.enforceable,
        }
        emit(session, EventType.RECORD_OVERLOAD, f"vehicle/{vehicle.station}/{vehicle.seq}", data, now_us)


def _show_late_plate(session: Session, record: VehicleRecord | SupplementRecord, sha256: str) -> None:
    """Let the list show a plate that came in a supplement, in whichever order vehicle and supplement arrived."""
    if isinstance(record, VehicleRecord) and record.plate is not None:
        return
    seq, of_sha256 = (record.seq, sha256) if isinstance(record, VehicleRecord) else (record.of_seq, record.of_sha256)
    query = select(Vehicle).join(Record, Record.id == Vehicle.record_id)
    vehicle = session.scalars(query.where(Vehicle.station == record.station, Vehicle.seq == seq, Record.sha256 == of_sha256)).first()
    if vehicle is None or vehicle.plate is not None or vehicle.swept_us is not None:
        return
    plates = record.plates if isinstance(record, SupplementRecord) else _waiting_plates(session, record.station, seq, of_sha256)
    readable = [(plate.certainty_ppm, text) for plate in plates if (text := plate.text) and not plate.is_trailer]
    if readable:
        vehicle.plate_certainty_ppm, text = max(readable, key=itemgetter(0))
        vehicle.plate = text[:PLATE_MAX]


def _waiting_plates(session: Session, station: str, of_seq: int, of_sha256: str) -> tuple[PlateEntry, ...]:
    query = select(Record).join(Supplement, Supplement.record_id == Record.id)
    rows = session.scalars(query.where(Supplement.station == station, Supplement.of_seq == of_seq, Supplement.of_sha256 == of_sha256)).all()
    held = held_texts(session, [row.id for row in rows])
    return tuple(plate for row in rows for plate in stored_record(row, held[row.id]).plates)
