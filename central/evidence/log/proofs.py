"""One leaf proved now, step by step, from the stored bytes to what others have signed."""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.evidence.log import tree
from central.evidence.log.checkpoints import StoredCheckpoint, checkpoint_for
from central.evidence.log.objects import compared
from central.evidence.log.vouching import Trusted, cosignature_failures, own_verifier, timestamp_failures
from central.evidence.models import LogCheckpoint, LogCosignature, LogTimestamp
from contract.faults import RejectError
from contract.log.checkpoints import open_checkpoint, proof_text
from contract.log.leaves import ActLeaf, RecordLeaf
from contract.log.tree import verify_inclusion


class Step(StrEnum):
    """What is verified, in order."""

    OBJECT = "object"
    """The stored record or act has the hash that the leaf names."""
    INCLUSION = "inclusion"
    """The leaf is in the tree of the checkpoint."""
    SIGNATURE = "signature"
    """The log's key has signed the checkpoint."""
    COSIGNATURE = "cosignature"
    TIMESTAMP = "timestamp"


@dataclass(frozen=True, slots=True)
class StepResult:
    """How a step ended: `failure` is None where it held."""

    step: Step
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class LeafProof:
    """A leaf with all that speaks for it; without a `checkpoint` none covers it yet, and `text` is None."""

    index: int
    data: bytes
    leaf: RecordLeaf | ActLeaf | None
    checkpoint: StoredCheckpoint | None
    text: str | None
    steps: tuple[StepResult, ...]

    @property
    def holds(self) -> bool:
        """Whether every step held."""
        return all(step.failure is None for step in self.steps)


def prove_leaf(session: Session, index: int, trusted: Trusted) -> LeafProof | None:
    """Verify a leaf, its object and its proof; None if there is no such leaf."""
    one = next(compared(session, index, index + 1), None)
    if one is None:
        return None
    steps = [StepResult(Step.OBJECT, "; ".join(one.failures) or None)]
    checkpoint = checkpoint_for(session, index)
    if checkpoint is None:
        return LeafProof(index, one.data, one.leaf, None, None, tuple(steps))
    text = None
    try:
        proof = tree.inclusion_proof(session, index, checkpoint.size)
        text = proof_text(proof, checkpoint.note)
        verify_inclusion(one.data, proof, checkpoint.root, f"leaf {index}")
        steps.append(StepResult(Step.INCLUSION))
    except RejectError as error:
        steps.append(StepResult(Step.INCLUSION, error.what))
    return LeafProof(index, one.data, one.leaf, checkpoint, text, (*steps, *_vouched(session, checkpoint, trusted)))


def _vouched(session: Session, checkpoint: StoredCheckpoint, trusted: Trusted) -> list[StepResult]:
    name = f"checkpoint {checkpoint.id}"
    try:
        signed = open_checkpoint(checkpoint.note, own_verifier(trusted.log, checkpoint.note.text.partition("\n")[0]), name)
        steps = [StepResult(Step.SIGNATURE, None if signed.size == checkpoint.size else "is of another size")]
    except RejectError as error:
        steps = [StepResult(Step.SIGNATURE, error.what)]
    row = session.get_one(LogCheckpoint, checkpoint.id)
    if trusted.witnesses:
        lines = session.scalars(select(LogCosignature).where(LogCosignature.checkpoint_id == checkpoint.id)).all()
        found = [failure for line in lines for failure in cosignature_failures(line, checkpoint.note, row.made_us, trusted.witnesses)]
        steps.append(StepResult(Step.COSIGNATURE, "; ".join(found) or (None if lines else "no witness has cosigned it")))
    if trusted.authority:
        stamp = session.get(LogTimestamp, checkpoint.id)
        failures = (
            ["it bears no time stamp"] if stamp is None else timestamp_failures(stamp, checkpoint.log_note, row.made_us, trusted.authority)
        )
        steps.append(StepResult(Step.TIMESTAMP, "; ".join(failures) or None))
    return steps
