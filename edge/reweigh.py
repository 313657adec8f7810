"""Weighs one recorded vehicle again from the capture that its record names, and holds every figure against the signed one.

All it takes stands by digest in the signed record: the capture with what the weighing knew before it, the station file, the calibration,
the software. By the same software the result is the same to the kilogram; one figure that differs shows that something was changed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import numpy as np

from calibration.model import Calibration, load_calibration
from contract.captures import CaptureReader, clip_gaps
from contract.faults import RejectError, StopError
from contract.media import VEHICLE_PICTURES, MediaRole, sha256_hex
from contract.records import Software, VehicleRecord
from contract.rules import rule_book
from contract.samples import Block
from contract.station import Lane, Station, parse_station
from contract.units import PPM
from contract.vehicles import Vehicle, VehicleFlag
from contract.verdicts import Bar, Verdict
from edge.memory import parse_memory
from edge.pipeline import LanePipeline
from edge.records.build import measured
from edge.records.software import software
from edge.verdicts.decide import decide

NEAR_S: Final = 0.5
"""Vehicles of one capture follow one another farther apart than this: the one whose first axle is as near as this is the record's."""


@dataclass(frozen=True, slots=True)
class Documents:
    """Bytes of the capture, and texts of station file and calibration (None: weighed without one)."""

    capture: bytes
    station: str
    calibration: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of the record, by its path, with both values."""

    field: str
    signed: Any
    again: Any


@dataclass(frozen=True, slots=True)
class Reweighing:
    """The result.

    Attributes
    ----------
    made_by, weighed_by
        The software that made the record, and the one that has weighed again.
    signed, again
        What was measured, by the record's fields; both are None where the capture shows no such vehicle.
    differences
        Fields that differ.
    """

    made_by: Software
    weighed_by: Software
    signed: dict[str, Any] | None
    again: dict[str, Any] | None
    differences: tuple[Difference, ...]

    @property
    def same_software(self) -> bool:
        """Whether the legally relevant software is the same to the byte."""
        return self.made_by.sha256 == self.weighed_by.sha256

    @property
    def is_equal(self) -> bool:
        """Whether nothing differs."""
        return self.again is not None and not self.differences


def reweigh(record: VehicleRecord, documents: Documents) -> Reweighing:
    """Weigh a record's vehicle again.

    Raises
    ------
    RejectError
        If a document is not the one that the record names (``capture-differs``, ``station-file-differs``, ``calibration-differs``), or the
        capture is of a kind that cannot be weighed again by itself (``capture-alone``).
    """
    _check(record, documents)
    try:
        station = parse_station(documents.station, "station file")
        calibration = None if documents.calibration is None else load_calibration(documents.calibration, "calibration")
    except StopError as error:
        raise RejectError(error.code, error.where, error.what) from error
    try:
        lane = station.lane_with(record.lane)
    except KeyError:
        raise RejectError("capture-lane", "station file", f"has no lane {record.lane}, on which the record was made") from None
    vehicle = _nearest(record, lane, _vehicles(lane, calibration, documents.capture))
    if vehicle is None:
        return Reweighing(record.software, software(), None, None, ())
    values = {**measured(vehicle), "verdict": _verdict(vehicle, record, station)}
    signed = record.model_dump(mode="json", include=set(values))
    again = record.model_copy(update=values).model_dump(mode="json", include=set(values))
    return Reweighing(record.software, software(), signed, again, tuple(_differences("", signed, again)))


def _check(record: VehicleRecord, documents: Documents) -> None:
    capture = next((item.sha256 for item in record.media if item.role is MediaRole.CAPTURE), None)
    calibration = None if record.calibration is None else record.calibration.sha256
    named = (
        ("capture", capture, documents.capture),
        ("station-file", record.parameters_sha256, documents.station.encode()),
        ("calibration", calibration, None if documents.calibration is None else documents.calibration.encode()),
    )
    for what, wanted, data in named:
        given = None if data is None else sha256_hex(data)
        if given != wanted:
            told = f"is {_short(given)}, the signed record names {_short(wanted)}; it is another one, or was changed"
            raise RejectError(f"{what}-differs", what.replace("-", " "), told)


def _short(sha256: str | None) -> str:
    return "none" if sha256 is None else sha256[:16]


def _vehicles(lane: Lane, calibration: Calibration | None, capture: bytes) -> list[Vehicle]:
    """Give the vehicles that the capture shows, from what the weighing knew before it."""
    reader = CaptureReader(BytesIO(capture), "capture")
    if reader.before is None:
        what = "does not hold what the weighing knew before it (made by earlier software, or after a fault): weighed alone, it may differ"
        raise RejectError("capture-alone", "capture", what)
    memory = parse_memory(reader.before, "capture")
    signal = _signal(reader, lane)
    split = min(max(memory.counter, signal.start), signal.stop)
    lead, rest = _part(signal, signal.start, split), _part(signal, split, signal.stop)
    pipeline = LanePipeline.recall(lane, calibration, reader.header.pavement_c, memory, lead)
    return [weighing.vehicle for weighing in (*pipeline.push(rest), *pipeline.finish())]


def _signal(reader: CaptureReader, lane: Lane) -> Block:
    blocks = list(reader.blocks(lane.channels))
    if not blocks:
        raise RejectError("capture-empty", "capture", "holds no sample: nothing of the vehicle's signal had come")
    counts = np.concatenate([block.counts for block in blocks], axis=1)
    return Block(reader.header.first_sample, counts, reader.gaps)


def _part(signal: Block, start: int, stop: int) -> Block:
    counts = np.ascontiguousarray(signal.counts[:, start - signal.start : stop - signal.start])
    return Block(start, counts, clip_gaps(signal.gaps, start, stop))


def _nearest(record: VehicleRecord, lane: Lane, vehicles: list[Vehicle]) -> Vehicle | None:
    """Give the vehicle whose first axle came when the record says, None where none did."""
    off = {abs(one.first_axle_sample - record.first_axle_sample): one for one in vehicles}
    least = min(off, default=None)
    return None if least is None or least > NEAR_S * lane.rate_hz else off[least]


def _verdict(vehicle: Vehicle, record: VehicleRecord, station: Station) -> Verdict:
    """Judge it as the station did, with what the record says of clock, plate, pictures and certificate."""
    pack, in_force = rule_book(station.station.rules).at(record.time_us)
    barred = {gate.bar for gate in record.verdict.barred_by}
    flagged = {entry.flag for entry in record.flags}
    uncertified = Bar.CALIBRATION in barred and VehicleFlag.UNCALIBRATED not in flagged
    return decide(
        vehicle,
        pack,
        station.gates,
        record.clock,
        plate_certainty=record.plate_certainty_ppm / PPM if record.has_plate else None,
        has_pictures=any(item.role in VEHICLE_PICTURES for item in record.media),
        calibrated=VehicleFlag.UNCALIBRATED not in vehicle.flags and not uncertified,
        in_force=in_force,
        certificate=record.certificate,
        time_us=record.time_us,
    )


def _differences(path: str, signed: Any, again: Any) -> Iterator[Difference]:  # noqa: ANN401 - JSON
    """Give the leaves of two JSON values that differ."""
    if isinstance(signed, dict) and isinstance(again, dict):
        for key in sorted(signed.keys() | again.keys()):
            yield from _differences(f"{path}.{key}" if path else key, signed.get(key), again.get(key))
    elif isinstance(signed, list) and isinstance(again, list) and len(signed) == len(again):
        for index, (one, other) in enumerate(zip(signed, again, strict=True), 1):
            yield from _differences(f"{path} {index}", one, other)
    elif signed != again:
        yield Difference(path, signed, again)
