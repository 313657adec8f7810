"""The programs' log files, as far as the demo shows them."""

from pathlib import Path
from typing import Final

TAIL_LINES: Final = 12
TAIL_BYTES: Final = 16_384


def tail(log: Path) -> str:
    """Give the last lines of a log, indented; a sentence where there is nothing."""
    if not log.is_file():
        return "  (it wrote no log)"
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - TAIL_BYTES))
        lines = file.read().decode(errors="replace").splitlines()
    return "\n".join(f"  {line}" for line in lines[-TAIL_LINES:]) or "  (its log is empty)"
