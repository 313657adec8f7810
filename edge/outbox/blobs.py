"""A folder of files named by the SHA-256 of their content: ``blobs/<first two digits>/<sha256>``."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from contract.faults import RetryError, StopError
from contract.media import BLOB_MAX_BYTES, sha256_hex

TEMPORARY: Final = ".part"
FOLDER_MODE: Final = 0o700


class BlobFolder:
    """Keeps blobs durably. One owner at a time; the outbox calls it under its lock.

    Raises
    ------
    StopError
        If the folder cannot be made.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        try:
            root.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            _sync(root.parent)
        except OSError as error:
            raise StopError("blobs-unwritable", str(root), f"cannot be made: {error.strerror}; look at its owner and the mount") from error

    def path_of(self, sha256: str) -> Path:
        """Give where a blob lies, whether or not it is there."""
        return self._root / sha256[:2] / sha256

    def keep(self, sha256: str, data: bytes) -> None:
        """Write a blob; it is on the disk, under its name, when this returns. A blob that is there already is left alone.

        The file is flushed before it gets its name, and the folder after, so that no power cut leaves a name without its content.

        Raises
        ------
        ValueError
            If the bytes do not have that hash or are more than central takes; a program error.
        RetryError
            ``disk-full``.
        StopError
            Any other error of the disk.
        """
        if len(data) > BLOB_MAX_BYTES or sha256_hex(data) != sha256:
            msg = f"blob {sha256[:16]} of {len(data)} bytes: not its hash, or more than {BLOB_MAX_BYTES} bytes"
            raise ValueError(msg)
        path = self.path_of(sha256)
        try:
            if path.is_file() and path.stat().st_size == len(data):
                return
            if not path.parent.is_dir():
                path.parent.mkdir(mode=FOLDER_MODE)
                _sync(self._root)
            temporary = path.with_name(path.name + TEMPORARY)
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.rename(path)
            _sync(path.parent)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise RetryError("disk-full", str(path), "no room for a picture or capture; free some of the disk") from error
            raise StopError("disk-failing", str(path), f"cannot be written: {error.strerror}") from error

    def delete(self, sha256: str) -> None:
        """Remove a blob; one that is not there is no error.

        Raises
        ------
        StopError
            If the disk refuses.
        """
        path = self.path_of(sha256)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StopError("disk-failing", str(path), f"cannot be deleted: {error.strerror}") from error

    def names(self) -> Iterator[str]:
        """Give the names of all blobs, and of what was left half written."""
        for folder in self._root.iterdir():
            if folder.is_dir():
                yield from (path.name for path in folder.iterdir())

    def remove_strays(self, known: set[str]) -> int:
        """Remove files that no row knows, left by a crash between file and row; give how many.

        Raises
        ------
        StopError
            If the disk refuses.
        """
        strays = [name for name in self.names() if name not in known]
        for name in strays:
            self.delete(name)
        return len(strays)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
