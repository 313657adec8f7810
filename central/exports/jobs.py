"""Export jobs: asked for, claimed by one maker, told of progress, done or failed, and deleted on schedule.

Every function takes an open session; what changes something wants a writing one.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from central.evidence.accounts import Login
from central.evidence.journal import SERVICE, Actor, Verb, note, told
from central.evidence.models import ExportJob
from central.evidence.vehicle_filter import VehicleFilter
from central.evidence.vehicle_list import latest_cursor
from contract.faults import RejectError

OPEN_MAX: Final = 3
"""Exports of one account that may wait or run at a time."""
SHOWN: Final = 50
FORGOTTEN_MAX: Final = 500
"""Failed jobs of an earlier version that one sweep takes the plate out of."""
_FILTER: Final = TypeAdapter(VehicleFilter)


class Format(StrEnum):
    """What an export is written as."""

    CSV = "csv"
    PARQUET = "parquet"
    TMG_WEIGHT = "tmg-w"
    TMG_PIPE = "tmg-pipe"

    @property
    def ending(self) -> str:
        """The file name's ending."""
        return {Format.CSV: "csv", Format.PARQUET: "parquet", Format.TMG_WEIGHT: "wgt", Format.TMG_PIPE: "txt"}[self]


class JobState(StrEnum):
    """Where an export stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Job:
    """An export as its pages and its maker see it."""

    id: int
    account_id: int
    person: str
    format: Format
    filter: VehicleFilter
    masked: bool
    through_id: int
    state: JobState
    asked_us: int
    rows_total: int
    rows_done: int
    finished_us: int | None
    delete_us: int | None
    size: int
    sha256: str | None
    fault: str | None

    @property
    def is_open(self) -> bool:
        """Whether it is still to be made."""
        return self.state in {JobState.WAITING, JobState.RUNNING}

    @property
    def file_name(self) -> str:
        """The file's name, in the folder and for whoever fetches it."""
        return f"weighline-{self.id}.{self.format.ending}"


@dataclass(frozen=True, slots=True)
class Made:
    """A finished file: rows, bytes, their hash, and when it is to be deleted."""

    rows: int
    size: int
    sha256: str
    delete_us: int


def ask(session: Session, login: Login, actor: Actor, wanted: Format, narrowed: VehicleFilter, *, masked: bool, now_us: int) -> int:
    """Ask for an export of what a list shows now, and give the job's number; the journal tells of it without the plate that was searched.

    Raises
    ------
    RejectError
        ``exports-open`` if the account has as many open ones as it may.
    """
    still = (JobState.WAITING, JobState.RUNNING)
    open_ones = select(ExportJob.id).where(ExportJob.account_id == login.account_id, ExportJob.state.in_(still))
    if len(session.scalars(open_ones).all()) >= OPEN_MAX:
        raise RejectError("exports-open", f"account {login.name}", f"has {OPEN_MAX} exports that are not finished; wait for one of them")
    row = ExportJob(
        account_id=login.account_id,
        person=actor.person,
        account=actor.account,
        address=actor.address,
        format=wanted.value,
        filter=_FILTER.dump_json(narrowed).decode(),
        masked=masked,
        through_id=latest_cursor(session),
        state=JobState.WAITING.value,
        asked_us=now_us,
        beat_us=now_us,
        rows_total=0,
        rows_done=0,
        finished_us=None,
        delete_us=None,
        size=0,
        sha256=None,
        fault=None,
    )
    session.add(row)
    session.flush()
    detail = {"format": wanted.value, "masked": masked} | told(narrowed)
    note(session, actor, Verb.EXPORTED, f"export/{row.id}", now_us=now_us, detail=detail)
    return row.id


def _waiting() -> Select[ExportJob]:
    return select(ExportJob).where(ExportJob.state == JobState.WAITING.value).order_by(ExportJob.id).limit(1)


def any_waits(session: Session) -> bool:
    """Whether there is something to claim; asked without a write, every few seconds."""
    return session.scalars(_waiting()).first() is not None


def claim(session: Session, now_us: int) -> Job | None:
    """Give the next job that waits as one's own; None if there is none."""
    row = session.scalars(_waiting()).first()
    if row is None:
        return None
    row.state, row.beat_us, row.rows_done = JobState.RUNNING.value, now_us, 0
    return _job(row)


def beat(session: Session, job: int, *, rows_done: int, rows_total: int, now_us: int) -> None:
    """Tell of progress."""
    running = update(ExportJob).where(ExportJob.id == job, ExportJob.state == JobState.RUNNING.value)
    session.execute(running.values(rows_done=rows_done, rows_total=rows_total, beat_us=now_us))


def release(session: Session, job: int) -> None:
    """Give a job back that was broken off."""
    session.execute(
        update(ExportJob).where(ExportJob.id == job, ExportJob.state == JobState.RUNNING.value).values(state=JobState.WAITING.value)
    )


def release_all(session: Session) -> int:
    """Give back whatever a service has left amid its making that was killed, and give how many there were.

    For the start of a service: there is no other one then (`central.evidence.sole_service`), so nobody is making them.
    """
    cut = session.scalars(select(ExportJob).where(ExportJob.state == JobState.RUNNING.value)).all()
    for row in cut:
        row.state, row.rows_done = JobState.WAITING.value, 0
    return len(cut)


def finish(session: Session, job: int, made: Made, now_us: int) -> None:
    """Note that a file is whole."""
    row = session.get_one(ExportJob, job)
    row.state, row.finished_us, row.delete_us = JobState.DONE.value, now_us, made.delete_us
    row.rows_done = row.rows_total = made.rows
    row.size, row.sha256 = made.size, made.sha256
    note(session, SERVICE, Verb.DID, f"export/{job}", now_us=now_us, detail={"rows": made.rows, "sha256": made.sha256})


def fail(session: Session, job: int, fault: str, now_us: int) -> None:
    """Note that a file cannot be made, and why; the plate that was searched is forgotten, for nothing is made of it any more."""
    row = session.get_one(ExportJob, job)
    row.state, row.finished_us, row.fault = JobState.FAILED.value, now_us, fault
    row.filter = _without_plate(row.filter)
    note(session, SERVICE, Verb.REFUSED, f"export/{job}", now_us=now_us)


def due(session: Session, now_us: int) -> list[Job]:
    """Give the finished jobs whose files are to be deleted."""
    query = select(ExportJob).where(ExportJob.state == JobState.DONE.value, ExportJob.delete_us <= now_us)
    return [_job(row) for row in session.scalars(query.order_by(ExportJob.id))]


def files_kept(session: Session) -> set[str]:
    """Give the names of the files that finished jobs hold."""
    return {_job(row).file_name for row in session.scalars(select(ExportJob).where(ExportJob.state == JobState.DONE.value))}


def forget(session: Session, job: int, actor: Actor, now_us: int) -> None:
    """Note that a job's file is deleted; it is removed after the commit. The plate that was searched goes with it."""
    row = session.get_one(ExportJob, job)
    row.state = JobState.DELETED.value
    row.filter = _without_plate(row.filter)
    note(session, actor, Verb.DELETED, f"export/{job}", now_us=now_us)


def forget_failed_plates(session: Session) -> int:
    """Take the searched plate out of jobs that an earlier version left failed, and give of how many."""
    query = select(ExportJob).where(ExportJob.state == JobState.FAILED.value, ExportJob.filter.not_like('%"plate":null%'))
    rows = session.scalars(query.limit(FORGOTTEN_MAX)).all()
    for row in rows:
        row.filter = _without_plate(row.filter)
    return len(rows)


def _without_plate(stored: str) -> str:
    return _FILTER.dump_json(replace(_FILTER.validate_json(stored), plate=None)).decode()


def jobs_of(session: Session, account_id: int) -> tuple[Job, ...]:
    """Give an account's exports, newest first."""
    query = select(ExportJob).where(ExportJob.account_id == account_id).order_by(ExportJob.id.desc()).limit(SHOWN)
    return tuple(_job(row) for row in session.scalars(query))


def job_of(session: Session, job: int, account_id: int) -> Job | None:
    """Give an account's own export, None if there is none of that number or it is another's."""
    row = session.get(ExportJob, job)
    return None if row is None or row.account_id != account_id else _job(row)


def _job(row: ExportJob) -> Job:
    return Job(
        id=row.id,
        account_id=row.account_id,
        person=row.person,
        format=Format(row.format),
        filter=_FILTER.validate_json(row.filter),
        masked=row.masked,
        through_id=row.through_id,
        state=JobState(row.state),
        asked_us=row.asked_us,
        rows_total=row.rows_total,
        rows_done=row.rows_done,
        finished_us=row.finished_us,
        delete_us=row.delete_us,
        size=row.size,
        sha256=row.sha256,
        fault=row.fault,
    )
