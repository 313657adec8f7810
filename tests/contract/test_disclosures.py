"""Digests in the place of texts: what is signed tells nothing of a plate, what is disclosed proves it, what is deleted leaves no gap."""

import json
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.canonical import canonical_bytes
from contract.disclosures import SALT_BYTES, Digest, Disclosure, DisclosureError, conceal, parse_record_envelope, reveal, seal_record
from contract.faults import RejectError
from contract.media import sha256_hex
from contract.records import parse_record
from contract.signatures import PayloadType, open_envelope
from tests.signing_station import SigningStation

READ = {
    "camera": "front",
    "event_id": "20260302-京A12345.jpg",
    "time_us": 1,
    "text": "京A12345",
    "confidence_ppm": 900_000,
    "colour": "yellow",
    "facing": "front",
    "certainty_ppm": 870_000,
    "residual_us": 0,
    "reasons": ("front read 京A12345, +10 ms from the expected time", "rear: no read within 400 ms of the expected time"),
    "readings": (
        {"by": "camera", "text": "京A12345", "confidence_ppm": 900_000},
        {"by": "station", "text": "京A12845", "confidence_ppm": 800_000, "alternatives": ("京A12345", "京A12B45")},
    ),
}
STATION = SigningStation()
RECORD = STATION.vehicle(plates=(READ, READ | {"camera": "rear", "text": "", "readings": ()}))
PAYLOAD = canonical_bytes(RECORD)
ENVELOPE = seal_record(PAYLOAD, RECORD.disclosures, STATION.key)
KEYS = {STATION.key_id: STATION.key.public_key()}
SALT = bytes(range(SALT_BYTES))


def opened(data):
    """Do what everyone does who reads an envelope: its signature, then its record with what is disclosed."""
    envelope = parse_record_envelope(data, "test")
    return parse_record(open_envelope(envelope, PayloadType.RECORD, KEYS, "test"), "test", envelope.disclosures)


def test_a_digest_is_the_hash_of_salt_and_text():
    digest = conceal("京A12345", SALT)
    assert isinstance(digest, Digest)
    assert digest.sha256 == sha256_hex(SALT + "京A12345".encode())
    assert reveal(digest) == "京A12345"
    assert digest.model_dump(mode="json") == {"sha256": digest.sha256}
    assert conceal("", SALT) == ""


@pytest.mark.parametrize("salt", [b"", SALT[1:], SALT + b"x"])
def test_a_salt_of_another_length_is_a_program_error(salt):
    with pytest.raises(ValueError, match="a salt has 16 bytes"):
        conceal("京A12345", salt)


def test_nothing_that_is_signed_repeats_a_text_and_equal_texts_have_unlike_digests():
    assert "京A1" not in PAYLOAD.decode()
    assert "jpg" not in PAYLOAD.decode()
    digests = [disclosure.sha256 for disclosure in RECORD.disclosures]
    assert len(digests) == 1 + 8 + 3
    assert len(set(digests)) == len(digests)


def test_the_envelope_brings_every_text_back():
    record = opened(ENVELOPE)
    assert record == RECORD
    assert (record.plate, record.has_plate, record.plate_withheld, record.withheld) == ("京A12345", True, False, 0)
    first, rear = record.plates
    assert (first.event_id, first.text, first.reasons) == (READ["event_id"], "京A12345", READ["reasons"])
    assert [(reading.text, reading.alternatives) for reading in first.readings] == [
        ("京A12345", ()),
        ("京A12845", ("京A12345", "京A12B45")),
    ]
    assert rear.text == ""


def test_without_its_disclosures_a_record_says_that_it_holds_a_plate_and_not_which():
    record = parse_record(PAYLOAD, "test")
    assert (record.plate, record.has_plate, record.plate_withheld, record.withheld) == (None, True, True, 12)
    first, rear = record.plates
    assert (first.event_id, first.text, first.reasons, first.is_trailer) == (None, None, (), False)
    assert rear.text == ""
    assert canonical_bytes(record) == PAYLOAD


@given(st.sets(st.sampled_from(range(len(RECORD.disclosures)))), st.randoms(use_true_random=False))
def test_any_part_of_the_disclosures_in_any_order_leaves_verification_whole(kept, random):
    held = [disclosure for index, disclosure in enumerate(RECORD.disclosures) if index in kept]
    random.shuffle(held)
    record = opened(parse_record_envelope(ENVELOPE, "test").disclosing(held))
    assert record.withheld == len(RECORD.disclosures) - len(kept)
    assert {disclosure.text for disclosure in record.disclosures} == {disclosure.text for disclosure in held}
    assert canonical_bytes(record) == PAYLOAD


BEGIN = ENVELOPE.index(b'"disclosures":')


@given(st.integers(BEGIN, len(ENVELOPE) - 1), st.integers(0, 7))
def test_any_bit_flipped_in_the_disclosures_is_refused(at, bit):
    damaged = bytearray(ENVELOPE)
    damaged[at] ^= 1 << bit
    with pytest.raises(RejectError):
        opened(bytes(damaged))


def swapped():
    one, two, *rest = RECORD.disclosures
    return [Disclosure(salt=one.salt, text=two.text), Disclosure(salt=two.salt, text=one.text), *rest]


@pytest.mark.parametrize(
    ("disclosures", "code"),
    [
        (swapped(), "disclosure-misfit"),
        ([*RECORD.disclosures, Disclosure(salt="0" * 32, text="京A12345")], "disclosure-misfit"),
        ([*RECORD.disclosures[:-1], RECORD.disclosures[-1].model_copy(update={"salt": "0" * 32})], "disclosure-misfit"),
        (SigningStation().vehicle().disclosures, "disclosure-misfit"),
        ([*RECORD.disclosures, RECORD.disclosures[0]], "disclosure-twice"),
    ],
    ids=["swapped", "one more", "another salt", "another record's", "twice"],
)
def test_a_disclosure_that_is_not_of_the_record_is_refused(disclosures, code):
    with pytest.raises(DisclosureError) as caught:
        parse_record(PAYLOAD, "test", disclosures)
    assert caught.value.code == code
    assert "京" not in str(caught.value), "a fault is logged, and a log names no plate"


def with_plates(version, *plates, plate=None):
    """Give canonical bytes of a record whose texts are put in as they are given."""
    fields = json.loads(PAYLOAD) | {"version": version, "plate": plate, "plates": list(plates)}
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


_salts = count(1)


def digest(text="京A12345"):
    return conceal(text, next(_salts).to_bytes(SALT_BYTES, "big")).model_dump(mode="json")


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (with_plates(2, plate="京A12345"), "version 2 signs texts of plates as digests"),
        (with_plates(2, READ | {"event_id": digest()}), "version 2 signs texts of plates as digests"),
        (with_plates(1, plate=digest()), "version 1 signs texts of plates in plain"),
        (with_plates(2, plate={"sha256": "0" * 64, "text": "x"}), "plate"),
        (with_plates(2, plate={"sha256": "0" * 64, "_disclosure": {"salt": "0" * 32, "text": "x"}}), "plate"),
    ],
)
def test_a_record_signs_its_texts_as_its_version_does(payload, said):
    with pytest.raises(RejectError, match=said):
        parse_record(payload, "test")


def test_a_digest_that_stands_twice_is_refused_for_it_would_tell_that_two_texts_are_one():
    twice = digest()
    read = READ | {"event_id": digest("e"), "text": twice, "reasons": [], "readings": []}
    with pytest.raises(RejectError, match="a digest stands twice"):
        parse_record(with_plates(2, read, plate=twice), "test")


def test_a_plate_that_is_too_long_for_one_is_refused():
    long = conceal("京" * 17, SALT)
    assert isinstance(long, Digest)
    with pytest.raises(RejectError, match="at most 16 characters"):
        parse_record(with_plates(2, plate=long.model_dump(mode="json")), "test", [long.disclosure])
