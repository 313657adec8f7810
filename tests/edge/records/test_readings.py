"""Both readings of a picture stand in the signed record, and records of before there were two are read as they were."""

import json

import pytest
import rfc8785

from contract.canonical import canonical_bytes
from contract.plates import Alternative, CameraReading, OwnReading, PlateRead
from contract.records import parse_record
from edge.records.build import plate_entry
from tests.signing_station import SigningStation

READ = PlateRead(
    camera="front",
    event_id="e",
    time_us=1,
    text="湘A12345",
    confidence=0.485,
    camera_reading=CameraReading(text="湘A12345", confidence=0.97),
    own_reading=OwnReading(text="湘A12845", confidence=0.5, alternatives=(Alternative(text="湘A12345", confidence=0.4),)),
)


def entry(read=READ):
    return plate_entry(read, facing="front", certainty=0.9, residual_us=5)


def test_both_readings_are_written_down_as_they_were():
    camera, own = entry().readings
    assert (camera.by, camera.text, camera.confidence_ppm, camera.alternatives) == ("camera", "湘A12345", 970_000, ())
    assert (own.by, own.text, own.confidence_ppm, own.alternatives) == ("station", "湘A12845", 500_000, ("湘A12345",))


def test_a_record_with_them_is_canonical_and_one_without_is_still_read():
    vehicle = SigningStation().vehicle(plates=(entry(),))
    assert parse_record(canonical_bytes(vehicle), "test", vehicle.disclosures) == vehicle
    record = json.loads(canonical_bytes(vehicle))
    del record["plates"][0]["readings"]
    assert parse_record(rfc8785.dumps(record), "test").plates[0].readings == ()


@pytest.mark.parametrize("field", ["camera_reading", "own_reading"])
def test_a_reading_that_is_not_there_is_not_written(field):
    readings = entry(READ.model_copy(update={field: None})).readings
    assert [reading.by for reading in readings] == [{"camera_reading": "station", "own_reading": "camera"}[field]]
