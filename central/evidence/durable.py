"""Files that are whole or not there, whatever happens while they are written."""

import os
from pathlib import Path

from central.evidence.blobs import sync_folder
from contract.faults import StopError


def write_durably(path: Path, data: bytes) -> None:
    """Put `data` under a name: when this returns it is on the disk, and until then the name has what it had before.

    Raises
    ------
    StopError
        ``fsync-failed`` if the disk does not take it; the page cache may then lie about what is on it, so nothing may go on.
    """
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with unfinished.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise StopError("fsync-failed", str(path), f"{error}; check the disk, then start again") from error
    sync_folder(path.parent)
