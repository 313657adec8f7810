"""What this central remembers of its log outside the database: the last checkpoint it signed, beside its key.

A database that was put back to an older state, checkpoints and all, is consistent in itself. It is no continuation of this.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from central.evidence.durable import write_durably
from central.evidence.log.checkpoints import LogKey
from contract.faults import RejectError, StopError
from contract.log.checkpoints import Checkpoint, open_checkpoint
from contract.log.notes import Note, VerifierKey

FILE_NAME: Final = "log.last-checkpoint"


def remember(folder: Path, note: Note) -> None:
    """Keep a checkpoint as the last one.

    Raises
    ------
    StopError
        ``fsync-failed``.
    """
    write_durably(folder / FILE_NAME, str(note).encode())


@dataclass(frozen=True, slots=True)
class Memory:
    """What was remembered at a moment: the last checkpoint, None before the first, or why it cannot be read."""

    checkpoint: Checkpoint | None = None
    failure: str | None = None


def recall(folder: Path, key: LogKey) -> Memory:
    """Read what is remembered, to hold a log against it that is read *afterwards*: others may be signing.

    A session that began before would not have what was entered, signed and remembered since, and the log would look cut short.

    Raises
    ------
    StopError
        ``file-unreadable``.
    """
    try:
        return Memory(remembered(folder, key))
    except RejectError as error:
        return Memory(failure=f"{folder / FILE_NAME}: {error.what}")


def remembered(folder: Path, key: LogKey) -> Checkpoint | None:
    """Give the last checkpoint, None before the first.

    Raises
    ------
    RejectError
        If what lies there is none that the log's key has signed.
    StopError
        ``file-unreadable``.
    """
    path = folder / FILE_NAME
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StopError("file-unreadable", str(path), str(error)) from error
    note = Note.parse(data, str(path))
    origin = Checkpoint.parse(note.text, str(path)).origin
    return open_checkpoint(note, VerifierKey(origin, key.verifier.kind, key.verifier.public), str(path))
