"""Secrets in the keys folder: each made once, readable by its owner only, and never written over."""

import os
from collections.abc import Callable
from pathlib import Path

from central.evidence.blobs import sync_folder


def made_once(folder: Path, name: str, make: Callable[[], bytes]) -> bytes:
    """Give the bytes of a key file, made if there is none; its name appears only when its bytes are durable."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / name
    if not path.exists():
        _make(folder, path, make())
    return path.read_bytes()


def _make(folder: Path, path: Path, data: bytes) -> None:
    unfinished = folder / f"{path.name}.{os.getpid()}"
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(unfinished)
    except FileExistsError:
        pass  # another process was first; its key counts
    finally:
        unfinished.unlink()
    sync_folder(folder)
