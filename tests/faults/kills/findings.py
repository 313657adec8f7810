"""What must hold of a folder however often the service over it was killed; each finding is a sentence, and none is what one wants."""

import io
import itertools
import os
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.checkpointing.trust import trusted_by
from central.evidence.audit import audit
from central.evidence.blobs import BlobStore
from central.evidence.database import Database
from central.evidence.log.audit import audit_log
from central.evidence.log.memory import recall
from central.evidence.models import (
    Blob,
    Case,
    CaseEvent,
    DeliveryState,
    ExportJob,
    IssuedDocument,
    Notice,
    WebhookDelivery,
    WebhookEvent,
)
from central.exports.jobs import JobState
from contract.media import sha256_hex
from tests.central.webhooks.receiver import Receiver
from tests.faults.kills.clients import Acknowledged
from tests.faults.kills.prepared import Prepared
from verifier.trust import Trust
from verifier.verify import verify

OLD_S = 10 * 86_400
"""Older than any file that is left for a while."""
_UNFINISHED = re.compile(r"\.part$|\.\d+$|/unfinished/")


def amid(prepared: Prepared, told: Acknowledged, heard: Receiver) -> list[str]:
    """Look at what is stored between two lives: all of it must be whole, and all that was acknowledged must be there."""
    settings = prepared.settings
    trusted = trusted_by(settings)
    memory = recall(settings.key_folder, trusted.log)
    with closing(Database(settings.url)) as database, database.snapshot() as session:
        found = [*told.breaches, *_of_cases(session, told), *_of_notices(session), *_of_documents(session, prepared)]
        found += [*_of_exports(session, prepared, told), *_of_webhooks(session, heard)]
        found += [f"verify: {one}" for one in audit(session, BlobStore(settings.blob_folder)).failures]
        found += [f"log check: {one}" for one in audit_log(session, trusted, memory).failures]
        blobs = set(session.scalars(select(Blob.sha256)))
        return found + [f"blob {one[:16]} was taken and is not entered" for one in told.blobs if one not in blobs]


def in_the_end(prepared: Prepared, told: Acknowledged, heard: Receiver) -> list[str]:
    """Look at a folder whose service has had its time since the last kill: nothing waits for ever, and nothing is left lying about."""
    with closing(Database(prepared.settings.url)) as database, database.snapshot() as session:
        found = [
            f"export {one}: still waits" for one in session.scalars(select(ExportJob.id).where(ExportJob.state.in_(("waiting", "running"))))
        ]
        undelivered = select(WebhookDelivery.event_id).where(WebhookDelivery.state != DeliveryState.DELIVERED.value)
        found += [f"event {one}: not delivered" for one in session.scalars(undelivered)]
        names = {headers["webhook-id"] for headers, _ in heard.told}
        found += [f"event {one}: never came" for one in session.scalars(select(WebhookEvent.id)) if f"evt_{one}" not in names]
        due = select(Case.id).where(Case.screening_wanted > Case.screening_done)
        found += [f"case {one}: still waits for its screening" for one in session.scalars(due)]
    for data in told.bundles:
        steps = verify(io.BytesIO(data), "bundle", Trust()).steps
        found += [f"bundle: {step.name}: {one.object} {one.what}" for step in steps for one in step.findings if one.fails]
    return [*found, *amid(prepared, told, heard)]


def quiet(prepared: Prepared) -> bool:
    """Whether nothing is due any more."""
    with closing(Database(prepared.settings.url)) as database, database.read() as session:
        open_jobs = session.scalars(select(ExportJob.id).where(ExportJob.state.in_(("waiting", "running")))).first()
        waiting = session.scalars(select(WebhookDelivery.id).where(WebhookDelivery.state == DeliveryState.WAITING.value)).first()
        due = session.scalars(select(Case.id).where(Case.screening_wanted > Case.screening_done)).first()
    return open_jobs is None and waiting is None and due is None


def age(prepared: Prepared) -> None:
    """Let every file be older than all that a killed writer leaves may grow."""
    then_s = time.time() - OLD_S
    for path in _files(prepared):
        os.utime(path, (then_s, then_s))


def left_over(prepared: Prepared) -> list[str]:
    """Give the files that nothing accounts for: unfinished ones, and blobs and exports without a row."""
    with closing(Database(prepared.settings.url)) as database, database.read() as session:
        blobs = set(session.scalars(select(Blob.sha256)))
        exports = {f"weighline-{one}" for one in session.scalars(select(ExportJob.id).where(ExportJob.state == JobState.DONE.value))}
    stray = [path for path in _files(prepared) if "blobs" in path.parts and path.name not in blobs]
    stray += [path for path in _files(prepared) if "exports" in path.parts and path.stem not in exports]
    unfinished = [path for path in _files(prepared) if _UNFINISHED.search(str(path))]
    return sorted({str(path.relative_to(prepared.folder)) for path in (*stray, *unfinished)})


def _files(prepared: Prepared) -> list[Path]:
    return [path for path in prepared.folder.rglob("*") if path.is_file()]


def _of_cases(session: Session, told: Acknowledged) -> Iterator[str]:
    steps: dict[int, list[CaseEvent]] = defaultdict(list)
    for event in session.scalars(select(CaseEvent).order_by(CaseEvent.case_id, CaseEvent.version)):
        steps[event.case_id].append(event)
    for case in session.scalars(select(Case)):
        own = steps[case.id]
        if [event.version for event in own] != list(range(1, case.version + 1)):
            yield f"case {case.id}: has version {case.version} and the steps {[event.version for event in own]}"
        elif own[-1].to_state != case.state or any(one.to_state != next_.from_state for one, next_ in itertools.pairwise(own)):
            yield f"case {case.id}: stands as {case.state} after steps to {[event.to_state for event in own]}"
    for case_id, version, action in told.acts:
        if not any(event.version == version and event.action == action for event in steps[case_id]):
            yield f"case {case_id}: {action}, which made version {version}, was acknowledged and is not there"


def _of_notices(session: Session) -> Iterator[str]:
    serials: dict[tuple[str, int], list[int]] = defaultdict(list)
    for notice in session.scalars(select(Notice)):
        serials[notice.station, notice.year].append(notice.serial)
    for (station, year), numbers in serials.items():
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            yield f"notices of {station} in {year}: {sorted(numbers)}"
    numbered = set(session.scalars(select(Notice.case_id)))
    decided = set(session.scalars(select(CaseEvent.case_id).where(CaseEvent.action.in_(("decide-penalty", "decide-warning")))))
    if numbered != decided:
        yield f"cases {sorted(decided ^ numbered)}: decided without a notice, or the other way round"


def _of_documents(session: Session, prepared: Prepared) -> Iterator[str]:
    blobs, entered = BlobStore(prepared.settings.blob_folder), set(session.scalars(select(Blob.sha256)))
    issued = session.scalars(select(IssuedDocument)).all()
    for one in issued:
        name = f"case {one.case_id}: {one.kind} {one.language} {one.sha256[:16]}"
        if one.sha256 not in entered or not blobs.has(one.sha256) or not blobs.is_sound(one.sha256):
            yield f"{name} was issued and is not there"
    for key, times in Counter((one.case_id, one.kind, one.language, one.basis) for one in issued).items():
        if times > 1:
            yield f"{key}: issued {times} times upon one step"
    told = Counter(session.scalars(select(CaseEvent.case_id).where(CaseEvent.action == "issue-document")))
    if told != Counter(one.case_id for one in issued):
        yield "documents and the steps that tell of them differ"


def _of_exports(session: Session, prepared: Prepared, told: Acknowledged) -> Iterator[str]:
    jobs = {job.id: job for job in session.scalars(select(ExportJob))}
    if len(jobs) < told.exports:
        yield f"{told.exports} exports were taken on, and there are {len(jobs)}"
    for job in jobs.values():
        if job.state == JobState.DONE.value:
            (path,) = prepared.settings.export_folder.glob(f"weighline-{job.id}.*") or (None,)
            if path is None or sha256_hex(path.read_bytes()) != job.sha256:
                yield f"export {job.id}: is done, and its file is not what was made"
        elif job.state == JobState.FAILED.value:
            yield f"export {job.id}: failed: {job.fault}"
    for number, sha256 in told.files:
        if jobs[number].sha256 != sha256:
            yield f"export {number}: what was given out is not the file"


def _of_webhooks(session: Session, heard: Receiver) -> Iterator[str]:
    events = {f"evt_{event.id}": event.body for event in session.scalars(select(WebhookEvent))}
    for headers, body in list(heard.told):
        if events.get(headers["webhook-id"]) != body:
            yield f"{headers['webhook-id']}: something else was told than what happened"
