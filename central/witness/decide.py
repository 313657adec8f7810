"""Whether a witness cosigns: the steps of c2sp.org/tlog-witness, numbered, in order, each with the answer where it fails."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.witness.state import WitnessState
from contract.faults import RejectError
from contract.log.checkpoints import Checkpoint, cosign, open_checkpoint, parse_size
from contract.log.notes import Note, VerifierKey, decoded
from contract.log.tree import EMPTY_ROOT, PROOF_MAX, ConsistencyProof, verify_consistency

TEXT_TYPE = "text/plain; charset=utf-8"
SIZE_TYPE = "text/x.tlog.size"
_LOG = structlog.get_logger("witness")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    status: HTTPStatus
    text: str
    media_type: str = TEXT_TYPE


@dataclass(frozen=True, slots=True)
class Request:
    """What a log asks: cosign `note`, which by `hashes` continues the tree of `old_size` leaves."""

    old_size: int
    hashes: tuple[bytes, ...]
    note: Note

    @classmethod
    def parse(cls, body: bytes) -> "Request":
        """Read a request's body.

        Raises
        ------
        RejectError
            ``bad-request`` or ``bad-note``.
        """
        head, _, rest = body.partition(b"\n\n")
        note = Note.parse(rest, "request")
        try:
            old, *hashes = head.decode().split("\n")
            if not old.startswith("old ") or len(hashes) > PROOF_MAX:
                raise ValueError(old)
            return cls(parse_size(old.removeprefix("old ")), tuple(map(decoded, hashes)), note)
        except ValueError as error:
            what = f"is not 'old <size>', at most {PROOF_MAX} hashes in base64, an empty line and a checkpoint"
            raise RejectError("bad-request", "request", what) from error


class Witness:
    """Decides on checkpoints.

    Parameters
    ----------
    name, key
        Cosign.
    logs
        The keys of the logs that are watched, by origin.
    state
        What was seen so far.
    """

    def __init__(self, name: str, key: Ed25519PrivateKey, logs: Mapping[str, VerifierKey], state: WitnessState) -> None:
        self._name, self._key, self._logs, self.state = name, key, logs, state

    def add_checkpoint(self, body: bytes, time_s: int) -> Answer:
        """Cosign a checkpoint, or say why not; `time_s` is now, in seconds since 1970.

        Raises
        ------
        StopError
            If the state cannot be read or kept: no answer may go out then.
        """
        # 1. The request is one, and holds a checkpoint.
        try:
            request = Request.parse(body)
            checkpoint = Checkpoint.parse(request.note.text, "checkpoint")
        except RejectError as error:
            return Answer(HTTPStatus.BAD_REQUEST, f"{error}\n")
        # 2. The log is one of ours, and has signed it.
        log = self._logs.get(checkpoint.origin)
        if log is None:
            return Answer(HTTPStatus.NOT_FOUND, "this witness does not watch a log of that origin\n")
        try:
            open_checkpoint(request.note, log, "checkpoint")
        except RejectError as error:
            return Answer(HTTPStatus.FORBIDDEN, f"{error}\n")
        # 3. It does not shrink by its own word.
        if request.old_size > checkpoint.size:
            return Answer(HTTPStatus.BAD_REQUEST, f"the old size {request.old_size} is beyond the checkpoint's, {checkpoint.size}\n")
        with self.state.exclusive():
            return self._against_last(request, checkpoint, log, time_s)

    def _against_last(self, request: Request, checkpoint: Checkpoint, log: VerifierKey, time_s: int) -> Answer:
        # 4. It begins where we left off.
        last = self.state.last(log)
        seen = Checkpoint(checkpoint.origin, 0, EMPTY_ROOT) if last is None else last[0]
        if request.old_size != seen.size:
            if checkpoint.size < seen.size:
                self._caught(checkpoint, seen, request.note, "log-rolled-back")
            return Answer(HTTPStatus.CONFLICT, f"{seen.size}\n", SIZE_TYPE)
        # 5. It continues what we have seen; a checkpoint of the same size is the same.
        try:
            verify_consistency(ConsistencyProof(seen.size, checkpoint.size, request.hashes), seen.root, checkpoint.root, "checkpoint")
        except RejectError as error:
            self._caught(checkpoint, seen, request.note, "log-forked")
            same_size = seen.size == checkpoint.size and seen.root != checkpoint.root
            return Answer(HTTPStatus.CONFLICT if same_size else HTTPStatus.UNPROCESSABLE_ENTITY, f"{error}\n")
        # 6. It is kept before anyone is told.
        own = Note(request.note.text, request.note.signatures_by(log))
        cosignature = cosign(own, self._name, self._key, time_s)
        self.state.keep(checkpoint.origin, own.with_signatures(cosignature))
        return Answer(HTTPStatus.OK, str(cosignature))

    def _caught(self, checkpoint: Checkpoint, seen: Checkpoint, note: Note, code: str) -> None:
        """Tell loudly of a checkpoint that the log has signed and should not have; one of its old ones, sent again, is none."""
        if code == "log-rolled-back":
            _LOG.warning(code, origin=checkpoint.origin, seen=seen.size, given=checkpoint.size, what="an older state of the log is given")
            return
        kept = self.state.keep_refused(checkpoint.origin, note)
        what = "the log has signed a tree that does not continue what it had signed before; or it sent a wrong proof"
        _LOG.critical(code, origin=checkpoint.origin, seen=seen.size, given=checkpoint.size, kept=str(kept), what=what)
