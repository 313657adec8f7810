"""DSSE with Ed25519: only the enrolled key, only the wanted type, only the very bytes."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from contract.faults import RejectError
from contract.signatures import PayloadType, key_id, open_envelope, parse_envelope, pre_authentication_encoding, seal

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = {key_id(KEY.public_key()): KEY.public_key()}


def opened(data, kind=PayloadType.RECORD, keys=KEYS):
    return open_envelope(parse_envelope(data, "test"), kind, keys, "test")


def changed(data, **fields):
    return json.dumps(json.loads(data) | fields).encode()


def test_the_encoding_is_that_of_the_specification():
    # The example of DSSE's protocol.md.
    assert pre_authentication_encoding("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


@given(st.binary(max_size=200), st.sampled_from(PayloadType))
def test_what_was_sealed_opens(payload, kind):
    assert opened(seal(payload, kind, KEY), kind) == payload


@given(st.binary(min_size=1, max_size=80), st.data())
def test_no_bit_of_payload_or_signature_may_change(payload, data):
    envelope = json.loads(seal(payload, PayloadType.RECORD, KEY))
    where = data.draw(st.sampled_from(["payload", "sig"]))
    holder = envelope if where == "payload" else envelope["signatures"][0]
    raw = bytearray(base64.b64decode(holder[where]))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    holder[where] = base64.b64encode(raw).decode()
    with pytest.raises(RejectError) as caught:
        opened(json.dumps(envelope).encode())
    assert caught.value.code == "bad-signature"


@given(st.sampled_from([(a, b) for a in PayloadType for b in PayloadType if a is not b]))
def test_a_signature_over_one_type_is_none_over_another(kinds):
    made, wanted = kinds
    with pytest.raises(RejectError) as caught:
        opened(seal(b"{}", made, KEY), wanted)
    assert caught.value.code == "wrong-payload-type"
    with pytest.raises(RejectError) as caught:
        opened(changed(seal(b"{}", made, KEY), payloadType=wanted.value), wanted)
    assert caught.value.code == "bad-signature"


def test_another_key_is_unknown():
    with pytest.raises(RejectError) as caught:
        opened(seal(b"{}", PayloadType.RECORD, Ed25519PrivateKey.generate()))
    assert caught.value.code == "unknown-key"


def test_another_key_under_a_known_name_is_a_bad_signature():
    forged = json.loads(seal(b"{}", PayloadType.RECORD, Ed25519PrivateKey.generate()))
    forged["signatures"][0]["keyid"] = key_id(KEY.public_key())
    with pytest.raises(RejectError) as caught:
        opened(json.dumps(forged).encode())
    assert caught.value.code == "bad-signature"


def test_a_bad_signature_beside_a_good_one_spoils_it():
    envelope = json.loads(seal(b"{}", PayloadType.RECORD, KEY))
    good = envelope["signatures"][0]
    envelope["signatures"] = [good, good | {"sig": base64.b64encode(bytes(64)).decode()}]
    with pytest.raises(RejectError) as caught:
        opened(json.dumps(envelope).encode())
    assert caught.value.code == "bad-signature"


@given(st.binary(max_size=80))
def test_bytes_that_are_no_envelope_are_refused(data):
    with pytest.raises(RejectError) as caught:
        opened(data)
    assert caught.value.code == "not-an-envelope"


@pytest.mark.parametrize(
    "fields", [{"signatures": []}, {"extra": 1}, {"payload": "*"}, {"signatures": [{"keyid": "x", "sig": ""}]}], ids=str
)
def test_an_envelope_of_another_shape_is_refused(fields):
    with pytest.raises(RejectError) as caught:
        opened(changed(seal(b"{}", PayloadType.RECORD, KEY), **fields))
    assert caught.value.code == "not-an-envelope"


def test_a_signature_that_is_no_base64_is_bad():
    envelope = json.loads(seal(b"{}", PayloadType.RECORD, KEY))
    envelope["signatures"][0]["sig"] = "*"
    with pytest.raises(RejectError) as caught:
        opened(json.dumps(envelope).encode())
    assert caught.value.code == "bad-signature"
