"""Checkpoints as they are kept: signed by the log's own key, with what witnesses and the time stamp authority have said of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from central.evidence.keys import own_key
from central.evidence.log import leaves, tree
from central.evidence.models import LogCheckpoint, LogCosignature, LogTimestamp
from contract.log.checkpoints import Checkpoint
from contract.log.notes import KeyKind, Note, NoteSignature, VerifierKey, parse_signatures
from contract.media import sha256_hex

KEY_NAME: Final = "log"


@dataclass(frozen=True)
class LogKey:
    """The key that signs checkpoints, and the log's origin, which is the key's name in them."""

    origin: str
    private: Ed25519PrivateKey

    @property
    def verifier(self) -> VerifierKey:
        """The public half, as others are given it."""
        return VerifierKey(self.origin, KeyKind.ED25519, self.private.public_key())


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A witness's word: which, and when, in seconds since 1970."""

    witness: str
    time_s: int


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A checkpoint with all that is known of it.

    `note` bears the log's signature first, then those of witnesses; `log_note` the first alone, which is what was stamped; `timestamp` is
    the authority's answer.
    """

    id: int
    size: int
    root: bytes
    made_us: int
    note: Note
    cosigned: tuple[Cosigned, ...]
    stamped_us: int | None
    timestamp: bytes | None

    @property
    def log_note(self) -> Note:
        """The note with the log's own signature alone."""
        return Note(self.note.text, self.note.signatures[:1])


def log_key(folder: Path, origin: str | None) -> LogKey:
    """Give the log's key, made if there is none; without an origin the log is named by its key.

    Raises
    ------
    StopError
        ``key-unreadable``.
    """
    private = own_key(folder, KEY_NAME)
    return LogKey(origin or f"weighline/{sha256_hex(private.public_key().public_bytes_raw())[:16]}", private)


def make_checkpoint(session: Session, key: LogKey, now_us: int) -> StoredCheckpoint:
    """Sign the log as it stands, within a writing transaction.

    Raises
    ------
    RejectError
        ``log-incomplete`` if stored hashes are missing.
    """
    size = leaves.size(session)
    checkpoint = Checkpoint(key.origin, size, tree.root(session, size))
    note = checkpoint.signed(key.private)
    row = LogCheckpoint(size=size, made_us=now_us, note=str(note).encode())
    session.add(row)
    session.flush()
    return StoredCheckpoint(row.id, size, checkpoint.root, now_us, note, (), None, None)


def add_cosignature(session: Session, checkpoint: int, signature: NoteSignature, time_s: int) -> None:
    """Keep a witness's verified cosignature."""
    session.merge(LogCosignature(checkpoint_id=checkpoint, witness=signature.name, time_s=time_s, line=str(signature).encode()))


def add_timestamp(session: Session, checkpoint: int, answer: bytes, time_us: int) -> None:
    """Keep the authority's verified answer."""
    session.merge(LogTimestamp(checkpoint_id=checkpoint, time_us=time_us, sha256=sha256_hex(answer), answer=answer))


def latest_checkpoints(session: Session, count: int, before: int | None = None) -> tuple[StoredCheckpoint, ...]:
    """Give the last checkpoints, newest first, or those before the one of that id.

    Raises
    ------
    RejectError
        ``bad-note`` or ``bad-checkpoint`` if what is stored is none.
    """
    query = select(LogCheckpoint).order_by(LogCheckpoint.id.desc()).limit(count)
    return _whole(session, session.scalars(query if before is None else query.where(LogCheckpoint.id < before)).all())


def checkpoint_for(session: Session, index: int) -> StoredCheckpoint | None:
    """Give the checkpoint that says most about a leaf: the first with cosignature and time stamp, else with one of them, else any."""
    cosigned = exists().where(LogCosignature.checkpoint_id == LogCheckpoint.id)
    stamped = exists().where(LogTimestamp.checkpoint_id == LogCheckpoint.id)
    covering = select(LogCheckpoint).where(LogCheckpoint.size > index).order_by(LogCheckpoint.size, LogCheckpoint.id).limit(1)
    for wanted in ((cosigned, stamped), (stamped,), (cosigned,), ()):
        if found := _whole(session, session.scalars(covering.where(*wanted)).all()):
            return found[0]
    return None


def cosigned_size(session: Session, witness: str) -> int:
    """Give the size of the last checkpoint that a witness has cosigned, 0 if it has none."""
    query = select(LogCheckpoint.size).join(LogCosignature, LogCosignature.checkpoint_id == LogCheckpoint.id)
    return session.scalar(query.where(LogCosignature.witness == witness).order_by(LogCheckpoint.id.desc()).limit(1)) or 0


def _whole(session: Session, rows: Sequence[LogCheckpoint]) -> tuple[StoredCheckpoint, ...]:
    ids = [row.id for row in rows]
    cosignatures = session.scalars(
        select(LogCosignature).where(LogCosignature.checkpoint_id.in_(ids)).order_by(LogCosignature.checkpoint_id, LogCosignature.witness)
    ).all()
    stamps = {row.checkpoint_id: row for row in session.scalars(select(LogTimestamp).where(LogTimestamp.checkpoint_id.in_(ids)))}
    return tuple(_one(row, (one for one in cosignatures if one.checkpoint_id == row.id), stamps.get(row.id)) for row in rows)


def _one(row: LogCheckpoint, cosignatures: Iterable[LogCosignature], stamp: LogTimestamp | None) -> StoredCheckpoint:
    source = f"checkpoint {row.id}"
    note, cosigned = Note.parse(row.note if isinstance(row.note, bytes) else b"", source), []
    checkpoint = Checkpoint.parse(note.text, source)
    for one in cosignatures:
        note = note.with_signatures(*parse_signatures(one.line, f"cosignature {one.witness} of {source}"))
        cosigned.append(Cosigned(one.witness, one.time_s))
    return StoredCheckpoint(
        id=row.id,
        size=checkpoint.size,
        root=checkpoint.root,
        made_us=row.made_us,
        note=note,
        cosigned=tuple(cosigned),
        stamped_us=None if stamp is None else stamp.time_us,
        timestamp=None if stamp is None else stamp.answer,
    )
