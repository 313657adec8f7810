"""Files that are there whole, or not at all, whatever moment the power goes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

TEMPORARY_SUFFIX: Final = ".plates-tmp"
"""Ending of files this program is writing, and no other in a shared folder; what bears it at start was never promised to anyone."""


def write_durably(path: Path, data: bytes) -> None:
    """Write `data` to `path` so that it survives a power cut once this returns: temporary file, fsync, rename, fsync of the folder.

    Raises
    ------
    OSError
        If the disk is full or fails; `path` is then as it was before.
    """
    temporary = path.with_name(f"{path.name}.{uuid4().hex}{TEMPORARY_SUFFIX}")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable (POSIX: a rename is only so after fsync of the directory)."""
    with _opened(folder) as descriptor:
        os.fsync(descriptor)


def remove_temporaries(folder: Path) -> int:
    """Remove what an interrupted write left in `folder`; give how many files."""
    leftovers = list(folder.glob(f"*{TEMPORARY_SUFFIX}"))
    for leftover in leftovers:
        leftover.unlink(missing_ok=True)
    return len(leftovers)


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
