"""The deletion schedule as it runs in the background; the log says how much was deleted and when, and never a plate."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Final

import structlog
from fastapi.concurrency import run_in_threadpool

from central.config import RetentionSettings
from central.evidence.blobs import BlobStore
from central.evidence.database import Database
from central.evidence.derived import DerivedFolder
from central.evidence.retention import Swept, sweep
from contract.faults import RetryError

EVERY_S: Final = 3_600.0
FIRST_S: Final = 30.0
"""After the start, when stations that have waited are served first."""

_LOG = structlog.get_logger("central")


@dataclass(frozen=True, slots=True)
class Deleted:
    """What all sweeps of one run have deleted."""

    vehicles: int = 0
    plates: int = 0
    media: int = 0
    size: int = 0


def delete_due(database: Database, blobs: BlobStore, derived: DerivedFolder, now_us: int, settings: RetentionSettings) -> Deleted:
    """Delete all that is due, batch by batch.

    Raises
    ------
    RetryError
        ``database-away`` if it cannot be reached; what was deleted stays so.
    """
    total = Deleted()
    while (swept := _one(database, blobs, derived, now_us, settings)) != Swept():
        total = Deleted(
            total.vehicles + swept.vehicles, total.plates + swept.plates, total.media + len(swept.media), total.size + swept.size
        )
    if total != Deleted():
        _LOG.info("deleted-on-schedule", **asdict(total), after_days=settings.not_overloaded_days)
    return total


def _one(database: Database, blobs: BlobStore, derived: DerivedFolder, now_us: int, settings: RetentionSettings) -> Swept:
    with database.write() as session:
        swept = sweep(session, now_us, settings.not_overloaded_days)
    for sha256 in swept.media:
        blobs.delete(sha256)
        derived.forget(sha256)
    return swept


async def keep_house(
    database: Database, blobs: BlobStore, derived: DerivedFolder, now_us: Callable[[], int], settings: RetentionSettings
) -> None:
    """Delete what is due every hour, until cancelled."""
    pause_s = FIRST_S
    while True:
        await asyncio.sleep(pause_s)
        pause_s = EVERY_S
        try:
            await run_in_threadpool(delete_due, database, blobs, derived, now_us(), settings)
        except RetryError as error:
            _LOG.warning("fault", code=error.code, where=error.where, what=error.what, reaction=error.reaction.value)
