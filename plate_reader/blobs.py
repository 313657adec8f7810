"""Pictures in a folder, named by their SHA-256: `<first two digits>/<sha256>`. The edge shares the folder and sends them on."""

from pathlib import Path

from contract.media import sha256_hex
from plate_reader.durable import remove_temporaries, sync_folder, write_durably


class BlobFolder:
    """A content-addressed folder; the same bytes are kept once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        for first in range(256):
            folder = root / f"{first:02x}"
            folder.mkdir(parents=True, exist_ok=True)
            remove_temporaries(folder)
        sync_folder(root)

    def path(self, sha256: str) -> Path:
        """Give where the blob of that hash lies, or would lie."""
        return self._root / sha256[:2] / sha256

    def put(self, data: bytes) -> str:
        """Keep `data` durably and give its SHA-256.

        Raises
        ------
        OSError
            If the disk is full or fails.
        """
        sha256 = sha256_hex(data)
        path = self.path(sha256)
        if not path.exists():
            write_durably(path, data)
        return sha256
