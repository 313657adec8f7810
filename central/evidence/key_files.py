"""Secrets in the keys folder: each made once, readable by its owner only, and never written over."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from central.evidence.durable import UNFINISHED, sync_folder


def made_once(folder: Path, name: str, make: Callable[[], bytes]) -> bytes:
    """Give the bytes of a key file, made if there is none; its name appears only when its bytes are durable."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    if not path.exists():
        _make(folder, path, make())
    return path.read_bytes()


def _make(folder: Path, path: Path, data: bytes) -> None:
    descriptor, unfinished = tempfile.mkstemp(dir=folder, prefix=f"{path.name}.", suffix=UNFINISHED)  # readable by its owner only
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(unfinished)
    except FileExistsError:
        pass  # another process was first; its key counts
    finally:
        Path(unfinished).unlink()
    sync_folder(folder)
