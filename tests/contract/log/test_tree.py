"""Proofs of the naive reference hold, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.faults import RejectError
from contract.log.tree import EMPTY_ROOT, ConsistencyProof, InclusionProof, leaf_hash, verify_consistency, verify_inclusion
from tests.contract.log import reference

LEAVES = [b"%d" % number for number in range(70)]
ROOTS = [reference.root(LEAVES[:size]) for size in range(len(LEAVES) + 1)]
SIZES = st.integers(1, len(LEAVES))


def test_the_hashes_are_those_that_are_known():
    # The roots of Certificate Transparency's own test vectors (transparency-dev/merkle, compact range tests).
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert reference.root([b"", b"\x00"]).hex() == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"


@given(st.data(), SIZES)
def test_every_inclusion_proof_holds(data, size):
    index = data.draw(st.integers(0, size - 1))
    proof = InclusionProof(index, size, tuple(reference.inclusion(index, LEAVES[:size])))
    verify_inclusion(LEAVES[index], proof, ROOTS[size], "test")


def test_every_consistency_proof_holds():
    for size in range(len(LEAVES) + 1):
        for old in range(size + 1):
            proof = ConsistencyProof(old, size, tuple(reference.consistency(old, LEAVES[:size])))
            verify_consistency(proof, ROOTS[old], ROOTS[size], "test")


@given(st.data(), SIZES)
def test_an_inclusion_proof_is_one_of_its_leaf_and_place_only(data, size):
    index = data.draw(st.integers(0, size - 1))
    hashes = tuple(reference.inclusion(index, LEAVES[:size]))
    changes = {
        "leaf": (b"another", InclusionProof(index, size, hashes), ROOTS[size]),
        "root": (LEAVES[index], InclusionProof(index, size, hashes), ROOTS[size - 1]),
        "longer": (LEAVES[index], InclusionProof(index, size, (*hashes, bytes(32))), ROOTS[size]),
        "outside": (LEAVES[index], InclusionProof(size, size, hashes), ROOTS[size]),
    }
    if hashes:
        changes["shorter"] = (LEAVES[index], InclusionProof(index, size, hashes[:-1]), ROOTS[size])
        place = data.draw(st.integers(0, len(hashes) - 1))
        flipped = bytearray(hashes[place])
        flipped[data.draw(st.integers(0, 31))] ^= 1 << data.draw(st.integers(0, 7))
        changes["flipped"] = (
            LEAVES[index],
            InclusionProof(index, size, (*hashes[:place], bytes(flipped), *hashes[place + 1 :])),
            ROOTS[size],
        )
        changes["neighbour"] = (LEAVES[index ^ 1 if index ^ 1 < size else index - 1], InclusionProof(index, size, hashes), ROOTS[size])
    for leaf, proof, root in changes.values():
        with pytest.raises(RejectError) as caught:
            verify_inclusion(leaf, proof, root, "test")
        assert caught.value.code == "bad-inclusion-proof"


@given(st.data(), st.integers(2, len(LEAVES)))
def test_a_fork_has_no_consistency_proof(data, size):
    old = data.draw(st.integers(1, size - 1))
    fork = list(LEAVES[:size])
    fork[data.draw(st.integers(0, old - 1))] = b"changed"
    for leaves, hashes in ((fork, reference.consistency(old, fork)), (fork, reference.consistency(old, LEAVES[:size]))):
        with pytest.raises(RejectError) as caught:
            verify_consistency(ConsistencyProof(old, size, tuple(hashes)), ROOTS[old], reference.root(leaves), "test")
        assert caught.value.code == "bad-consistency-proof"


@pytest.mark.parametrize(
    ("old", "size", "hashes", "old_root", "root"),
    [
        (3, 2, (), ROOTS[3], ROOTS[2]),
        (0, 5, (), ROOTS[1], ROOTS[5]),
        (0, 5, (bytes(32),), ROOTS[0], ROOTS[5]),
        (5, 5, (), ROOTS[5], ROOTS[4]),
        (5, 6, (), ROOTS[5], ROOTS[6]),
        (3, 5, tuple(reference.consistency(3, LEAVES[:5]))[:-1], ROOTS[3], ROOTS[5]),
        (3, 5, (*reference.consistency(3, LEAVES[:5]), bytes(32)), ROOTS[3], ROOTS[5]),
        (3, 5, (b"short",), ROOTS[3], ROOTS[5]),
        (3, 5, (bytes(32),) * 64, ROOTS[3], ROOTS[5]),
    ],
)
def test_a_damaged_consistency_proof_is_refused(old, size, hashes, old_root, root):
    with pytest.raises(RejectError) as caught:
        verify_consistency(ConsistencyProof(old, size, hashes), old_root, root, "test")
    assert caught.value.code == "bad-consistency-proof"
