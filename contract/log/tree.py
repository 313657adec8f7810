"""Merkle tree hashing and the verification of its proofs (RFC 9162, 2.1).

The hash of a leaf is SHA-256(0x00 ‖ leaf), that of a node SHA-256(0x01 ‖ left ‖ right); a tree that is not full is split at the largest
power of two below its size. Leaves are numbered from 0.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from contract.faults import RejectError

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
PROOF_MAX: Final = 63
"""Most hashes of a proof: a tree of 2^62 leaves has no longer one (c2sp.org/tlog-witness takes no more either)."""


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """What leads from leaf `index` to the root of a tree of `size` leaves: the hashes beside its way, from the leaf upwards."""

    index: int
    size: int
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """What shows that the tree of `old_size` leaves is the beginning of that of `size` leaves."""

    old_size: int
    size: int
    hashes: tuple[bytes, ...]


def leaf_hash(leaf: bytes) -> bytes:
    """Give the hash of a leaf's bytes."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Give the hash of a node over its two children's hashes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def verify_inclusion(leaf: bytes, proof: InclusionProof, root: bytes, source: str) -> None:
    """Check that `leaf`, by its bytes, stands at the proof's place in the tree with that root (RFC 9162, 2.1.3.2).

    Raises
    ------
    RejectError
        ``bad-inclusion-proof``.
    """
    if root_by_inclusion(leaf_hash(leaf), proof, source) != root:
        raise RejectError("bad-inclusion-proof", source, f"is not leaf {proof.index} of the tree of {proof.size} leaves with that root")


def root_by_inclusion(hashed: bytes, proof: InclusionProof, source: str) -> bytes:
    """Give the root that an inclusion proof leads to from a leaf's hash.

    Raises
    ------
    RejectError
        ``bad-inclusion-proof`` if the proof has not the length that its place and size demand.
    """
    if not 0 <= proof.index < proof.size:
        raise RejectError("bad-inclusion-proof", source, f"leaf {proof.index} lies outside a tree of {proof.size} leaves")
    place, last, root = proof.index, proof.size - 1, hashed
    for beside in _sound(proof.hashes, "bad-inclusion-proof", source):
        if last == 0:
            raise RejectError("bad-inclusion-proof", source, "has more hashes than the tree has levels")
        if place & 1 or place == last:
            root = node_hash(beside, root)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, beside)
        place, last = place >> 1, last >> 1
    if last:
        raise RejectError("bad-inclusion-proof", source, "has fewer hashes than the tree has levels")
    return root


def verify_consistency(proof: ConsistencyProof, old_root: bytes, root: bytes, source: str) -> None:
    """Check that the tree with `old_root` is the beginning of that with `root` (RFC 9162, 2.1.4.2).

    Raises
    ------
    RejectError
        ``bad-consistency-proof``.
    """
    if not 0 <= proof.old_size <= proof.size:
        raise RejectError("bad-consistency-proof", source, f"a tree of {proof.size} leaves does not begin with {proof.old_size}")
    hashes = _sound(proof.hashes, "bad-consistency-proof", source)
    if proof.old_size in {0, proof.size}:
        expected = EMPTY_ROOT if proof.old_size == 0 else root
        if hashes or old_root != expected:
            raise RejectError("bad-consistency-proof", source, f"the tree of {proof.size} leaves has another beginning")
        return
    if proof.old_size & (proof.old_size - 1) == 0:
        hashes = (old_root, *hashes)
    if not hashes:
        raise RejectError("bad-consistency-proof", source, "is empty")
    if _roots_by_consistency(proof, hashes, source) != (old_root, root):
        raise RejectError(
            "bad-consistency-proof", source, f"the tree of {proof.size} leaves does not continue that of {proof.old_size}: a fork"
        )


def _roots_by_consistency(proof: ConsistencyProof, hashes: Sequence[bytes], source: str) -> tuple[bytes, bytes]:
    place, last = proof.old_size - 1, proof.size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = hashes[0]
    for beside in hashes[1:]:
        if last == 0:
            raise RejectError("bad-consistency-proof", source, "has more hashes than the tree has levels")
        if place & 1 or place == last:
            old, new = node_hash(beside, old), node_hash(beside, new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, beside)
        place, last = place >> 1, last >> 1
    if last:
        raise RejectError("bad-consistency-proof", source, "has fewer hashes than the tree has levels")
    return old, new


def _sound(hashes: Sequence[bytes], code: str, source: str) -> tuple[bytes, ...]:
    if len(hashes) > PROOF_MAX or any(len(one) != HASH_BYTES for one in hashes):
        raise RejectError(code, source, f"a proof has at most {PROOF_MAX} hashes of {HASH_BYTES} bytes")
    return tuple(hashes)
