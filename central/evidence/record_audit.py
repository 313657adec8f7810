"""One stored record held against what was signed: its bytes, its texts, and each column that lists and reviewers go by."""

from typing import NamedTuple

from central.evidence.models import ChainState, Record, Supplement, Vehicle
from central.evidence.stations import EnrolledKey
from central.evidence.verdict_check import mark_of
from contract.disclosures import Disclosure
from contract.faults import RejectError
from contract.media import sha256_hex
from contract.records import PLATE_MAX, PlateEntry, SupplementRecord, VehicleRecord, parse_record
from contract.signatures import PayloadType, open_envelope, parse_envelope, spelled_out
from contract.units import PPM
from contract.verdict_check import verdict_fault


class StoredRecord(NamedTuple):
    """A record with its projection, the texts that are held of it, and whether its plate is listed as one that came late."""

    record: Record
    vehicle: Vehicle | None
    supplement: Supplement | None
    held: list[Disclosure]
    late: bool


def check_record(stored: StoredRecord, keys: dict[str, EnrolledKey], source: str) -> VehicleRecord | SupplementRecord:
    """Give a record as it was signed.

    Raises
    ------
    RejectError
        If its signature is not good, or anything that is stored with it is not what was signed.
    """
    row, vehicle, supplement, held, _ = stored
    public_keys = {identity: enrolled.key for identity, enrolled in keys.items()}
    envelope = parse_envelope(row.envelope, source)
    payload = open_envelope(envelope, PayloadType.RECORD, public_keys, source)
    signers = {signature.keyid for signature in envelope.signatures}
    if payload != row.payload or sha256_hex(payload) != row.sha256 or row.key_id not in signers:
        raise RejectError("altered", source, "the stored bytes are not the signed ones")
    if spelled_out(envelope) != row.envelope:
        raise RejectError("altered", source, "the stored envelope is not written as it was sealed: a byte of it was changed")
    record = parse_record(payload, source, held)
    columns = (row.station, row.seq, row.prev_sha256, row.type, row.time_us)
    if columns != (record.station, record.seq, record.prev_sha256, record.type, record.time_us):
        raise RejectError("altered", source, "the row's columns are not the signed record's")
    if not isinstance(record, VehicleRecord):
        if supplement is None or _belongs(supplement) != (record.station, record.of_seq, record.of_sha256):
            raise RejectError("altered", source, "the supplement is filed with another vehicle than it was signed for")
        if row.mark is not None:
            raise RejectError("altered", source, "is marked, and central judges no supplement")
    elif vehicle is None or _shown(vehicle) != _figures(record):
        raise RejectError("altered", source, "the list shows another vehicle than the signed record")
    else:
        if vehicle.swept_us is None and record.withheld:
            raise RejectError("altered", source, f"{record.withheld} of its texts are gone before their time")
        _check_mark(row, vehicle, record, source)
        _check_plate(stored, record, source)
    return record


def check_chain_state(row: Record, before_seq: int, source: str) -> None:
    """Check that a record is shown as linked exactly where its predecessor is stored; `before_seq` is the number stored before it.

    Raises
    ------
    RejectError
        ``altered``.
    """
    linked = row.seq in (1, before_seq + 1)
    if row.chain != (ChainState.LINKED if linked else ChainState.PENDING):
        raise RejectError("altered", source, f"is listed as {row.chain}, and its predecessor is {'here' if linked else 'not here'}")


class LatePlates:
    """Plates that lists show and vehicles' own records do not sign: each must be a read that a supplement of the vehicle has signed."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[int, str], tuple[str | None, int]] = {}

    def take(self, stored: StoredRecord, record: VehicleRecord | SupplementRecord) -> None:
        """Take the next record of a station, in the order of their numbers."""
        vehicle = stored.vehicle
        if isinstance(record, SupplementRecord):
            shown = self._waiting.get((record.of_seq, record.of_sha256))
            if shown is not None and any(shown == _read(plate) for plate in record.plates):
                del self._waiting[record.of_seq, record.of_sha256]
        elif vehicle is not None and vehicle.swept_us is None and not record.has_plate and vehicle.plate is not None:
            self._waiting[stored.record.seq, stored.record.sha256] = (vehicle.plate, vehicle.plate_certainty_ppm)

    def unsigned(self) -> list[int]:
        """Give the numbers of the vehicles whose plate nobody has signed."""
        return sorted(seq for seq, _ in self._waiting)


def _read(plate: PlateEntry) -> tuple[str, int] | None:
    return None if plate.text is None or plate.is_trailer else (plate.text[:PLATE_MAX], plate.certainty_ppm)


def _belongs(row: Supplement) -> tuple[object, ...]:
    return row.station, row.of_seq, row.of_sha256


def _shown(row: Vehicle) -> tuple[object, ...]:
    """Give what lists show of a vehicle and its record signs."""
    place = (row.station, row.seq, row.lane, row.time_us, row.axles, row.vehicle_class, row.speed_mm_s)
    return (*place, row.gross_kg, row.gross_u_kg, row.limit_kg, row.over_kg, row.outcome, row.playback)


def _figures(record: VehicleRecord) -> tuple[object, ...]:
    """Give the same of the record."""
    gross, verdict = record.verdict.gross, record.verdict
    place = (record.station, record.seq, record.lane, record.time_us, len(record.axles), record.vehicle_class, record.speed_mm_s)
    limits = (None, 0) if gross is None else (gross.limit_kg, gross.over_kg)
    return (*place, record.gross_kg, record.gross_u_kg, *limits, verdict.outcome.value, record.clock.playback_ppm != PPM)


def _check_mark(row: Record, vehicle: Vehicle, record: VehicleRecord, source: str) -> None:
    """Judge the record again; one whose rules another version of central did not have at hand may be marked so."""
    if row.mark not in (mark_of(record), verdict_fault(record, None)):
        raise RejectError("altered", source, "is marked otherwise than its own facts demand")
    if vehicle.enforceable != (record.verdict.enforceable and row.mark is None):
        raise RejectError("altered", source, "the list offers for enforcement what the signed record does not, or hides what it does")


def _check_plate(stored: StoredRecord, record: VehicleRecord, source: str) -> None:
    """Check that the list shows the plate that was signed, until both are deleted; of a late plate see `LatePlates`."""
    vehicle = stored.vehicle
    if vehicle is None:
        return
    came_late = not record.has_plate and vehicle.plate is not None
    if stored.late != came_late and (vehicle.swept_us is None or record.has_plate):
        raise RejectError("altered", source, "is listed as matched later than it was, or sooner")
    if vehicle.swept_us is not None:
        if (vehicle.plate, vehicle.plate_certainty_ppm) != (None, 0):
            raise RejectError("altered", source, "the list shows a plate of what was deleted on schedule")
        return
    own = (record.plate, record.plate_certainty_ppm) if record.has_plate or vehicle.plate is None else None
    if own is not None and (vehicle.plate, vehicle.plate_certainty_ppm) != own:
        raise RejectError("altered", source, "the list shows another plate than the signed record, or its text is gone before its time")
