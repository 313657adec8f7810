"""A central that holds what a station has recorded of real traffic: signed records, captures, pictures, parameter documents."""

from pathlib import Path

from central.evidence.models import Blob
from contract.media import sha256_hex
from tests.central.bench import Bench
from tests.recorded_station import RecordedStation
from tests.signing_station import SigningStation


def receive(bench: Bench, made: RecordedStation) -> None:
    """Enrol the station and take everything that it sends."""
    bench.station = SigningStation(id=made.id, key=made.key)
    bench.enrol(bench.station)
    receipts = bench.send(*made.envelopes)
    assert len(receipts) == len(made.envelopes)
    assert bench.quarantine() == ()
    for data in made.blobs.values():
        put_blob(bench, made.id, data)


def put_blob(bench: Bench, station: str, data: bytes) -> str:
    """Store a blob as an upload does."""
    sha256 = sha256_hex(data)
    with bench.central.blobs.begin(sha256, len(data)) as upload:
        upload.write(data)
        upload.finish()
    with bench.central.database.write() as session:
        session.merge(Blob(sha256=sha256, size=len(data), station=station, received_us=bench.clock()))
    return sha256


def blob_path(bench: Bench, sha256: str) -> Path:
    return bench.central.blobs.path(sha256)
