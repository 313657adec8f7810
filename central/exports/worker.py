"""The maker of exports: one thread of the service, one file at a time, so that pages and ingest are never short of it."""

import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from central.context import Central
from central.evidence.durable import UNFINISHED
from central.evidence.masking import masked_plate
from central.exports import jobs
from central.exports.csv_file import CsvFile
from central.exports.deletion import remove_due_exports
from central.exports.jobs import Format, Job, Made
from central.exports.parquet_file import ParquetFile
from central.exports.rows import ExportRow, count_rows, pages_of_rows
from central.exports.tmg import TmgPipeFile, TmgWeightFile
from contract.faults import RejectError, RetryError, WimError
from contract.units import US_PER_DAY, US_PER_S

LOOK_S: Final = 3.0
"""Pause between two looks for files that are due to be deleted; who asks for one wakes the maker."""
NEVER_US: Final = 2**53
BEAT_US: Final = US_PER_S
"""Progress is told this often at most: each telling is a commit."""


class ExportFile(Protocol):
    """An open file in one of the formats."""

    def write(self, rows: list[ExportRow]) -> None:
        """Add rows."""

    def close(self) -> None:
        """Write what comes last; the underlying file stays open."""


class ExportMaker:
    """Makes what is asked for until it is stopped.

    Parameters
    ----------
    central
        The running central; its `export_asked` wakes the maker.
    zone
        Local time of the formats that have no UTC.
    """

    def __init__(self, central: Central, zone: tzinfo) -> None:
        self._central = central
        self._zone = zone
        self._folder = central.settings.export_folder
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="exports", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, within_s: float) -> None:
        """End; a file amid its making is begun anew by the next start."""
        self._stopping.set()
        self._central.export_asked.set()
        self._thread.join(within_s)

    def _run(self) -> None:
        resumed = False
        while not self._stopping.is_set():
            try:
                if not resumed:
                    self.resume()
                    resumed = True
                remove_due_exports(self._central.database, self._folder, self._central.now_us())
                while not self._stopping.is_set() and self.make_next():
                    pass
            except RetryError as error:
                self._central.count(error)
                resumed = False  # what was amid its making is begun anew
            except WimError as error:
                self._central.count(error)
                self._central.ending.ask(error)
                return
            self._central.export_asked.wait(LOOK_S)
            self._central.export_asked.clear()

    def resume(self) -> None:
        """Take up what was left amid its making, by a service that was killed or because the database was away: it is begun anew."""
        with self._central.database.write() as session:
            jobs.release_all(session)

    def make_next(self) -> bool:
        """Make the next export that is asked for; False if none is.

        Raises
        ------
        RetryError
            ``database-away``; the job is begun anew later.
        """
        central = self._central
        with central.database.read() as session:
            waits = jobs.any_waits(session)
        if not waits:
            return False
        with central.database.write() as session:
            job = jobs.claim(session, central.now_us())
        if job is None:
            return False
        try:
            made = self._make(job)
        except _BrokenOffError:
            with central.database.write() as session:
                jobs.release(session, job.id)
        except (RejectError, OSError) as error:
            if isinstance(error, RejectError):
                central.count(error)
            with central.database.write() as session:
                jobs.fail(session, job.id, str(error), central.now_us())
        else:
            with central.database.write() as session:
                jobs.finish(session, job.id, made, central.now_us())
        return True

    def _make(self, job: Job) -> Made:
        central = self._central
        total, done = count_rows(central.database, job.filter, job.through_id), 0
        told_us, delete_us = 0, central.now_us() + round(central.settings.exports.keep_days * US_PER_DAY)
        path = self._folder / job.file_name
        with _whole(path) as file:
            out = self._opened(job.format, file)
            for page in pages_of_rows(central.database, job.filter, job.through_id):
                if self._stopping.is_set():
                    raise _BrokenOffError
                shown = [self._shown(row, masked=job.masked) for row in page]
                out.write(shown)
                done += len(page)
                delete_us = min(delete_us, self._plates_due_us(shown))
                if central.now_us() - told_us >= BEAT_US:
                    told_us = central.now_us()
                    with central.database.write() as session:
                        jobs.beat(session, job.id, rows_done=done, rows_total=max(total, done), now_us=told_us)
            out.close()
        return Made(done, path.stat().st_size, _sha256(path), delete_us)

    def _opened(self, wanted: Format, file: BinaryIO) -> ExportFile:
        match wanted:
            case Format.CSV:
                return CsvFile(file)
            case Format.PARQUET:
                return ParquetFile(file)
            case Format.TMG_WEIGHT:
                return TmgWeightFile(file, self._central.settings.exports.tmg, self._zone)
            case Format.TMG_PIPE:
                return TmgPipeFile(file, self._central.settings.exports.tmg, self._zone)

    def _shown(self, row: ExportRow, *, masked: bool) -> ExportRow:
        return row if row.plate is None or not masked else replace(row, plate=masked_plate(row.plate))

    def _plates_due_us(self, rows: list[ExportRow]) -> int:
        """Give when the first plate among rows is to be deleted everywhere: no file outlives the schedule of what it names."""
        kept_us = round(self._central.settings.retention.not_overloaded_days * US_PER_DAY)
        return min((row.received_us + kept_us for row in rows if row.shows_unoffending), default=NEVER_US)


class _BrokenOffError(Exception):
    """The service ends amid a file."""


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """Give a file that is at `path` only once it is whole and durable; only its owner may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}{UNFINISHED}")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
