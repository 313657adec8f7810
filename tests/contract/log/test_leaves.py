import pytest

from contract.faults import RejectError
from contract.log.leaves import ActLeaf, RecordLeaf, leaf_bytes, parse_leaf

RECORD = RecordLeaf(station="S1", seq=5, sha256="a" * 64, logged_us=7)
ACT = ActLeaf(id=3, sha256="b" * 64, logged_us=8)


@pytest.mark.parametrize("leaf", [RECORD, ACT])
def test_a_leaf_comes_back_from_its_bytes(leaf):
    assert parse_leaf(leaf_bytes(leaf), "test") == leaf


def test_the_bytes_are_fixed_for_ever():
    assert leaf_bytes(RECORD) == b'{"kind":"record","logged_us":7,"seq":5,"sha256":"%b","station":"S1"}' % (b"a" * 64)
    assert leaf_bytes(ACT) == b'{"id":3,"kind":"act","logged_us":8,"sha256":"%b"}' % (b"b" * 64)


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"kind":"record"}', leaf_bytes(ACT) + b" ", leaf_bytes(ACT).replace(b"3", b"0", 1), b'{"kind":"other"}']
)
def test_what_is_no_leaf_is_refused(data):
    with pytest.raises(RejectError):
        parse_leaf(data, "test")
