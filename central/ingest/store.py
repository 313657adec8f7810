"""One verified record into its tables: the signed bytes verbatim, and what lists need of them."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from central.evidence.aggregates.passage import Passage
from central.evidence.aggregates.tally import Tally
from central.evidence.late_plates import surest_plate
from central.evidence.models import ChainState, Media, Record, Supplement, Vehicle
from central.ingest.verify import Checked, Neighbours
from contract.chain import Link
from contract.records import PlateEntry, SupplementRecord, VehicleRecord
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


def store(session: Session, checked: Checked, neighbours: Neighbours, tally: Tally, now_us: int) -> None:
    """Add a record that `place` has let through; what it changes of the sums is gathered in `tally`."""
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
        envelope=authentic.message.data,
    )
    session.add(row)
    session.flush()
    if neighbours.after_names is not None:
        session.execute(
            update(Record).where(Record.station == record.station, Record.seq == record.seq + 1).values(chain=ChainState.LINKED.value)
        )
    session.add_all(
        Media(record_id=row.id, position=position, role=item.role.value, sha256=item.sha256, media_type=item.media_type, size=item.size)
        for position, item in enumerate(record.media)
    )
    tally.record(record.station, record.seq, record.time_us)
    if isinstance(record, VehicleRecord):
        vehicle = _vehicle(record, row)
        session.add(vehicle)
        tally.passage(Passage.of(record, enforceable=vehicle.enforceable))
        _tally_plate(tally, vehicle)
    else:
        session.add(Supplement(record_id=row.id, station=record.station, of_seq=record.of_seq, of_sha256=record.of_sha256))
    session.flush()
    _show_late_plate(session, record, checked.link.sha256, tally)


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


def _tally_plate(tally: Tally, vehicle: Vehicle) -> None:
    if vehicle.plate is not None and vehicle.outcome == Outcome.OVERLOAD.value:
        tally.plate(vehicle.station, vehicle.time_us, vehicle.plate, vehicle.over_kg)


def _show_late_plate(session: Session, record: VehicleRecord | SupplementRecord, sha256: str, tally: Tally) -> None:
    """Let the list show a plate that came in a supplement, in whichever order vehicle and supplement arrived."""
    if isinstance(record, VehicleRecord) and record.plate is not None:
        return
    seq, of_sha256 = (record.seq, sha256) if isinstance(record, VehicleRecord) else (record.of_seq, record.of_sha256)
    query = select(Vehicle).join(Record, Record.id == Vehicle.record_id)
    vehicle = session.scalars(query.where(Vehicle.station == record.station, Vehicle.seq == seq, Record.sha256 == of_sha256)).first()
    if vehicle is None or vehicle.plate is not None or vehicle.swept_us is not None:
        return
    plates = record.plates if isinstance(record, SupplementRecord) else _waiting_plates(session, record.station, seq, of_sha256)
    best = surest_plate(plates)
    if best is not None:
        vehicle.plate, vehicle.plate_certainty_ppm = best.text[:16], best.certainty_ppm
        tally.read_late(vehicle.station, vehicle.time_us)
        _tally_plate(tally, vehicle)


def _waiting_plates(session: Session, station: str, of_seq: int, of_sha256: str) -> tuple[PlateEntry, ...]:
    query = select(Record.payload).join(Supplement, Supplement.record_id == Record.id)
    payloads = session.scalars(query.where(Supplement.station == station, Supplement.of_seq == of_seq, Supplement.of_sha256 == of_sha256))
    return tuple(plate for payload in payloads for plate in SupplementRecord.model_validate_json(payload).plates)
