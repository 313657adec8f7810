"""Signed once, readable for ever: the envelope opens with the station's public key and holds the very bytes that were hashed."""

import pytest

from contract.chain import link_of
from contract.disclosures import parse_record_envelope
from contract.faults import RejectError
from contract.records import CrossingEntry, parse_record
from contract.signatures import PayloadType, open_envelope
from edge.records.sign import sign_record
from tests.signing_station import SigningStation


def test_the_envelope_opens_to_the_payload():
    station = SigningStation()
    record = station.vehicle()
    sealed = sign_record(record, station.key)
    keys = {station.key_id: station.key.public_key()}
    envelope = parse_record_envelope(sealed.envelope, "test")
    assert open_envelope(envelope, PayloadType.RECORD, keys, "test") == sealed.payload
    assert parse_record(sealed.payload, "test", envelope.disclosures) == record
    station.sign(record)
    assert link_of(record, sealed.payload) == station.last


def test_a_record_that_central_would_not_take_is_not_signed():
    station = SigningStation()
    crossings = tuple(CrossingEntry(sensor=f"sensor-{n:032}", axle=1, start=n, stop=n + 1) for n in range(3_000))
    with pytest.raises(RejectError, match="at most 262144 are taken") as caught:
        sign_record(station.vehicle(crossings=crossings), station.key)
    assert caught.value.code == "record-too-large"
