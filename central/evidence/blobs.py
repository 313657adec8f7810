"""Pictures and captures in a folder, named by the SHA-256 of their bytes: ``blobs/ab/ab12…``. What is there is whole and durable."""

import hashlib
import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from central.evidence.durable import sweep_unfinished, sync, sync_folder
from contract.faults import RejectError, RetryError
from contract.media import BLOB_MAX_BYTES
from contract.units import US_PER_S

STRAY_LIFE_S: Final = 7 * 86_400
"""A blob that no row names is kept for so long: of a database that was put back from a copy somebody notices within days."""
SUBFOLDERS: Final = 256
READ_BYTES: Final = 1 << 20


class BlobStore:
    """The folder of blobs. Its 256 subfolders are made, durably, at once, so that storing a blob syncs one folder only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unfinished = folder / "unfinished"
        self._unfinished.mkdir(parents=True, exist_ok=True)
        for number in range(SUBFOLDERS):
            (folder / f"{number:02x}").mkdir(exist_ok=True)
        sync_folder(folder)
        sync_folder(folder.parent)

    def path(self, sha256: str) -> Path:
        """Give the path at which a blob lies or would lie."""
        return self._folder / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Whether the blob is here."""
        return self.path(sha256).is_file()

    def open(self, sha256: str) -> BinaryIO:
        """Open a blob for reading.

        Raises
        ------
        FileNotFoundError
            If it is not here.
        """
        return self.path(sha256).open("rb")

    def is_sound(self, sha256: str) -> bool:
        """Whether a blob's bytes still have the hash it is named by; reads all of it."""
        digest = hashlib.sha256()
        with self.open(sha256) as stream:
            while chunk := stream.read(READ_BYTES):
                digest.update(chunk)
        return digest.hexdigest() == sha256

    def delete(self, sha256: str) -> None:
        """Remove a blob's file; one that is not here is no error."""
        self.path(sha256).unlink(missing_ok=True)

    def held(self, subfolder: int) -> set[str]:
        """Give the hashes of the blobs in one of the subfolders."""
        return set(os.listdir(self._folder / f"{subfolder:02x}"))

    def is_settled(self, sha256: str, now_us: int) -> bool:
        """Whether a blob lies here for so long that whoever brought it has entered it, if he ever will."""
        try:
            return self.path(sha256).stat().st_mtime < now_us / US_PER_S - STRAY_LIFE_S
        except FileNotFoundError:
            return False

    def begin(self, sha256: str, size: int) -> "Upload":
        """Begin to receive a blob of that hash and size in bytes."""
        return Upload(self.path(sha256), self._unfinished, sha256, size)

    def sweep(self, now_us: int) -> int:
        """Remove what cut-off uploads have left, and give their number."""
        return sweep_unfinished(self._unfinished, now_us, "*")


class Upload:
    """One blob being received; as a context it removes what is not finished."""

    def __init__(self, target: Path, unfinished: Path, sha256: str, size: int) -> None:
        if not 0 < size <= BLOB_MAX_BYTES:
            raise RejectError("blob-size", f"blob {sha256[:16]}", f"has {size} bytes; 1 to {BLOB_MAX_BYTES} are taken")
        self._target = target
        self._sha256 = sha256
        self._size = size
        self._received = 0
        self._digest = hashlib.sha256()
        self._file = tempfile.NamedTemporaryFile(dir=unfinished, delete=False)
        self._path = Path(self._file.name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def write(self, chunk: bytes) -> None:
        """Take some bytes.

        Raises
        ------
        RejectError
            ``blob-size`` as soon as there are more than announced.
        RetryError
            ``disk-full`` if the disk does not take them.
        """
        self._received += len(chunk)
        if self._received > self._size:
            raise RejectError("blob-size", f"blob {self._sha256[:16]}", f"is longer than the {self._size} bytes announced")
        self._digest.update(chunk)
        try:
            self._file.write(chunk)
        except OSError as error:
            raise RetryError("disk-full", "blob folder", f"did not take a chunk: {error}; make room") from error

    def finish(self) -> None:
        """Check size and hash, and make the blob durable under its name.

        Raises
        ------
        RejectError
            ``blob-size`` or ``blob-hash`` if the bytes are not the ones announced.
        RetryError
            ``disk-full`` if the disk does not take them.
        StopError
            ``fsync-failed``; the page cache may then lie about what is on the disk, so nothing may go on.
        """
        if self._received != self._size:
            raise RejectError(
                "blob-size", f"blob {self._sha256[:16]}", f"ended after {self._received} of {self._size} bytes; send it again"
            )
        if self._digest.hexdigest() != self._sha256:
            raise RejectError("blob-hash", f"blob {self._sha256[:16]}", f"has the hash {self._digest.hexdigest()[:16]}; send it again")
        try:
            self._file.flush()
        except OSError as error:
            raise RetryError("disk-full", "blob folder", f"did not take a chunk: {error}; make room") from error
        sync(self._file.fileno(), self._path)
        self._path.replace(self._target)
        sync_folder(self._target.parent)
