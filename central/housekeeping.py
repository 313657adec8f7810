"""The deletion schedule as it runs in the background; log and journal say how much was deleted and when, and never a plate."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Final

import structlog
from fastapi.concurrency import run_in_threadpool

from central.config import RetentionSettings, Settings
from central.evidence.blobs import BlobStore
from central.evidence.database import Database
from central.evidence.derived import DerivedFolder
from central.evidence.quarantine import empty_due
from central.evidence.retention import Schedule, Swept, deleted_since, sweep
from central.exports.deletion import remove_due_exports
from contract.faults import RetryError
from contract.units import US_PER_DAY

EVERY_S: Final = 3_600.0
FIRST_S: Final = 30.0
"""After the start, when stations that have waited are served first."""
LEFT_BEHIND_US: Final = 2 * US_PER_DAY
"""How far back files are looked for that a crash between commit and removal has left."""

_LOG = structlog.get_logger("central")


@dataclass(frozen=True, slots=True)
class Deleted:
    """What all sweeps of one run have deleted; `messages` are refused ones, `exports` files."""

    vehicles: int = 0
    supplements: int = 0
    plates: int = 0
    texts: int = 0
    media: int = 0
    messages: int = 0
    exports: int = 0
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


def delete_due(database: Database, blobs: BlobStore, derived: DerivedFolder, now_us: int, settings: Settings) -> Deleted:
    """Delete all that is due, batch by batch, and leave nothing of it in the write-ahead log.

    Raises
    ------
    RetryError
        ``database-away`` if it cannot be reached; what was deleted stays so.
    """
    retention = settings.retention
    total = Deleted()
    _remove_files(blobs, derived, _left_behind(database, now_us))
    while (swept := _sweep(database, now_us, retention)) != Swept():
        _remove_files(blobs, derived, swept.media)
        total = total.and_swept(swept)
    while (emptied := _empty_quarantine(database, now_us, retention)) != (0, 0):
        total = replace(total, messages=total.messages + emptied[0], size=total.size + emptied[1])
    files, size = remove_due_exports(database, settings.export_folder, now_us)
    total = replace(total, exports=files, size=total.size + size)
    if total != Deleted():
        _LOG.info("deleted-on-schedule", **asdict(total), after_days=retention.not_overloaded_days)
    if not database.clear_deleted():
        _LOG.info("write-ahead-log-in-use", what="somebody still reads it; it is emptied with the next run")
    return total


def _sweep(database: Database, now_us: int, retention: RetentionSettings) -> Swept:
    schedule = Schedule(
        not_overloaded_days=retention.not_overloaded_days,
        dismissed_case_days=retention.dismissed_case_days,
        closed_case_days=retention.closed_case_days,
        orphan_days=retention.quarantine_days,
    )
    with database.write() as session:
        return sweep(session, now_us, schedule)


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


async def keep_house(database: Database, blobs: BlobStore, derived: DerivedFolder, now_us: Callable[[], int], settings: Settings) -> None:
    """Delete what is due every hour, until cancelled."""
    pause_s = FIRST_S
    while True:
        await asyncio.sleep(pause_s)
        pause_s = EVERY_S
        try:
            await run_in_threadpool(delete_due, database, blobs, derived, now_us(), settings)
        except RetryError as error:
            _LOG.warning("fault", code=error.code, where=error.where, what=error.what, reaction=error.reaction.value)
