"""Writes a judged vehicle down as a record: integers with their units, what vouches for them, and texts of plates as salted digests."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from contract.chain import Link
from contract.disclosures import SALT_BYTES, TEXT_MAX, Text, conceal
from contract.media import MediaRef, Sha256
from contract.plates import PlateRead
from contract.recordable import drive_group, gross_kg, recordable, whole_kg, whole_u_kg
from contract.records import (
    AxleEntry,
    CertificateEntry,
    Clock,
    CrossingEntry,
    FlagEntry,
    Identity,
    PlateEntry,
    PlateReadingEntry,
    Software,
    SupplementRecord,
    VehicleRecord,
)
from contract.units import MM_PER_M, PPM
from contract.vehicles import Axle, Vehicle
from contract.verdicts import Verdict

MILLI: Final = 1_000


@dataclass(frozen=True, slots=True)
class Identities:
    """What every record vouches for until the process is started anew.

    Attributes
    ----------
    station
        The station's id.
    software
        The legally relevant software (`edge.records.software`).
    parameters_sha256
        Digest of the station file's bytes.
    """

    station: str
    software: Software
    parameters_sha256: Sha256


def build_record(
    vehicle: Vehicle,
    verdict: Verdict,
    *,
    after: Link,
    identities: Identities,
    rules: Identity,
    time_us: int,
    clock: Clock,
    plate: str | None = None,
    plate_certainty: float = 0.0,
    plates: tuple[PlateEntry, ...] = (),
    media: tuple[MediaRef, ...] = (),
    pavement_c: float | None = None,
    calibration: Identity | None = None,
    certificate: CertificateEntry | None = None,
) -> VehicleRecord:
    """Give the record of one vehicle.

    Parameters
    ----------
    vehicle, verdict
        As weighed, and what `decide` said of exactly this vehicle.
    after
        The record before it in the station's chain.
    identities
        What it vouches for.
    rules
        Id and digest of the rule pack that the verdict was given by.
    time_us
        UTC at which the first axle stood at the lane's origin.
    clock
        State and uncertainty of that time.
    plate, plate_certainty
        The vehicle's plate and how sure it is, 0 to 1; None and 0 where it is not known.
    plates
        The reads it rests on (`plate_entry`).
    media
        Pictures and the capture, by hash.
    pavement_c
        Pavement temperature that the weighing used, None if unknown.
    calibration, certificate
        Id and digest of the calibration that it was weighed with, and the certificate that put this into force; None where there is none.

    Raises
    ------
    ValueError
        If the verdict was not given on this vehicle's gross weight; a program error, never an input's.
    """
    total_kg = gross_kg(recordable(vehicle))
    if verdict.gross is not None and verdict.gross.measured_kg != total_kg:
        msg = f"the verdict is on {verdict.gross.measured_kg} kg, the vehicle weighs {total_kg} kg"
        raise ValueError(msg)
    return VehicleRecord(
        station=identities.station,
        seq=after.seq + 1,
        prev_sha256=after.sha256,
        time_us=time_us,
        clock=clock,
        **measured(vehicle),
        plate=_concealed(plate) if plate else None,
        plate_certainty_ppm=to_ppm(plate_certainty) if plate else 0,
        plates=plates,
        media=media,
        pavement_c_milli=None if pavement_c is None else round(pavement_c * MILLI),
        verdict=verdict,
        rules=rules,
        software=identities.software,
        parameters_sha256=identities.parameters_sha256,
        calibration=calibration,
        certificate=certificate,
    )


def measured(vehicle: Vehicle) -> dict[str, Any]:
    """Give what a record says of a vehicle from its signal alone, by the names of the record's fields."""
    vehicle = recordable(vehicle)
    told = vehicle.vehicle_class
    return {
        "lane": vehicle.lane,
        "first_axle_sample": round(vehicle.first_axle_sample),
        "axles": tuple(_axle(axle) for axle in vehicle.axles),
        "gross_kg": gross_kg(vehicle),
        "gross_u_kg": whole_u_kg(vehicle.gross_u_kg),
        "speed_mm_s": round(vehicle.speed_m_s * MM_PER_M),
        "speed_u_mm_s": round(vehicle.speed_u_m_s * MM_PER_M),
        "acceleration_mm_s2": round(vehicle.acceleration_m_s2 * MM_PER_M),
        "length_mm": _mm(vehicle.length_m),
        "lateral_mm": _mm(vehicle.lateral_m),
        "vehicle_class": told.code,
        "body": told.body,
        "class_confidence_ppm": to_ppm(told.confidence),
        "fhwa_class": told.fhwa,
        "eu_class": told.eu,
        "drive_axles": told.drive_axles,
        "drive_group": drive_group(vehicle),
        "flags": tuple(FlagEntry(flag=flag, figure_milli=round(figure * MILLI)) for flag, figure in sorted(vehicle.flags.items())),
        "crossings": _crossings(vehicle),
    }


def supplement(
    of: Link,
    *,
    after: Link,
    station: str,
    time_us: int,
    plates: tuple[PlateEntry, ...] = (),
    media: tuple[MediaRef, ...] = (),
) -> SupplementRecord:
    """Give the record of what arrived after the record `of` was signed; `time_us` is when it arrived."""
    return SupplementRecord(
        station=station,
        seq=after.seq + 1,
        prev_sha256=after.sha256,
        time_us=time_us,
        of_seq=of.seq,
        of_sha256=of.sha256,
        plates=plates,
        media=media,
    )


def plate_entry(
    read: PlateRead, *, facing: Literal["front", "rear"], certainty: float, residual_us: int, reasons: tuple[str, ...] = ()
) -> PlateEntry:
    """Write down a matched read; `certainty` 0 to 1 that it is this vehicle's, `residual_us` its time minus the expected one.

    The reasons, which repeat what was read, are concealed as a whole.
    """
    return PlateEntry(
        camera=read.camera,
        event_id=_concealed(read.event_id),
        time_us=read.time_us,
        text=_concealed(read.text),
        confidence_ppm=to_ppm(read.confidence),
        colour=read.colour,
        facing=facing,
        certainty_ppm=to_ppm(certainty),
        residual_us=residual_us,
        reasons=tuple(_concealed(reason[:TEXT_MAX]) for reason in reasons),
        readings=tuple(_readings(read)),
    )


def _readings(read: PlateRead) -> Iterator[PlateReadingEntry]:
    if read.camera_reading is not None:
        yield PlateReadingEntry(
            by="camera", text=_concealed(read.camera_reading.text), confidence_ppm=to_ppm(read.camera_reading.confidence)
        )
    if read.own_reading is not None:
        own = read.own_reading
        others = tuple(_concealed(other.text) for other in own.alternatives)
        yield PlateReadingEntry(by="station", text=_concealed(own.text), confidence_ppm=to_ppm(own.confidence), alternatives=others)


def _concealed(text: str) -> Text:
    """Give a text as it is signed, with a salt of its own: equal texts are not to be recognised by their digests."""
    return conceal(text, secrets.token_bytes(SALT_BYTES))


def to_ppm(share: float) -> int:
    """Give a share from 0 to 1 in parts per million."""
    return round(min(max(share, 0.0), 1.0) * PPM)


def _axle(axle: Axle) -> AxleEntry:
    return AxleEntry(
        load_kg=whole_kg(axle.load_kg),
        u_kg=whole_u_kg(axle.u_kg),
        left_kg=None if axle.left_kg is None else whole_kg(axle.left_kg),
        right_kg=None if axle.right_kg is None else whole_kg(axle.right_kg),
        spacing_mm=_mm(axle.spacing_m),
        group=axle.group,
        dual_tyres=axle.dual_tyres,
    )


def _mm(length_m: float | None) -> int | None:
    return None if length_m is None else round(length_m * MM_PER_M)


def _crossings(vehicle: Vehicle) -> tuple[CrossingEntry, ...]:
    """Give wheels and presences in the order in which they happened; loops count as axle 0."""
    numbered = [(number, crossing) for number, axle in enumerate(vehicle.crossings, 1) for crossing in axle]
    numbered += [(0, loop) for loop in vehicle.loops]
    numbered.sort(key=lambda pair: (pair[1].start, pair[1].sensor, pair[0]))
    return tuple(
        CrossingEntry(sensor=crossing.sensor, axle=number, start=crossing.start, stop=crossing.stop, flags=tuple(sorted(crossing.flags)))
        for number, crossing in numbered
    )
