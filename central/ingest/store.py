"""The verified records of one transaction into their tables: the signed bytes verbatim, what lists need, what they add to the sums."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, tuple_, update
from sqlalchemy.orm import Session

from central.evidence.aggregates.passage import Passage
from central.evidence.aggregates.tally import Tally
from central.evidence.late_plates import surest_plate
from central.evidence.models import ChainState, LateMatch, Media, Record, Supplement, Vehicle
from central.ingest.surroundings import Surroundings
from central.ingest.verify import Checked, place
from contract.records import PlateEntry, SupplementRecord, VehicleRecord
from contract.units import PPM
from contract.verdicts import Outcome

Row = dict[str, Any]
Place = tuple[str, int]
"""Station and number of a record."""


class Batch:
    """Takes records one by one, as they came, and writes all of them at once: some statements per batch, not per record.

    Parameters
    ----------
    session
        A writing one.
    checked
        Every record that `take` may be given.
    now_us
        When they count as received.
    """

    def __init__(self, session: Session, checked: Sequence[Checked], now_us: int) -> None:
        self._session = session
        self._now_us = now_us
        self._around = Surroundings(session, checked)
        self._taken: dict[Place, Checked] = {}
        self._rows: dict[Place, Row] = {}
        self._linked_later: list[Place] = []

    def take(self, checked: Checked) -> bool:
        """Take a record for storing; False if this very record is stored already.

        Raises
        ------
        RejectError
            As `place`.
        """
        neighbours = self._around.of(checked)
        if not place(checked, neighbours):
            return False
        record, authentic = checked.record, checked.authentic
        own, after = (record.station, record.seq), (record.station, record.seq + 1)
        linked = record.seq == 1 or neighbours.before is not None
        if neighbours.after_names is not None:
            if after in self._rows:
                self._rows[after]["chain"] = ChainState.LINKED.value
            else:
                self._linked_later.append(after)
        self._around.add(checked)
        self._taken[own] = checked
        self._rows[own] = {
            "station": record.station,
            "seq": record.seq,
            "sha256": checked.link.sha256,
            "prev_sha256": record.prev_sha256,
            "type": record.type,
            "time_us": record.time_us,
            "received_us": self._now_us,
            "key_id": authentic.key_id,
            "chain": (ChainState.LINKED if linked else ChainState.PENDING).value,
            "mark": checked.mark,
            "payload": authentic.payload,
            "envelope": authentic.message.data,
        }
        return True

    def write(self) -> None:
        """Write what was taken, in the order in which it was taken."""
        if not self._taken:
            return
        session, tally = self._session, Tally()
        returning = insert(Record).returning(Record.id, sort_by_parameter_order=True)
        ids = session.scalars(returning, list(self._rows.values())).all()
        stored = list(zip(ids, self._taken.values(), strict=True))
        if self._linked_later:
            linked = update(Record).where(tuple_(Record.station, Record.seq).in_(self._linked_later))
            session.execute(linked.values(chain=ChainState.LINKED.value), execution_options={"synchronize_session": False})
        vehicles = [
            _vehicle_row(checked.record, row_id, checked.mark) for row_id, checked in stored if isinstance(checked.record, VehicleRecord)
        ]
        _insert(session, Vehicle, vehicles)
        _insert(session, Supplement, [row for row_id, checked in stored for row in _supplement_rows(checked.record, row_id)])
        _insert(session, Media, [row for row_id, checked in stored for row in _media_rows(checked.record, row_id)])
        for _, checked in stored:
            tally.record(checked.record.station, checked.record.seq, checked.record.time_us)
            if isinstance(checked.record, VehicleRecord):
                tally.passage(Passage.of(checked.record, enforceable=checked.record.verdict.enforceable and checked.mark is None))
        for row in vehicles:
            if row["plate"] is not None and row["outcome"] == Outcome.OVERLOAD.value:
                tally.plate(row["station"], row["time_us"], row["plate"], row["over_kg"])
        _show_late_plates(session, self._taken, tally)
        tally.write(session)


def _insert(session: Session, model: type, rows: list[Row]) -> None:
    if rows:
        session.execute(insert(model), rows)


def _supplement_rows(record: VehicleRecord | SupplementRecord, row_id: int) -> list[Row]:
    if not isinstance(record, SupplementRecord):
        return []
    return [{"record_id": row_id, "station": record.station, "of_seq": record.of_seq, "of_sha256": record.of_sha256}]


def _media_rows(record: VehicleRecord | SupplementRecord, row_id: int) -> list[Row]:
    return [
        {
            "record_id": row_id,
            "position": position,
            "role": item.role.value,
            "sha256": item.sha256,
            "media_type": item.media_type,
            "size": item.size,
        }
        for position, item in enumerate(record.media)
    ]


def _vehicle_row(record: VehicleRecord, row_id: int, mark: str | None) -> Row:
    gross = record.verdict.gross
    return {
        "record_id": row_id,
        "station": record.station,
        "seq": record.seq,
        "lane": record.lane,
        "time_us": record.time_us,
        "plate": record.plate,
        "plate_certainty_ppm": record.plate_certainty_ppm,
        "axles": len(record.axles),
        "vehicle_class": record.vehicle_class,
        "speed_mm_s": record.speed_mm_s,
        "gross_kg": record.gross_kg,
        "gross_u_kg": record.gross_u_kg,
        "limit_kg": None if gross is None else gross.limit_kg,
        "over_kg": 0 if gross is None else gross.over_kg,
        "outcome": record.verdict.outcome.value,
        # What central can not confirm is never offered for enforcement.
        "enforceable": record.verdict.enforceable and mark is None,
        "playback": record.clock.playback_ppm != PPM,
    }


def _show_late_plates(session: Session, taken: Mapping[Place, Checked], tally: Tally) -> None:
    """Let the lists show plates that came in a supplement, in whichever order vehicle and supplement arrived."""
    waiting: set[Place] = set()
    for place_, checked in taken.items():
        record = checked.record
        if isinstance(record, SupplementRecord) and surest_plate(record.plates) is not None:
            waiting.add((record.station, record.of_seq))
        elif isinstance(record, VehicleRecord) and record.plate is None:
            waiting.add(place_)
    if not waiting:
        return
    query = select(Vehicle, Record.sha256).join(Record, Record.id == Vehicle.record_id)
    plateless = tuple_(Vehicle.station, Vehicle.seq).in_(sorted(waiting)), Vehicle.plate.is_(None), Vehicle.swept_us.is_(None)
    found = {(vehicle.station, vehicle.seq, sha256): vehicle for vehicle, sha256 in session.execute(query.where(*plateless))}
    reads = _late_reads(session, {(station, seq) for station, seq, _ in found})
    for key, vehicle in found.items():
        best = surest_plate(reads.get(key, ()))
        if best is not None:
            vehicle.plate, vehicle.plate_certainty_ppm = best.text, best.certainty_ppm
            session.add(LateMatch(record_id=vehicle.record_id))
            tally.read_late(vehicle.station, vehicle.time_us)
            if vehicle.outcome == Outcome.OVERLOAD.value:
                tally.plate(vehicle.station, vehicle.time_us, vehicle.plate, vehicle.over_kg)
    session.flush()


def _late_reads(session: Session, vehicles: set[Place]) -> dict[tuple[str, int, str], list[PlateEntry]]:
    """Give the plates that supplements bring to some vehicles, by the vehicle's station, number and hash."""
    if not vehicles:
        return {}
    query = (
        select(Supplement.station, Supplement.of_seq, Supplement.of_sha256, Record.payload)
        .join(Record, Record.id == Supplement.record_id)
        .where(tuple_(Supplement.station, Supplement.of_seq).in_(sorted(vehicles)))
        .order_by(Record.id)
    )
    reads: dict[tuple[str, int, str], list[PlateEntry]] = {}
    for station, of_seq, of_sha256, payload in session.execute(query):
        plates = SupplementRecord.model_validate_json(payload).plates
        reads.setdefault((station, of_seq, of_sha256), []).extend(plates)
    return reads
