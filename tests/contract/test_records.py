"""A record that exists is sound; what is not sound is refused with the place of its first fault."""

import json
from dataclasses import asdict

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from contract.canonical import canonical_bytes, parse_canonical
from contract.chain import Link
from contract.faults import RejectError
from contract.media import BLOB_MAX_BYTES
from contract.records import RECORD, CrossingEntry, SupplementRecord, VehicleRecord, parse_record
from tests.signing_station import SigningStation, picture_ref

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


EXAMPLES = [
    VEHICLE,
    SigningStation().vehicle(
        version=1, crossings=[CrossingEntry(sensor="S1", axle=1, start=1, stop=2)], vehicle_class='"\\\x00/\x7f é\U00010000'
    ),
    SigningStation().supplement(Link(1, "0" * 64), seq=2, media=(picture_ref("a" * 64, 10),)),
]


def read_in_turn(payload):
    """Read a record as its definition has it: canonical at all, then a record."""
    parse_canonical(payload, "test")
    return RECORD.validate_json(payload, strict=False)


@pytest.mark.parametrize("record", EXAMPLES, ids=["version 2", "version 1", "supplement"])
def test_a_record_is_its_canonical_form_whether_it_has_all_members_or_those_of_an_older_version(record):
    payload = canonical_bytes(record)
    assert payload == rfc8785.dumps(record.model_dump(mode="json"))
    older = rfc8785.dumps({name: value for name, value in json.loads(payload).items() if value not in (None, [])})
    for one in (payload, older):
        assert parse_record(one, "test").writes(one)


@settings(max_examples=400)
@given(data=st.data(), record=st.sampled_from(EXAMPLES))
def test_whatever_is_done_to_a_record_it_is_taken_in_one_look_only_if_it_is_in_two(data, record):
    payload = canonical_bytes(record)
    at = data.draw(st.integers(0, len(payload)))
    cut = data.draw(st.integers(0, 2))
    put = data.draw(
        st.sampled_from(
            [b"", b" ", b"0", b"1", b".0", b"e1", b'"', b"\\", b"\\u0041", b"true", b"null", b",", b"\xff", b"9" * 17, b'"a":1,']
        )
    )
    changed = payload[:at] + put + payload[at + cut :]
    try:
        expected = read_in_turn(changed)
    except (RejectError, ValidationError) as error:
        code = error.code if isinstance(error, RejectError) else "not-a-record"
        with pytest.raises(RejectError) as caught:
            parse_record(changed, "test")
        assert caught.value.code == code
    else:
        assert parse_record(changed, "test") == expected


@pytest.mark.parametrize(
    ("said", "payload"),
    [
        (
            "members in another order",
            json.dumps(dict(reversed(json.loads(canonical_bytes(VEHICLE)).items())), separators=(",", ":")).encode(),
        ),
        ("blanks", json.dumps(json.loads(canonical_bytes(VEHICLE))).encode()),
        ("a float", canonical_bytes(VEHICLE).replace(b'"lane":1', b'"lane":1.0')),
        ("an escape that is none", canonical_bytes(VEHICLE).replace(b'"wim-edge"', b'"\\u0077im-edge"')),
        ("a member twice", canonical_bytes(VEHICLE).replace(b'"lane":1,', b'"lane":1,"lane":1,')),
        ("beyond 2^53", canonical_bytes(VEHICLE).replace(b'"playback_ppm":1000000', b'"playback_ppm":9007199254740993')),
    ],
)
def test_a_record_in_another_spelling_is_refused(said, payload):
    assert payload != canonical_bytes(VEHICLE), said
    with pytest.raises(RejectError) as caught:
        parse_record(payload, "test")
    assert caught.value.code == "not-canonical"


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
    axles = [asdict(axle) for axle in VEHICLE.axles]
    axles[0]["spacing_mm"] = 3_000
    with pytest.raises(RejectError, match="every axle but the first has a spacing"):
        parse_record(with_fields(axles=axles), "test")


def test_a_crossing_names_an_axle_that_is_there():
    crossing = asdict(CrossingEntry(sensor="S1", axle=len(VEHICLE.axles) + 1, start=1, stop=2))
    with pytest.raises(RejectError, match="beyond the 5 of the vehicle"):
        parse_record(with_fields(crossings=[crossing]), "test")


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
