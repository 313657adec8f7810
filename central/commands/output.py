"""The file that a command writes for whoever typed it."""

from collections.abc import Iterable
from pathlib import Path

from central.evidence.durable import UNFINISHED


def write_whole(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file that has its name only once it is whole, whatever ends the command.

    Raises
    ------
    OSError
        If it cannot be written; nothing is left of it then.
    """
    if path.exists() and not path.is_file():  # a pipe or a device takes what comes
        with path.open("wb") as stream:
            stream.writelines(chunks)
        return
    part = path.with_name(f"{path.name}{UNFINISHED}")
    try:
        with part.open("wb") as stream:
            stream.writelines(chunks)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
