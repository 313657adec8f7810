"""What tables and sums take of a verified record: worked out when it is verified, so that a batch holds no whole records.

A record with its wheels' crossings is a hundred small objects. Kept for a batch of hundreds, they cost as much again for Python's garbage
collector as for reading them.
"""

from dataclasses import dataclass
from typing import Self

from central.evidence.aggregates.passage import Passage
from central.evidence.rows import Row
from contract.chain import Link
from contract.disclosures import Disclosure
from contract.records import SupplementRecord, VehicleRecord
from contract.units import PPM


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as it is entered: its place in the chain, its rows but for the record's id, and what the sums count.

    `supplements` is a supplement's alone, `vehicle` and `passage` are a vehicle's; None for the other. `plate_wanted_of` is the number of
    the vehicle whose plate may come late, once both are stored: of a vehicle without one, and of one that a supplement brings one for.
    """

    station: str
    seq: int
    prev_sha256: str
    type: str
    time_us: int
    disclosures: tuple[Disclosure, ...]
    media: tuple[Row, ...]
    vehicle: Row | None
    passage: Passage | None
    supplements: Link | None
    plate_wanted_of: int | None

    @classmethod
    def of(cls, record: VehicleRecord | SupplementRecord, mark: str | None) -> Self:
        """Take what is entered of a record; with a mark its verdict is not enforceable, whatever it says."""
        vehicle = passage = supplements = wanted_of = None
        if isinstance(record, VehicleRecord):
            # What central can not confirm is never offered for enforcement.
            enforceable = record.verdict.enforceable and mark is None
            vehicle, passage = _vehicle_row(record, enforceable=enforceable), Passage.of(record, enforceable=enforceable)
            wanted_of = None if record.has_plate else record.seq
        else:
            supplements = Link(record.of_seq, record.of_sha256)
            wanted_of = record.of_seq if any(plate.names_vehicle for plate in record.plates) else None
        return cls(
            station=record.station,
            seq=record.seq,
            prev_sha256=record.prev_sha256,
            type=record.type,
            time_us=record.time_us,
            disclosures=record.disclosures,
            media=_media_rows(record),
            vehicle=vehicle,
            passage=passage,
            supplements=supplements,
            plate_wanted_of=wanted_of,
        )


def _media_rows(record: VehicleRecord | SupplementRecord) -> tuple[Row, ...]:
    return tuple(
        {"position": position, "role": item.role.value, "sha256": item.sha256, "media_type": item.media_type, "size": item.size}
        for position, item in enumerate(record.media)
    )


def _vehicle_row(record: VehicleRecord, *, enforceable: bool) -> Row:
    gross = record.verdict.gross
    return {
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
        "enforceable": enforceable,
        "playback": record.clock.playback_ppm != PPM,
    }
