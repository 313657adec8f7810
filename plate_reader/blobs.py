"""Pictures in a folder, named by their SHA-256: `<first two digits>/<sha256>`. The edge shares the folder and sends them on."""

import errno
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

from contract.media import sha256_hex
from plate_reader.durable import remove_temporaries, sync_folder, write_durably

BLOBS_MAX_MB: Final = 2_048
"""What the folder may take, MiB: the pictures of some 6 000 vehicles, or 200 clips, that the edge has not yet fetched."""


class BlobFolder:
    """A content-addressed folder, bounded; the same bytes are kept once.

    Parameters
    ----------
    root
        Created where missing.
    bytes_max
        What it may hold. The edge takes blobs out, so it is counted anew before anything is refused.
    """

    def __init__(self, root: Path, bytes_max: int = BLOBS_MAX_MB * 1024**2) -> None:
        self._root = root
        self._bytes_max = bytes_max
        self._lock = threading.Lock()
        for first in range(256):
            folder = root / f"{first:02x}"
            folder.mkdir(parents=True, exist_ok=True)
            remove_temporaries(folder)
        sync_folder(root)
        self._bytes = self._counted()

    def path(self, sha256: str) -> Path:
        """Give where the blob of that hash lies, or would lie."""
        return self._root / sha256[:2] / sha256

    def put(self, data: bytes) -> str:
        """Keep `data` durably and give its SHA-256.

        Raises
        ------
        OSError
            If the disk is full or fails, or the folder holds as much as it may (EDQUOT).
        """
        sha256 = sha256_hex(data)
        path = self.path(sha256)
        if not path.exists():
            self._make_room(len(data))
            write_durably(path, data)
        return sha256

    def _make_room(self, size: int) -> None:
        with self._lock:
            if self._bytes + size > self._bytes_max:
                self._bytes = self._counted()
            if self._bytes + size > self._bytes_max:
                what = f"holds {self._bytes} bytes of at most {self._bytes_max}; see why the edge takes none"
                raise OSError(errno.EDQUOT, what, str(self._root))
            self._bytes += size

    def _counted(self) -> int:
        total = 0
        for folder in self._root.iterdir():
            for entry in os.scandir(folder) if folder.is_dir() else ():
                with suppress(FileNotFoundError):
                    total += entry.stat().st_size
        return total
