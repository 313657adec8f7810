"""Time stamps of a real authority: over these bytes, by this root, with this nonce; and no changed bit passes for another time."""

import time

import pytest

from contract.faults import RejectError
from contract.log.timestamps import read_authority, timestamp_request, verify_timestamp
from contract.units import US_PER_S
from tests.time_stamp_authority import TimeStampAuthority

DATA = b"a checkpoint"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    authority = TimeStampAuthority(tmp_path_factory.mktemp("tsa") / "authority")
    authority.make()
    return authority


@pytest.fixture(scope="module")
def stamped(authority):
    request = timestamp_request(DATA)
    return request, authority.answer(request.data), read_authority(authority.certificate.read_bytes(), "root")


def test_a_time_stamp_tells_when_the_authority_saw_the_bytes(stamped):
    request, answer, root = stamped
    assert abs(verify_timestamp(answer, DATA, root, "test", nonce=request.nonce) - time.time() * US_PER_S) < 60 * US_PER_S


def test_it_is_one_over_these_bytes_with_this_nonce_by_this_authority_only(stamped, tmp_path):
    request, answer, root = stamped
    stranger = TimeStampAuthority(tmp_path / "stranger")
    stranger.make()
    strange = read_authority(stranger.certificate.read_bytes(), "root")
    for data, authority, nonce in ((b"other", root, None), (DATA, root, request.nonce + 1), (DATA, strange, None)):
        with pytest.raises(RejectError) as caught:
            verify_timestamp(answer, data, authority, "test", nonce=nonce)
        assert caught.value.code == "bad-timestamp"


def test_no_changed_bit_passes_for_another_time(stamped):
    _request, answer, root = stamped
    vouched = verify_timestamp(answer, DATA, root, "test")
    unseen = []
    for bit in range(0, len(answer) * 8, 7):
        raw = bytearray(answer)
        raw[bit // 8] ^= 1 << bit % 8
        try:
            assert verify_timestamp(bytes(raw), DATA, root, "test") == vouched
        except RejectError:
            continue
        unseen.append(bit)
    assert len(unseen) < 0.02 * len(answer) * 8 / 7, "only what the authority does not sign may pass, which says nothing"


@pytest.mark.parametrize("answer", [b"", b"<html>", bytes(100), b"\x30" * 70_000])
def test_what_is_no_answer_is_refused(stamped, answer):
    with pytest.raises(RejectError) as caught:
        verify_timestamp(answer, DATA, stamped[2], "test")
    assert caught.value.code == "bad-timestamp"


def test_a_refusal_is_no_time_stamp(authority, stamped):
    with pytest.raises(RejectError) as caught:
        verify_timestamp(authority.answer(b"\x30\x03\x02\x01\x01"), DATA, stamped[2], "test")
    assert caught.value.code == "bad-timestamp"


def test_what_holds_no_certificate_is_refused():
    with pytest.raises(RejectError) as caught:
        read_authority(b"no PEM", "tsa.pem")
    assert caught.value.code == "bad-certificate"
