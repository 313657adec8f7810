"""Exports of the vehicle list: asking for one, watching it grow, fetching it."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import FileResponse, RedirectResponse, Response

from central.access import CentralDep, actor_of, require_csrf
from central.evidence.accounts import Login
from central.evidence.journal import Verb, note
from central.evidence.masking import PlateSight
from central.exports import jobs
from central.exports.jobs import Format, Job, JobState
from central.web.entry import PageLogin
from central.web.exported import narrowed_in
from central.web.narrowing import parse_narrowing
from central.web.pages import pages_of
from central.web.sent import SentForm, texts_of
from central.web.words import FORMATS
from contract.faults import RejectError

router = APIRouter()
_TYPES: Final = {Format.CSV: "text/csv; charset=utf-8", Format.PARQUET: "application/vnd.apache.parquet"}
JobNumber = Annotated[int, Path(ge=1, lt=2**53)]


@router.post("/exports")
def ask(request: Request, central: CentralDep, login: Annotated[Login, Depends(require_csrf)], sent: SentForm) -> Response:
    """Ask for a file of all that a list shows; the filter comes as the list's own fields."""
    form = texts_of(sent)
    narrowing = parse_narrowing(form, pages_of(request).zone, login)
    if narrowing.errors or form.get("format") not in set(Format):
        raise HTTPException(HTTPStatus.BAD_REQUEST, f"the filter or the format is not one of the list; formats are {', '.join(Format)}")
    try:
        with central.database.write() as session:
            jobs.ask(
                session,
                login,
                actor_of(request, login),
                Format(form["format"]),
                narrowing.filter,
                masked=not PlateSight.of(login).covers(narrowing.filter.within),
                now_us=central.now_us(),
            )
    except RejectError as error:
        raise HTTPException(HTTPStatus.CONFLICT, str(error)) from error
    central.export_asked.set()
    return RedirectResponse("/exports", HTTPStatus.SEE_OTHER)


@router.get("/exports")
def mine(request: Request, login: PageLogin, central: CentralDep) -> Response:
    """List one's own exports; while one is open the page's script fetches it anew."""
    with central.database.read() as session:
        own = jobs.jobs_of(session, login.account_id)
    return pages_of(request).render(
        request,
        "exports/mine.html",
        login,
        jobs=own,
        formats_of_files=FORMATS,
        narrowed_in=narrowed_in,
        any_open=any(job.is_open for job in own),
        keep_days=central.settings.exports.keep_days,
    )


@router.get("/exports/{number}/file")
def fetch(request: Request, login: PageLogin, central: CentralDep, number: JobNumber) -> FileResponse:
    """Give a finished file to whoever asked for it, and to nobody else."""
    with central.database.read() as session:
        job = jobs.job_of(session, number, login.account_id)
    path = None if job is None else central.settings.export_folder / job.file_name
    if job is None or path is None or not _fetchable(job, central.now_us()) or not path.is_file():
        raise HTTPException(HTTPStatus.NOT_FOUND, f"you have no finished export {number}, or its time is over; make it again from the list")
    with central.database.write() as session:
        note(session, actor_of(request, login), Verb.EXPORTED, f"export/{number}/file", now_us=central.now_us(), detail={"size": job.size})
    return FileResponse(
        path,
        media_type=_TYPES.get(job.format, "text/plain; charset=us-ascii"),
        filename=job.file_name,
        headers={"Cache-Control": "no-store"},
    )


def _fetchable(job: Job, now_us: int) -> bool:
    return job.state is JobState.DONE and job.delete_us is not None and now_us < job.delete_us
