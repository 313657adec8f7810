"""The end of exports: a finished file goes when its time is over, and with it whatever lies in the folder that no job accounts for."""

from pathlib import Path
from typing import Final

from central.evidence.database import Database
from central.evidence.journal import SERVICE, Verb, note
from central.exports import jobs
from contract.units import US_PER_S

STRAY_S: Final = 86_400
"""A file that no job accounts for is left for a day: it may be being made by another process."""


def remove_due_exports(database: Database, folder: Path, now_us: int) -> tuple[int, int]:
    """Remove what is due, note it in the journal, and give the number of files and their size in bytes."""
    with database.read() as session:
        due = jobs.due(session, now_us)
        kept = jobs.files_kept(session)
    gone = [folder / job.file_name for job in due]
    strays = [path for path in _files(folder) if path.name not in kept and path.stat().st_mtime < now_us / US_PER_S - STRAY_S]
    sizes = [path.stat().st_size for path in (*gone, *strays) if path.is_file()]
    with database.write() as session:
        jobs.forget_failed_plates(session)
    if due or strays:
        with database.write() as session:
            for job in due:
                jobs.forget(session, job.id, SERVICE, now_us)
            if strays:
                note(session, SERVICE, Verb.DELETED, "exports/strays", now_us=now_us, detail={"files": len(strays)})
    for path in (*gone, *strays):
        path.unlink(missing_ok=True)
    return len(sizes), sum(sizes)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
