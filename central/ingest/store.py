"""The verified records of one transaction into their tables and the log: the signed bytes verbatim, the texts that they hide, what lists
need of both, and what they add to the sums.
"""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from central.evidence.aggregates.tally import Tally
from central.evidence.disclosures import hold_texts
from central.evidence.events import emit
from central.evidence.log.leaves import log_records
from central.evidence.messages import EventType
from central.evidence.models import ChainState, Media, Record, Supplement, Vehicle
from central.evidence.places import Place, among
from central.evidence.rows import Row, draw_ids, insert_rows
from central.ingest.entry import Entry
from central.ingest.late_plates import show_late_plates
from central.ingest.surroundings import Surroundings
from central.ingest.verify import Checked, place
from contract.chain import Link
from contract.log.leaves import RecordLeaf


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
        entry, authentic = checked.entry, checked.authentic
        own, after = (entry.station, entry.seq), (entry.station, entry.seq + 1)
        linked = entry.seq == 1 or neighbours.before is not None
        if neighbours.after_names is not None:
            if after in self._rows:
                self._rows[after]["chain"] = ChainState.LINKED.value
            else:
                self._linked_later.append(after)
        self._around.add(checked)
        self._taken[own] = checked
        self._rows[own] = {
            "station": entry.station,
            "seq": entry.seq,
            "sha256": checked.link.sha256,
            "prev_sha256": entry.prev_sha256,
            "type": entry.type,
            "time_us": entry.time_us,
            "received_us": self._now_us,
            "key_id": authentic.key_id,
            "chain": (ChainState.LINKED if linked else ChainState.PENDING).value,
            "mark": checked.mark,
            "payload": authentic.payload,
            "envelope": authentic.envelope,
        }
        return True

    def write(self) -> None:
        """Write what was taken, in the order in which it was taken."""
        if not self._taken:
            return
        session, tally = self._session, Tally()
        ids = draw_ids(session, Record, len(self._taken))
        stored = [(row_id, checked.entry) for row_id, checked in zip(ids, self._taken.values(), strict=True)]
        insert_rows(session, Record, [{"id": row_id, **row} for row_id, row in zip(ids, self._rows.values(), strict=True)])
        log_records(session, [(row_id, self._leaf(checked)) for row_id, checked in zip(ids, self._taken.values(), strict=True)])
        if self._linked_later:
            linked = update(Record).where(among(session, Record.station, Record.seq, self._linked_later))
            session.execute(linked.values(chain=ChainState.LINKED.value), execution_options={"synchronize_session": False})
        swept = _swept(session, [entry for _, entry in stored])
        hold_texts(session, [(row_id, entry.disclosures) for row_id, entry in stored if _vehicle_place(entry) not in swept])
        insert_rows(session, Vehicle, [{"record_id": row_id, **entry.vehicle} for row_id, entry in stored if entry.vehicle is not None])
        insert_rows(
            session, Supplement, [_supplement_row(row_id, entry.station, of) for row_id, entry in stored if (of := entry.supplements)]
        )
        insert_rows(session, Media, [{"record_id": row_id, **row} for row_id, entry in stored for row in entry.media])
        for _, entry in stored:
            tally.record(entry.station, entry.seq, entry.time_us)
            if entry.passage is not None and entry.vehicle is not None:
                tally.passage(entry.passage)
                if entry.passage.overload:
                    self._overload(entry.vehicle, tally)
        show_late_plates(session, [entry for _, entry in stored], tally)
        tally.write(session)

    def _leaf(self, checked: Checked) -> RecordLeaf:
        return RecordLeaf(station=checked.entry.station, seq=checked.entry.seq, sha256=checked.link.sha256, logged_us=self._now_us)

    def _overload(self, vehicle: Row, tally: Tally) -> None:
        """Tell other systems of an overload, that it is there and how heavy, not whose; and count it under its plate."""
        data = {name: vehicle[name] for name in ("station", "seq", "time_us", "gross_kg", "over_kg", "enforceable")}
        emit(self._session, EventType.RECORD_OVERLOAD, f"vehicle/{vehicle['station']}/{vehicle['seq']}", data, self._now_us)
        if vehicle["plate"] is not None:
            tally.plate(vehicle["station"], vehicle["time_us"], vehicle["plate"], vehicle["over_kg"])


def _vehicle_place(entry: Entry) -> Place:
    """Give station and number of the vehicle that a record is of."""
    return entry.station, entry.seq if entry.supplements is None else entry.supplements.seq


def _swept(session: Session, entries: Sequence[Entry]) -> set[Place]:
    """Give the vehicles, of those that are supplemented, whose plate was deleted on schedule: of these no further text is kept."""
    named = {_vehicle_place(entry) for entry in entries if entry.supplements is not None}
    if not named:
        return set()
    query = select(Vehicle.station, Vehicle.seq, Vehicle.swept_us).join(Record, Record.id == Vehicle.record_id)
    found = session.execute(query.where(among(session, Record.station, Record.seq, named)))
    return {(station, seq) for station, seq, swept_us in found if swept_us is not None}


def _supplement_row(row_id: int, station: str, of: Link) -> Row:
    return {"record_id": row_id, "station": station, "of_seq": of.seq, "of_sha256": of.sha256}
