"""Passages for the pages: a five-axle combination with its signal, pictures and plate, made through the contract and signed."""

import io

import numpy as np
from PIL import Image

from central.evidence.models import Blob
from contract.captures import CaptureHeader, capture_bytes
from contract.limits import Weighed, WeighedAxle, evaluate
from contract.media import MediaRef, MediaRole, sha256_hex
from contract.records import AxleEntry, CrossingEntry, VehicleRecord
from contract.rules import rule_pack
from contract.samples import Gap
from contract.vehicles import Body
from contract.verdicts import DecisionRule, Gate
from tests.central.bench import Bench
from tests.signing_station import SigningStation

RATE_HZ = 2_000.0
CHANNELS = ("R0L", "R0R", "R1L", "R1R", "loopA")
FIRST_SAMPLE = 100_000
SAMPLES = 6_000
WHEEL_SAMPLES = 40
GROUPS = (1, 2, 2, 3, 3)
SPACINGS_MM = (None, 3_200, 1_350, 6_500, 1_320)
FIRST_AXLE_AT = FIRST_SAMPLE + 1_000


def crossings() -> tuple[CrossingEntry, ...]:
    """Where the wheels of the passage lie in its signal: 20 m/s over rows 2 m apart."""
    found = [CrossingEntry(sensor="loopA", axle=0, start=FIRST_SAMPLE + 800, stop=FIRST_SAMPLE + 3_500)]
    at_mm = 0
    for axle, spacing in enumerate(SPACINGS_MM, 1):
        at_mm += spacing or 0
        for row in (0, 1):
            start = FIRST_AXLE_AT + round((at_mm / 20_000 + row * 0.1) * RATE_HZ)
            found += [CrossingEntry(sensor=f"R{row}{side}", axle=axle, start=start, stop=start + WHEEL_SAMPLES) for side in "LR"]
    return tuple(found)


def signal(gaps: tuple[Gap, ...] = ()) -> bytes:
    """Give the capture of the passage: a hump for each crossing over a baseline of 100 counts."""
    counts = np.full((len(CHANNELS), SAMPLES), 100, np.int32)
    hump = (5_000 * np.hanning(WHEEL_SAMPLES)).astype(np.int32)
    for crossing in crossings():
        if crossing.axle:
            counts[CHANNELS.index(crossing.sensor), crossing.start - FIRST_SAMPLE : crossing.stop - FIRST_SAMPLE] += hump
    return capture_bytes(CaptureHeader("G104-K12", 1, "2026-09-21T13:33:20+00:00", RATE_HZ, 25.0, CHANNELS, FIRST_SAMPLE), counts, gaps)


def picture(width: int = 64, height: int = 48) -> bytes:
    """Give a JPEG."""
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (90, 110, 130)).save(buffer, "JPEG")
    return buffer.getvalue()


def ref(role: MediaRole, data: bytes, media_type: str) -> MediaRef:
    """Name a medium by its bytes."""
    return MediaRef(role=role, sha256=sha256_hex(data), media_type=media_type, size=len(data))


def store_blob(bench: Bench, data: bytes) -> None:
    """Let a medium's bytes arrive."""
    identity = sha256_hex(data)
    if not bench.central.blobs.has(identity):
        with bench.central.blobs.begin(identity, len(data)) as upload:
            upload.write(data)
            upload.finish()
    with bench.central.database.write() as session:
        session.merge(Blob(sha256=identity, size=len(data), station=bench.station.id, received_us=bench.clock()))


def passage(
    station: SigningStation,
    *,
    loads_kg: tuple[int, ...] = (6_500, 11_000, 11_200, 10_400, 10_100),
    barred_by: tuple[Gate, ...] = (),
    **changes: object,
) -> VehicleRecord:
    """Make the station's next record, with the verdict that the rules give; 43 t are allowed, 49.2 t measured."""
    axles = tuple(
        AxleEntry(load_kg=load, u_kg=load // 40, left_kg=load // 2, right_kg=load - load // 2, spacing_mm=spacing, group=group)
        for load, spacing, group in zip(loads_kg, SPACINGS_MM, GROUPS, strict=True)
    )
    weighed = Weighed(
        tuple(WeighedAxle(axle.load_kg, axle.u_kg, axle.group, axle.spacing_mm) for axle in axles),
        Body.COMBINATION,
        sum(loads_kg),
        sum(loads_kg) // 50,
    )
    verdict = evaluate(rule_pack("cn"), weighed, DecisionRule.EXPANDED_UNCERTAINTY, barred_by=barred_by)
    fields: dict[str, object] = {
        "loads_kg": loads_kg,
        "axles": axles,
        "gross_kg": weighed.gross_kg,
        "gross_u_kg": weighed.gross_u_kg,
        "first_axle_sample": FIRST_AXLE_AT,
        "length_mm": 15_600,
        "vehicle_class": "1+2+2",
        "crossings": crossings(),
        "verdict": verdict,
    }
    return station.vehicle(**(fields | changes))  # type: ignore[arg-type]


def store_passage(bench: Bench, **changes: object) -> VehicleRecord:
    """Make, sign and store a passage with scene, plate crop and signal, all arrived."""
    scene, plate, capture = picture(), picture(48, 16), signal()
    media = (
        ref(MediaRole.SCENE, scene, "image/jpeg"),
        ref(MediaRole.PLATE, plate, "image/jpeg"),
        ref(MediaRole.CAPTURE, capture, "application/x-hdf5"),
    )
    record = passage(bench.station, **({"media": media} | changes))  # type: ignore[arg-type]
    bench.send(bench.station.sign(record))
    for data in (scene, plate, capture):
        store_blob(bench, data)
    return record
