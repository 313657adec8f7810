"""The folder in which the plate reader leaves pictures, named by their SHA-256; the edge takes them from there into its outbox."""

from pathlib import Path
from typing import Final

from contract.faults import RejectError
from contract.media import Sha256, sha256_hex

KEPT_S: Final = 24 * 3600.0
"""How long a picture that no vehicle claimed is kept where nothing else is set: its read may still be matched until the matching has
forgotten the vehicle."""


class PictureFolder:
    """Reads and clears the folder ``<root>/<first two digits>/<sha256>``."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, sha256: Sha256) -> bytes:
        """Give the bytes of a picture or clip.

        Raises
        ------
        RejectError
            ``picture-missing`` or ``picture-damaged``: the record goes without it.
        """
        path = self._path(sha256)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise RejectError("picture-missing", str(path), f"cannot be read ({error.strerror}); the record goes without it") from error
        if not data or sha256_hex(data) != sha256:
            raise RejectError("picture-damaged", str(path), "is not what the plate reader has named; the record goes without it")
        return data

    def discard(self, sha256: Sha256) -> None:
        """Remove what the outbox now holds."""
        self._path(sha256).unlink(missing_ok=True)

    def prune(self, now_s: float, kept_s: float = KEPT_S) -> int:
        """Remove pictures older than `kept_s`, `now_s` being the file system's clock; give how many."""
        removed = 0
        for path in self._root.glob("??/*"):
            if path.is_file() and path.stat().st_mtime < now_s - kept_s:
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def _path(self, sha256: Sha256) -> Path:
        return self._root / sha256[:2] / sha256
