"""The verified records of one transaction into their tables and the log: the signed bytes verbatim, the texts that they hide, what lists
need of both, and what they add to the sums.
"""

from collections.abc import Sequence

from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import Session

from central.evidence.aggregates.passage import Passage
from central.evidence.aggregates.tally import Tally
from central.evidence.disclosures import hold_texts
from central.evidence.events import EventType, emit
from central.evidence.log.leaves import log_records
from central.evidence.models import ChainState, Media, Record, Supplement, Vehicle
from central.evidence.rows import Row, draw_ids, insert_rows
from central.ingest.late_plates import show_late_plates
from central.ingest.surroundings import Surroundings
from central.ingest.verify import Checked, place
from contract.log.leaves import RecordLeaf
from contract.records import SupplementRecord, VehicleRecord
from contract.units import PPM
from contract.verdicts import Outcome

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
            "envelope": authentic.envelope.bare,
        }
        return True

    def write(self) -> None:
        """Write what was taken, in the order in which it was taken."""
        if not self._taken:
            return
        session, tally = self._session, Tally()
        stored = list(zip(draw_ids(session, Record, len(self._taken)), self._taken.values(), strict=True))
        insert_rows(session, Record, [row | {"id": row_id} for (row_id, _), row in zip(stored, self._rows.values(), strict=True)])
        log_records(session, [(row_id, _leaf(checked, self._now_us)) for row_id, checked in stored])
        if self._linked_later:
            linked = update(Record).where(tuple_(Record.station, Record.seq).in_(self._linked_later))
            session.execute(linked.values(chain=ChainState.LINKED.value), execution_options={"synchronize_session": False})
        swept = _swept(session, [checked.record for _, checked in stored])
        hold_texts(session, [(row_id, checked.record.disclosures) for row_id, checked in stored if _vehicle_place(checked) not in swept])
        vehicles = [
            _vehicle_row(checked.record, row_id, checked.mark) for row_id, checked in stored if isinstance(checked.record, VehicleRecord)
        ]
        insert_rows(session, Vehicle, vehicles)
        insert_rows(session, Supplement, [row for row_id, checked in stored for row in _supplement_rows(checked.record, row_id)])
        insert_rows(session, Media, [row for row_id, checked in stored for row in _media_rows(checked.record, row_id)])
        for _, checked in stored:
            tally.record(checked.record.station, checked.record.seq, checked.record.time_us)
            if isinstance(checked.record, VehicleRecord):
                tally.passage(Passage.of(checked.record, enforceable=checked.record.verdict.enforceable and checked.mark is None))
        for row in vehicles:
            if row["outcome"] == Outcome.OVERLOAD.value:
                _tell(session, row, self._now_us)
                if row["plate"] is not None:
                    tally.plate(row["station"], row["time_us"], row["plate"], row["over_kg"])
        show_late_plates(session, [checked.record for _, checked in stored], tally)
        tally.write(session)


def _leaf(checked: Checked, now_us: int) -> RecordLeaf:
    return RecordLeaf(station=checked.record.station, seq=checked.record.seq, sha256=checked.link.sha256, logged_us=now_us)


def _vehicle_place(checked: Checked) -> Place:
    """Give station and number of the vehicle that a record is of."""
    record = checked.record
    return record.station, record.of_seq if isinstance(record, SupplementRecord) else record.seq


def _swept(session: Session, records: Sequence[VehicleRecord | SupplementRecord]) -> set[Place]:
    """Give the vehicles, of those that are supplemented, whose plate was deleted on schedule: of these no further text is kept."""
    named = {(record.station, record.of_seq) for record in records if isinstance(record, SupplementRecord)}
    if not named:
        return set()
    query = select(Vehicle.station, Vehicle.seq).where(tuple_(Vehicle.station, Vehicle.seq).in_(sorted(named)))
    return {(station, seq) for station, seq in session.execute(query.where(Vehicle.swept_us.is_not(None)))}


def _tell(session: Session, vehicle: Row, now_us: int) -> None:
    """Tell other systems of an overload: that it is there and how heavy, not whose."""
    data = {name: vehicle[name] for name in ("station", "seq", "time_us", "gross_kg", "over_kg", "enforceable")}
    emit(session, EventType.RECORD_OVERLOAD, f"vehicle/{vehicle['station']}/{vehicle['seq']}", data, now_us)


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
