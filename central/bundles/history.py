"""The parts that central has made: the steps of the case, the acts of the journal about it, the documents issued, the re-weighings."""

import json
from collections.abc import Iterator
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.bundles.parts import Part
from central.evidence.blobs import BlobStore
from central.evidence.models import Act, CaseEvent, Reweighing
from central.evidence.subject import Subject
from contract.bundle.manifest import Role

ACTS_MAX: Final = 1_000
"""Latest acts about one vehicle that are taken along, beside those of the case's steps; each has a proof of some hundred bytes."""


def history_parts(session: Session, subject: Subject) -> tuple[list[Part], list[Act]]:
    """Give steps and acts, and the acts' rows, whose leaves are to be proven."""
    events = [] if subject.case_id is None else list(session.scalars(select(CaseEvent).where(CaseEvent.case_id == subject.case_id)))
    paths = {f"vehicle/{subject.station}/{subject.seq}", subject.path}
    about = select(Act).where(Act.subject.in_(paths)).order_by(Act.id.desc()).limit(ACTS_MAX)
    of_steps = select(Act).where(Act.id.in_([event.act_id for event in events]))
    acts = {act.id: act for act in (*session.scalars(about), *session.scalars(of_steps))}
    parts = [Part(f"history/step-{event.version:06}.json", Role.EVENT, event.entry) for event in events]
    parts += [Part(f"history/acts/{act.id:012}.json", Role.ACT, act.entry) for act in acts.values()]
    return parts, [acts[number] for number in sorted(acts)]


def document_parts(session: Session, subject: Subject, blobs: BlobStore) -> Iterator[Part]:
    """Give the documents that steps of the case have issued, each once."""
    given: set[str] = set()
    for entry in session.scalars(select(CaseEvent.entry).where(CaseEvent.case_id == subject.case_id).order_by(CaseEvent.version)):
        for document in json.loads(entry).get("fields", {}).get("documents", ()):
            sha256 = document["sha256"]
            if sha256 not in given and blobs.has(sha256):
                given.add(sha256)
                yield Part(f"documents/{sha256[:16]}.pdf", Role.DOCUMENT, blobs.path(sha256), sha256)


def reweighing_parts(session: Session, subject: Subject) -> Iterator[Part]:
    """Give what weighing again has found."""
    query = select(Reweighing).where(Reweighing.station == subject.station, Reweighing.seq == subject.seq).order_by(Reweighing.id)
    for row in session.scalars(query):
        yield Part(f"reweighings/{row.id:012}.json", Role.REWEIGHING, row.result)
