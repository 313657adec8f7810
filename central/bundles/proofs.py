"""The parts that prove that records and acts stand in the log: leaves, proofs, consistency, time stamps, and the keys to check them by."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy.orm import Session

from central.bundles.parts import Part
from central.evidence.log import leaves, tree
from central.evidence.log.checkpoints import StoredCheckpoint, checkpoint_for, latest_checkpoints
from central.evidence.log.leaves import LoggedLeaf
from central.evidence.log.vouching import Trusted
from central.evidence.models import Act
from central.evidence.subject import Subject
from contract.bundle.contents import Consistency
from contract.bundle.manifest import Role
from contract.canonical import canonical_bytes
from contract.faults import RejectError
from contract.log.checkpoints import proof_text


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A leaf to be proven, under which checkpoint."""

    stem: str
    leaf: LoggedLeaf
    checkpoint: StoredCheckpoint


def proof_parts(session: Session, subject: Subject, acts: Sequence[Act]) -> Iterator[Part]:
    """Give all of them. The vehicle's record is proven under the first checkpoint that others vouch for: it says most about when it was.

    Raises
    ------
    RejectError
        ``not-in-log`` if a record has no leaf, or no checkpoint covers one.
    """
    wanted = _wanted(session, subject, acts)
    stamped: set[int] = set()
    for one in wanted:
        proof = tree.inclusion_proof(session, one.leaf.index, one.checkpoint.size)
        yield Part(f"{one.stem}.leaf", Role.LEAF, one.leaf.data)
        yield Part(f"{one.stem}.proof", Role.PROOF, proof_text(proof, one.checkpoint.note).encode())
        if one.checkpoint.timestamp is not None and one.checkpoint.id not in stamped:
            stamped.add(one.checkpoint.id)
            yield Part(f"{one.stem}.tsr", Role.TIMESTAMP, one.checkpoint.timestamp)
    sizes = sorted({one.checkpoint.size for one in wanted})
    for old, new in pairwise(sizes):
        proof_of_growth = tree.consistency_proof(session, old, new)
        content = Consistency(old_size=old, size=new, hashes=tuple(one.hex() for one in proof_of_growth.hashes))
        yield Part(f"log/{old:012}-{new:012}.consistency", Role.CONSISTENCY, canonical_bytes(content))


def _wanted(session: Session, subject: Subject, acts: Sequence[Act]) -> list[_Wanted]:
    latest = next(iter(latest_checkpoints(session, 1)), None)
    own = leaves.leaf_of_record(session, subject.station, subject.seq)
    if latest is None or own is None:
        raise RejectError(
            "not-in-log", f"record {subject.station}/{subject.seq}", "has no leaf, or the log no checkpoint; start central once"
        )
    vouched = checkpoint_for(session, own.index) or latest
    found = [_Wanted(f"log/record-{subject.seq:012}", own, vouched)]
    sequence = {subject.seq, *(later.record.seq for later in subject.vehicle.supplements)}
    for seq in sorted({number - 1 for number in sequence if number > 1} | sequence - {subject.seq}):
        leaf = leaves.leaf_of_record(session, subject.station, seq)
        if leaf is not None and seq != subject.seq:
            found.append(_Wanted(f"log/record-{seq:012}", leaf, latest))
    for act in acts:
        leaf = leaves.leaf_of_act(session, act.id)
        if leaf is not None:
            found.append(_Wanted(f"log/act-{act.id:012}", leaf, latest))
    return found


def key_parts(trusted: Trusted, central_pem: bytes) -> Iterator[Part]:
    """Give the public keys that a verifier compares with those that it has from elsewhere."""
    yield Part("keys/central.pub.pem", Role.CENTRAL_KEY, central_pem)
    yield Part("keys/log.vkey", Role.LOG_KEY, f"{trusted.log.verifier}\n".encode())
    for number, witness in enumerate(trusted.witnesses, 1):
        yield Part(f"keys/witness-{number:02}.vkey", Role.WITNESS_KEY, f"{witness}\n".encode())
    if trusted.authority:
        pem = b"".join(one.public_bytes(Encoding.PEM) for one in trusted.authority)
        yield Part("keys/time-stamp-authority.pem", Role.AUTHORITY, pem)
