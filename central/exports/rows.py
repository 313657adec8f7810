"""What an export holds of each vehicle, read in bounded memory: pages by key, each in a short transaction of its own."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select, tuple_

from central.evidence.database import Database
from central.evidence.models import Record, Vehicle
from central.evidence.vehicle_filter import VehicleFilter, narrow
from contract.verdicts import Outcome

PAGE_ROWS: Final = 2_000
"""Vehicles in memory at a time, some 5 kB of signed bytes each."""


@dataclass(frozen=True, slots=True)
class Axle:
    """An axle as it was signed; what was not measured is None."""

    load_kg: int
    u_kg: int
    left_kg: int | None
    right_kg: int | None
    spacing_mm: int | None
    group: int


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One vehicle: the plate as the list has it, which loses it on schedule; what was measured as it was signed."""

    station: str
    seq: int
    lane: int
    time_us: int
    received_us: int
    plate: str | None
    plate_certainty_ppm: int
    vehicle_class: str
    body: str
    fhwa_class: int | None
    eu_class: str | None
    axles: tuple[Axle, ...]
    gross_kg: int
    gross_u_kg: int
    limit_kg: int | None
    over_kg: int
    outcome: str
    enforceable: bool
    playback: bool
    speed_mm_s: int
    acceleration_mm_s2: int
    length_mm: int | None
    pavement_c_milli: int | None
    sha256: str

    @property
    def shows_unoffending(self) -> bool:
        """Whether it names the plate of a vehicle that was not overloaded, which is to be deleted on schedule."""
        return self.plate is not None and self.outcome != Outcome.OVERLOAD


def count_rows(database: Database, narrowed: VehicleFilter, through_id: int) -> int:
    """Count what an export will hold."""
    query = narrow(select(Vehicle.record_id), narrowed).where(Vehicle.record_id <= through_id)
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def pages_of_rows(database: Database, narrowed: VehicleFilter, through_id: int, page_rows: int = PAGE_ROWS) -> Iterator[list[ExportRow]]:
    """Give the vehicles that a filter leaves, newest passage first as in the list, of the records up to `through_id`."""
    query = (
        narrow(select(Vehicle, Record.received_us, Record.sha256, Record.payload), narrowed)
        .join(Record, Record.id == Vehicle.record_id)
        .where(Vehicle.record_id <= through_id)
        .order_by(Vehicle.time_us.desc(), Vehicle.record_id.desc())
        .limit(page_rows)
    )
    before: tuple[int, int] | None = None
    while True:
        following = query if before is None else query.where(tuple_(Vehicle.time_us, Vehicle.record_id) < before)
        with database.read() as session:
            found = session.execute(following).all()
        if not found:
            return
        before = (found[-1][0].time_us, found[-1][0].record_id)
        yield [_row(vehicle, received_us, sha256, json.loads(payload)) for vehicle, received_us, sha256, payload in found]
        if len(found) < page_rows:
            return


def _row(vehicle: Vehicle, received_us: int, sha256: str, signed: dict[str, Any]) -> ExportRow:
    return ExportRow(
        station=vehicle.station,
        seq=vehicle.seq,
        lane=vehicle.lane,
        time_us=vehicle.time_us,
        received_us=received_us,
        plate=vehicle.plate,
        plate_certainty_ppm=vehicle.plate_certainty_ppm,
        vehicle_class=vehicle.vehicle_class,
        body=signed["body"],
        fhwa_class=signed.get("fhwa_class"),
        eu_class=signed.get("eu_class"),
        axles=tuple(
            Axle(axle["load_kg"], axle["u_kg"], axle.get("left_kg"), axle.get("right_kg"), axle.get("spacing_mm"), axle["group"])
            for axle in signed["axles"]
        ),
        gross_kg=vehicle.gross_kg,
        gross_u_kg=vehicle.gross_u_kg,
        limit_kg=vehicle.limit_kg,
        over_kg=vehicle.over_kg,
        outcome=vehicle.outcome,
        enforceable=vehicle.enforceable,
        playback=vehicle.playback,
        speed_mm_s=vehicle.speed_mm_s,
        acceleration_mm_s2=signed["acceleration_mm_s2"],
        length_mm=signed.get("length_mm"),
        pavement_c_milli=signed.get("pavement_c_milli"),
        sha256=sha256,
    )
