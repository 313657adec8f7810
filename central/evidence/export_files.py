"""Files of exports that central still keeps: whoever asked for one has fetched it long before its plates are due."""

from pathlib import Path

from central.evidence.database import Database
from central.evidence.journal import SERVICE, Verb, note
from contract.units import US_PER_S

_US_PER_DAY = 86_400 * US_PER_S


def remove_old_exports(database: Database, folder: Path, now_us: int, after_days: float) -> tuple[int, int]:
    """Remove files that were written so many days ago, note it in the journal, and give their number and size in bytes."""
    if not folder.is_dir():
        return 0, 0
    oldest_s = (now_us - after_days * _US_PER_DAY) / US_PER_S
    old = [(path, path.stat().st_size) for path in sorted(folder.rglob("*")) if path.is_file() and path.stat().st_mtime < oldest_s]
    if not old:
        return 0, 0
    size = sum(each for _, each in old)
    with database.write() as session:
        note(session, SERVICE, Verb.DELETED, "retention/exports", now_us=now_us, detail={"files": len(old), "bytes": size})
    for path, _ in old:
        path.unlink(missing_ok=True)
    return len(old), size
