"""What a witness has seen: for each log the last checkpoint that it cosigned, on disk before anyone is told."""

import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from central.evidence.durable import write_durably
from contract.faults import RejectError, StopError
from contract.log.checkpoints import Checkpoint, open_checkpoint
from contract.log.notes import Note, VerifierKey
from contract.media import sha256_hex


class WitnessState:
    """A folder with one file for each log, named by the SHA-256 of its origin, and what was refused beside it.

    Raises
    ------
    StopError
        ``state-in-use`` if another witness runs on it, ``state-unreadable``.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._lock = threading.Lock()
        self._handle = (folder / "lock").open("a")
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._handle.close()
            raise StopError("state-in-use", str(folder), "is the state of another witness that is running") from error

    def close(self) -> None:
        """Let others use the folder."""
        self._handle.close()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold off every other decision, so that none is made on a state that is about to change."""
        with self._lock:
            yield

    def last(self, log: VerifierKey) -> tuple[Checkpoint, Note] | None:
        """Give the last checkpoint of a log, None before the first.

        Raises
        ------
        StopError
            ``state-unreadable``: a witness that has forgotten must not begin anew by itself.
        """
        path = self._path(log.name)
        try:
            note = Note.parse(path.read_bytes(), str(path))
            return open_checkpoint(note, log, str(path)), note
        except FileNotFoundError:
            return None
        except (OSError, RejectError) as error:
            what = f"is not the checkpoint that was kept: {error}; bring it back from a backup"
            raise StopError("state-unreadable", str(path), what) from error

    def keep(self, origin: str, note: Note) -> None:
        """Make a checkpoint the last one; durable when this returns.

        Raises
        ------
        StopError
            ``fsync-failed``.
        """
        write_durably(self._path(origin), str(note).encode())

    def keep_refused(self, origin: str, note: Note) -> Path:
        """Keep a signed checkpoint that does not continue the last one: the log's signature on it proves the misdeed. The first is kept."""
        path = self._path(origin).with_suffix(".refused")
        if not path.exists():
            write_durably(path, str(note).encode())
        return path

    def refused(self, origin: str) -> bool:
        """Whether a log was ever caught."""
        return self._path(origin).with_suffix(".refused").exists()

    def _path(self, origin: str) -> Path:
        return self._folder / f"{sha256_hex(origin.encode())}.checkpoint"
