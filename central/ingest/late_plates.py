"""Plates that come after their vehicle's record: the lists show them, in whichever order vehicle and supplement arrived."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from central.evidence.aggregates.tally import Tally
from central.evidence.disclosures import held_texts, stored_record
from central.evidence.models import LateMatch, Record, Supplement, Vehicle
from central.evidence.places import Place, among
from central.ingest.entry import Entry
from contract.records import PLATE_MAX, PlateEntry
from contract.verdicts import Outcome


@dataclass(frozen=True, slots=True)
class LatePlate:
    """A plate as lists show it, and how sure it is."""

    text: str
    certainty_ppm: int


def surest_plate(plates: Iterable[PlateEntry]) -> LatePlate | None:
    """Give the surest read whose text is held and is not a trailer's, None if there is none; equal ones go by their order."""
    readable = (LatePlate((plate.text or "")[:PLATE_MAX], plate.certainty_ppm) for plate in plates if plate.names_vehicle)
    return max(readable, key=lambda plate: plate.certainty_ppm, default=None)


def show_late_plates(session: Session, entries: Sequence[Entry], tally: Tally) -> None:
    """Give vehicles without a plate the surest one of their supplements, as far as records that were just stored bring the two together."""
    waiting = {(entry.station, entry.plate_wanted_of) for entry in entries if entry.plate_wanted_of is not None}
    if not waiting:
        return
    query = select(Vehicle, Record.sha256).join(Record, Record.id == Vehicle.record_id)
    # Asked of what was found, not of the database: it might begin with all that have no plate.
    found = {
        (vehicle.station, vehicle.seq, sha256): vehicle
        for vehicle, sha256 in session.execute(query.where(among(session, Record.station, Record.seq, waiting)))
        if vehicle.plate is None and vehicle.swept_us is None
    }
    reads = _late_reads(session, {(station, seq) for station, seq, _ in found})
    for key, vehicle in found.items():
        best = surest_plate(reads.get(key, ()))
        if best is not None:
            vehicle.plate, vehicle.plate_certainty_ppm = best.text, best.certainty_ppm
            session.add(LateMatch(record_id=vehicle.record_id))
            tally.read_late(vehicle.station, vehicle.time_us)
            if vehicle.outcome == Outcome.OVERLOAD.value:
                tally.plate(vehicle.station, vehicle.time_us, best.text, vehicle.over_kg)
    session.flush()


def _late_reads(session: Session, vehicles: set[Place]) -> dict[tuple[str, int, str], list[PlateEntry]]:
    """Give the plates that supplements bring to some vehicles, by the vehicle's station, number and hash."""
    if not vehicles:
        return {}
    query = (
        select(Supplement, Record)
        .join(Record, Record.id == Supplement.record_id)
        .where(among(session, Supplement.station, Supplement.of_seq, vehicles))
        .options(undefer(Record.payload))
        .order_by(Record.id)
    )
    rows = session.execute(query).all()
    held = held_texts(session, [row.id for _, row in rows])
    reads: dict[tuple[str, int, str], list[PlateEntry]] = {}
    for supplement, row in rows:
        plates = stored_record(row, held[row.id]).plates
        reads.setdefault((supplement.station, supplement.of_seq, supplement.of_sha256), []).extend(plates)
    return reads
