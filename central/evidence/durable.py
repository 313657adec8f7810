"""Files that are whole or not there, whatever happens while they are written."""

import os
import tempfile
from pathlib import Path
from typing import Final

from contract.faults import StopError
from contract.units import US_PER_S

UNFINISHED: Final = ".part"
"""Ending of a file's name while it is written; whoever is killed then leaves it."""
UNFINISHED_LIFE_S: Final = 3_600
"""A file that has not been finished for so long was cut off; no upload of the largest blob takes it."""


def sweep_unfinished(folder: Path, now_us: int, pattern: str = f"*{UNFINISHED}") -> int:
    """Remove what was cut off of a folder's files of a pattern, and give their number; a folder that is not there has none."""
    oldest_s, removed = now_us / US_PER_S - UNFINISHED_LIFE_S, 0
    for path in folder.glob(pattern):
        try:
            if path.stat().st_mtime < oldest_s:
                path.unlink()
                removed += 1
        except FileNotFoundError:
            continue  # it was finished meanwhile
    return removed


def write_durably(path: Path, data: bytes) -> None:
    """Put `data` under a name: when this returns it is on the disk, and until then the name has what it had before.

    Raises
    ------
    StopError
        ``fsync-failed`` if the disk does not take it; the page cache may then lie about what is on it, so nothing may go on.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.", suffix=UNFINISHED)
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise StopError("fsync-failed", str(path), f"{error}; check the disk, then start again") from error
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a folder's entries durable: without it a new name may be gone after a power cut, however durable the bytes.

    Raises
    ------
    StopError
        ``fsync-failed``.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        sync(descriptor, folder)
    finally:
        os.close(descriptor)


def sync(descriptor: int, path: Path) -> None:
    """Make an open file's bytes durable; `path` says which in the error.

    Raises
    ------
    StopError
        ``fsync-failed``; the page cache may then lie about what is on the disk, so nothing may go on.
    """
    try:
        os.fsync(descriptor)
    except OSError as error:
        raise StopError("fsync-failed", str(path), f"{error}; check the disk, then start again") from error
