"""Checkpoints (c2sp.org/tlog-checkpoint), the cosignatures of witnesses on them (c2sp.org/tlog-cosignature) and proofs that end in one.

A checkpoint is a signed note of three lines: the log's origin, the number of its leaves, its root in base64. A cosignature says that its
witness, at the time that it carries, had seen no larger tree of that log, and none that this one does not continue.
"""

import base64
import re
from dataclasses import dataclass
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.faults import RejectError
from contract.log.notes import KeyKind, Note, NoteSignature, VerifierKey, decoded, verify_bytes
from contract.log.tree import HASH_BYTES, PROOF_MAX, InclusionProof, verify_inclusion

SIZE_LIMIT: Final = 2**53
"""No tree has so many leaves: sizes stay exact in JSON."""
_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,15}")
_STAMP_BYTES: Final = 8
_PROOF_HEAD: Final = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log as it stood at `size` leaves."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    def signed(self, key: Ed25519PrivateKey) -> Note:
        """Give it as a note signed under the origin's name."""
        return Note(self.text).signed(self.origin, key)

    @classmethod
    def parse(cls, text: str, source: str) -> Self:
        """Read a note's text.

        Raises
        ------
        RejectError
            ``bad-checkpoint``.
        """
        lines = text.split("\n")
        try:
            origin, size, root, end = lines
            checkpoint = cls(origin, parse_size(size), decoded(root))
        except ValueError as error:
            what = "is no checkpoint: three lines with origin, size and root (base64) and no further ones"
            raise RejectError("bad-checkpoint", source, what) from error
        if end or not origin or len(checkpoint.root) != HASH_BYTES:
            raise RejectError("bad-checkpoint", source, f"needs an origin and a root of {HASH_BYTES} bytes")
        return checkpoint


def parse_size(text: str) -> int:
    """Read a decimal without leading zeros.

    Raises
    ------
    ValueError
        If it is none, or beyond `SIZE_LIMIT`.
    """
    if not _DECIMAL.fullmatch(text) or int(text) >= SIZE_LIMIT:
        msg = f"{text[:40]!r} is no size"
        raise ValueError(msg)
    return int(text)


def open_checkpoint(note: Note, key: VerifierKey, source: str) -> Checkpoint:
    """Give the checkpoint that the log's key has signed.

    Raises
    ------
    RejectError
        ``bad-checkpoint``, ``unknown-key``, ``bad-signature``, or ``wrong-origin`` if it is another log's.
    """
    checkpoint = Checkpoint.parse(note.text, source)
    if checkpoint.origin != key.name:
        raise RejectError("wrong-origin", source, f"is of the log {checkpoint.origin[:80]!r}, wanted {key.name!r}")
    note.verify(key, source)
    return checkpoint


def cosign(note: Note, name: str, key: Ed25519PrivateKey, time_s: int) -> NoteSignature:
    """Give a witness's signature over a checkpoint and the time, seconds since 1970."""
    witness = VerifierKey(name, KeyKind.COSIGNATURE, key.public_key())
    return NoteSignature(name, witness.id, time_s.to_bytes(_STAMP_BYTES) + key.sign(_cosigned(note.text, time_s)))


def verify_cosignature(note: Note, witness: VerifierKey, source: str) -> int:
    """Check that a witness has cosigned a note, and give when: seconds since 1970, the latest if it did more than once.

    Raises
    ------
    RejectError
        ``unknown-key`` if no line is the witness's, ``bad-signature`` if one is and does not fit.
    """
    if witness.kind is not KeyKind.COSIGNATURE:
        raise RejectError("bad-verifier-key", source, f"key {witness.name} is of kind {witness.kind:02x}; a witness's is 04")
    named = note.signatures_by(witness)
    if not named:
        raise RejectError("unknown-key", source, f"bears no cosignature of witness {witness.name} ({witness.id.hex()})")
    times_s = []
    for one in named:
        stamp, signature = one.signature[:_STAMP_BYTES], one.signature[_STAMP_BYTES:]
        if len(stamp) < _STAMP_BYTES:
            raise RejectError("bad-signature", source, f"the cosignature of witness {witness.name} is cut short")
        time_s = int.from_bytes(stamp)
        verify_bytes(witness, signature, _cosigned(note.text, time_s), source)
        times_s.append(time_s)
    return max(times_s)


def _cosigned(text: str, time_s: int) -> bytes:
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()


def proof_text(proof: InclusionProof, note: Note) -> str:
    """Write an inclusion proof with the checkpoint that it ends in as one text (c2sp.org/tlog-proof, version 1)."""
    hashes = "".join(f"{base64.b64encode(one).decode()}\n" for one in proof.hashes)
    return f"{_PROOF_HEAD}\nindex {proof.index}\n{hashes}\n{note}"


def parse_proof_text(data: bytes, source: str) -> tuple[InclusionProof, Note]:
    """Read what `proof_text` wrote; neither the proof nor a signature is verified.

    Raises
    ------
    RejectError
        ``bad-proof-text``, ``bad-note`` or ``bad-checkpoint``.
    """
    head, _, rest = data.partition(b"\n\n")
    note = Note.parse(rest, source)
    checkpoint = Checkpoint.parse(note.text, source)
    try:
        first, index, *hashes = head.decode().split("\n")
        if first != _PROOF_HEAD or not index.startswith("index ") or len(hashes) > PROOF_MAX:
            raise ValueError(first)
        proof = InclusionProof(parse_size(index.removeprefix("index ")), checkpoint.size, tuple(map(decoded, hashes)))
    except ValueError as error:
        what = f"is no proof: '{_PROOF_HEAD}', 'index <number>', hashes in base64, an empty line and a checkpoint"
        raise RejectError("bad-proof-text", source, what) from error
    return proof, note


def verify_proof_text(data: bytes, leaf: bytes, log: VerifierKey, source: str) -> tuple[Checkpoint, Note]:
    """Check a proof text against a leaf's bytes and the log's key; give the checkpoint, and the note for its cosignatures.

    Raises
    ------
    RejectError
        As `parse_proof_text`, `open_checkpoint` and `contract.log.tree.verify_inclusion`.
    """
    proof, note = parse_proof_text(data, source)
    checkpoint = open_checkpoint(note, log, source)
    verify_inclusion(leaf, proof, checkpoint.root, source)
    return checkpoint, note
