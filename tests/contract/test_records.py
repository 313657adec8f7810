"""A record that exists is sound; what is not sound is refused with the place of its first fault."""

import json

import pytest
import rfc8785

from contract.canonical import canonical_bytes
from contract.faults import RejectError
from contract.media import BLOB_MAX_BYTES
from contract.records import CrossingEntry, SupplementRecord, VehicleRecord, parse_record
from tests.signing_station import SigningStation

STATION = SigningStation()
VEHICLE = STATION.vehicle()


def with_fields(**fields):
    return rfc8785.dumps(json.loads(canonical_bytes(VEHICLE)) | fields)


def test_a_record_is_read_back_as_it_was():
    assert parse_record(canonical_bytes(VEHICLE), "test", VEHICLE.disclosures) == VEHICLE


def test_a_record_of_version_1_is_read_back_as_it_was():
    old = SigningStation().vehicle(version=1)
    assert json.loads(canonical_bytes(old))["plate"] == "京A12345"
    assert parse_record(canonical_bytes(old), "test") == old
    assert (old.plate, old.withheld, old.disclosures) == ("京A12345", 0, ())


def test_a_supplement_is_read_back_as_it_was():
    station = SigningStation()
    station.next_envelope()
    record = station.supplement(station.last)
    assert parse_record(canonical_bytes(record), "test") == record
    assert isinstance(record, SupplementRecord)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"type": "other"}, "type|tag"),
        ({"version": 3}, "version"),
        ({"station": "a/b"}, "station"),
        ({"seq": 0}, "seq"),
        ({"prev_sha256": "x"}, "prev_sha256"),
        ({"axles": []}, "axles"),
        ({"gross_kg": 1}, "axle loads add up to"),
        ({"gross_kg": -1}, "gross_kg"),
        ({"speed_mm_s": -1}, "speed_mm_s"),
        ({"time_us": 0}, "time_us"),
        ({"verdict": None}, "verdict"),
        ({"unknown": 1}, "unknown"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_an_unsound_record_is_refused_by_its_place(fields, said):
    with pytest.raises(RejectError, match=said) as caught:
        parse_record(with_fields(**fields), "topic x")
    assert caught.value.code == "not-a-record"


def test_spacings_belong_to_every_axle_but_the_first():
    axles = [axle.model_dump(mode="json") for axle in VEHICLE.axles]
    axles[0]["spacing_mm"] = 3_000
    with pytest.raises(RejectError, match="every axle but the first has a spacing"):
        parse_record(with_fields(axles=axles), "test")


def test_a_crossing_names_an_axle_that_is_there():
    crossing = CrossingEntry(sensor="S1", axle=len(VEHICLE.axles) + 1, start=1, stop=2)
    with pytest.raises(RejectError, match="beyond the 5 of the vehicle"):
        parse_record(with_fields(crossings=[crossing.model_dump(mode="json")]), "test")


def test_a_supplement_names_an_earlier_record():
    with pytest.raises(ValueError, match="names an earlier record"):
        SigningStation().supplement(STATION.last, of_seq=1)


def test_a_blob_has_a_bound():
    media = [{"role": "scene", "sha256": "0" * 64, "media_type": "image/jpeg", "size": BLOB_MAX_BYTES + 1}]
    with pytest.raises(RejectError, match="media"):
        parse_record(with_fields(media=media), "test")


def test_records_cannot_be_changed():
    with pytest.raises(ValueError, match="frozen"):
        VEHICLE.gross_kg = 1
    assert isinstance(VEHICLE, VehicleRecord)
