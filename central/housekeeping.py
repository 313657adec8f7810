"""The deletion schedule as it runs in the background; log and journal say how much was deleted and when, and never a plate."""

import asyncio
from dataclasses import asdict, dataclass, replace
from typing import Final

import structlog
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import select

from central.config import RetentionSettings, Settings
from central.context import Central
from central.evidence.blobs import SUBFOLDERS, BlobStore
from central.evidence.database import Database
from central.evidence.derived import DerivedFolder
from central.evidence.durable import sweep_unfinished
from central.evidence.models import Blob
from central.evidence.quarantine import empty_due
from central.evidence.retention import Swept, deleted_since, sweep
from central.evidence.retention_due import Due, Schedule, find_due
from central.exports.deletion import remove_due_exports
from contract.faults import RetryError, StopError
from contract.units import US_PER_DAY, US_PER_HOUR

EVERY_S: Final = 3_600.0
FIRST_S: Final = 30.0
"""After the start, when stations that have waited are served first."""
STRAY_PARTS: Final = 24
"""In so many parts, one an hour, the folder of blobs is looked through for what no row accounts for: it may hold millions."""
LEFT_BEHIND_US: Final = 2 * US_PER_DAY
"""How far back files are looked for that a crash between commit and removal has left."""

_LOG = structlog.get_logger("central")


@dataclass(frozen=True, slots=True)
class Deleted:
    """What all sweeps of one run have deleted: `messages` are refused ones, `exports` files, `strays` files that a crash has left."""

    vehicles: int = 0
    supplements: int = 0
    plates: int = 0
    texts: int = 0
    media: int = 0
    messages: int = 0
    exports: int = 0
    strays: int = 0
    size: int = 0

    def and_swept(self, swept: Swept) -> "Deleted":
        """Add one sweep."""
        return replace(
            self,
            vehicles=self.vehicles + swept.vehicles,
            supplements=self.supplements + swept.supplements,
            plates=self.plates + swept.plates,
            texts=self.texts + swept.texts,
            media=self.media + len(swept.media),
            size=self.size + swept.size,
        )


def delete_due(
    database: Database, blobs: BlobStore, derived: DerivedFolder, now_us: int, settings: Settings, *, stray_parts: int = 1
) -> Deleted:
    """Delete all that is due, batch by batch, and leave nothing of it in the write-ahead log; likewise what cut-off writing has left.

    `stray_parts` are the parts in which the folder of blobs is looked through for strays: of several, the one whose hour it is.

    Raises
    ------
    RetryError
        ``database-away`` if it cannot be reached; what was deleted stays so.
    """
    retention = settings.retention
    total = Deleted()
    _remove_files(blobs, derived, _left_behind(database, now_us))
    schedule = _schedule(retention)
    while (due := _find_due(database, now_us, schedule)) is not None:
        with database.write() as session:
            swept = sweep(session, due, now_us, schedule)
        _remove_files(blobs, derived, swept.media)
        total = total.and_swept(swept)
    while (emptied := _empty_quarantine(database, now_us, retention)) != (0, 0):
        total = replace(total, messages=total.messages + emptied[0], size=total.size + emptied[1])
    files, size = remove_due_exports(database, settings.export_folder, now_us)
    strays = blobs.sweep(now_us) + derived.sweep(now_us) + sweep_unfinished(settings.key_folder, now_us)
    strays += _remove_strays(database, blobs, now_us, stray_parts)
    total = replace(total, exports=files, strays=strays, size=total.size + size)
    if total != Deleted():
        _LOG.info("deleted-on-schedule", **asdict(total), after_days=retention.not_overloaded_days)
    if not database.clear_deleted():
        _LOG.info("write-ahead-log-in-use", what="somebody still reads it; it is emptied with the next run")
    return total


def _schedule(retention: RetentionSettings) -> Schedule:
    return Schedule(
        not_overloaded_days=retention.not_overloaded_days,
        dismissed_case_days=retention.dismissed_case_days,
        closed_case_days=retention.closed_case_days,
        orphan_days=retention.quarantine_days,
    )


def _find_due(database: Database, now_us: int, schedule: Schedule) -> Due | None:
    with database.read() as session:
        return find_due(session, now_us, schedule)


def _empty_quarantine(database: Database, now_us: int, retention: RetentionSettings) -> tuple[int, int]:
    with database.write() as session:
        return empty_due(session, now_us, retention.quarantine_days)


def _left_behind(database: Database, now_us: int) -> tuple[str, ...]:
    with database.read() as session:
        return deleted_since(session, now_us - LEFT_BEHIND_US)


def _remove_files(blobs: BlobStore, derived: DerivedFolder, media: tuple[str, ...]) -> None:
    for sha256 in media:
        blobs.delete(sha256)
        derived.forget(sha256)


def _remove_strays(database: Database, blobs: BlobStore, now_us: int, parts: int) -> int:
    """Remove blobs without a row: of an upload that was cut off before it was entered, of a document whose case moved on meanwhile.

    Where they are more than those with a row, the folder is another database's, and nothing is removed.
    """
    strays, entered = _strays(database, blobs, range(now_us // US_PER_HOUR % parts, SUBFOLDERS, parts))
    if len(strays) > entered:
        what = "nothing is removed: is this the folder of this database, and was the database put back from a copy?"
        _LOG.warning("blobs-without-rows", without=len(strays), entered=entered, what=what)
        return 0
    removed = 0
    for sha256 in strays:
        # Within the write lock, so that nobody enters it meanwhile: whoever does so wrote the file anew just before.
        with database.write() as session:
            if blobs.is_settled(sha256, now_us) and session.get(Blob, sha256) is None:
                blobs.delete(sha256)
                removed += 1
    return removed


def _strays(database: Database, blobs: BlobStore, subfolders: range) -> tuple[list[str], int]:
    """Give the blobs of some subfolders that no row names, and how many rows name the others."""
    strays, entered = list[str](), 0
    for number in subfolders:
        prefix, held = f"{number:02x}", blobs.held(number)
        with database.read() as session:
            named = set(session.scalars(select(Blob.sha256).where(Blob.sha256.between(prefix, f"{prefix}g"))))
        strays += sorted(held - named)
        entered += len(named)
    return strays, entered


async def keep_house(central: Central) -> None:
    """Delete what is due every hour, until cancelled; what going on would harm ends the service."""
    pause_s = FIRST_S
    while True:
        await asyncio.sleep(pause_s)
        pause_s = EVERY_S
        try:
            await run_in_threadpool(_one_run, central)
        except RetryError as error:
            central.count(error)
        except StopError as error:
            central.ending.ask(error)
            return


def _one_run(central: Central) -> None:
    delete_due(central.database, central.blobs, central.derived, central.now_us(), central.settings, stray_parts=STRAY_PARTS)
