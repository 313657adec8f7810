"""The raw signals of the runs of all sessions, each a capture named by the SHA-256 that its signed record gives."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from calibration.told import told
from contract.faults import RejectError, StopError
from contract.media import sha256_hex

SUFFIX: Final = ".h5"


class CaptureFolder:
    """Keeps captures durably; the same one twice is one."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path_of(self, sha256: str) -> Path:
        """Give where a capture lies, whether or not it is there."""
        return self._root / f"{sha256}{SUFFIX}"

    def keep(self, sha256: str, data: bytes) -> Path:
        """Write a capture; it is on the disk under its name when this returns.

        Raises
        ------
        RejectError
            ``capture-differs`` if the bytes do not have that hash.
        StopError
            ``captures-unwritable``.
        """
        if sha256_hex(data) != sha256:
            raise RejectError(
                "capture-differs", told("capture %(sha256)s", sha256=sha256[:12]), told("is not what the record names; it is not kept")
            )
        path = self.path_of(sha256)
        try:
            if path.is_file():
                return path
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = path.with_suffix(f".{os.getpid()}.part")
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
            folder = os.open(self._root, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            what = told("cannot be written: %(strerror)s; look at the folder's owner and at the space on the disk", strerror=error.strerror)
            raise StopError("captures-unwritable", str(self._root), what) from error
        return path
