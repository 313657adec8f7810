"""Copies that took time to make, kept for the next one who looks: a bounded folder that may be emptied at any time."""

import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from central.evidence.durable import UNFINISHED, sweep_unfinished

BYTES_MAX: Final = 512 * 1024**2
"""Some 150 clips; what was looked at last stays."""

LOCKS: Final = 16


class DerivedFolder:
    """Gives a copy by its name, making it where it is not there; safe to use from several threads."""

    def __init__(self, root: Path, bytes_max: int = BYTES_MAX) -> None:
        self._root = root
        self._bytes_max = bytes_max
        self._locks = [threading.Lock() for _ in range(LOCKS)]

    def get(self, name: str, make: Callable[[], bytes]) -> Path:
        """Give the file of that name; two who ask at once wait for one making."""
        self._root.mkdir(parents=True, exist_ok=True)
        path = self._root / name
        with self._locks[hash(name) % LOCKS]:
            if path.is_file():
                os.utime(path)
                return path
            data = make()
            self._make_room(len(data))
            with tempfile.NamedTemporaryFile(dir=self._root, prefix=f"{name}.", suffix=UNFINISHED, delete=False) as file:
                file.write(data)
            Path(file.name).replace(path)
        return path

    def sweep(self, now_us: int) -> int:
        """Remove what was cut off while it was made, and give the number of files."""
        return sweep_unfinished(self._root, now_us)

    def forget(self, part: str) -> None:
        """Remove every copy whose name holds a text: the hash of an original that is deleted."""
        for path in self._root.glob(f"*{part}*"):
            path.unlink(missing_ok=True)

    def _make_room(self, size: int) -> None:
        """Remove what was not looked at for longest, until there is room."""
        held = []
        for path in self._root.iterdir():
            try:
                status = path.stat()
            except FileNotFoundError:
                continue
            held.append((status.st_mtime, status.st_size, path))
        total = sum(each for _, each, _ in held) + size
        for _, each, path in sorted(held, key=lambda entry: entry[0]):
            if total <= self._bytes_max:
                return
            path.unlink(missing_ok=True)
            total -= each
