"""Receipts: only central's own word, whole, for this station."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from contract.faults import RejectError
from contract.signatures import PayloadType, seal
from edge.uplink.receipt import RECEIPT_MAX_BYTES, open_receipt
from tests.edge.outbox.queueing import STATION
from tests.edge.uplink.central_stand_in import KEY, KEYS, sealed_receipt

GOOD = sealed_receipt(b"payload", 7)


def test_central_s_word_is_believed():
    receipt = open_receipt(GOOD, STATION, KEYS)
    assert (receipt.seq, receipt.station) == (7, STATION)


FORGERIES = {
    "another-key": (sealed_receipt(b"payload", 7, key=Ed25519PrivateKey.generate()), "unknown-key"),
    "record-as-receipt": (sealed_receipt(b"payload", 7, kind=PayloadType.RECORD), "wrong-payload-type"),
    "another-station": (sealed_receipt(b"payload", 7, station="S2"), "receipt-station"),
    "no-receipt-inside": (seal(b'{"seq":7}', PayloadType.RECEIPT, KEY), "not-a-receipt"),
    "not-canonical-inside": (seal(b'{ "seq": 7 }', PayloadType.RECEIPT, KEY), "not-canonical"),
    "nothing": (b"", "not-an-envelope"),
    "too-large": (b"x" * (RECEIPT_MAX_BYTES + 1), "receipt-too-large"),
    "unsigned": (json.dumps(json.loads(GOOD) | {"signatures": []}).encode(), "not-an-envelope"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_each_forgery_has_its_name(name):
    data, code = FORGERIES[name]
    with pytest.raises(RejectError) as caught:
        open_receipt(data, STATION, KEYS)
    assert caught.value.code == code


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_no_byte_may_change(place, difference):
    data = bytearray(GOOD)
    data[place] ^= difference
    try:
        receipt = open_receipt(bytes(data), STATION, KEYS)
    except RejectError:
        return
    assert receipt == open_receipt(GOOD, STATION, KEYS)  # the spelling of the envelope's JSON is not signed


def test_without_keys_nothing_is_believed():
    with pytest.raises(RejectError, match="not enrolled"):
        open_receipt(GOOD, STATION, {})
