"""Issuing a document of a case: made once, kept under its SHA-256, named in the case's history; afterwards only given out."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from calibration.printing import Paper, print_pdf
from central.context import Central
from central.evidence.journal import Actor
from central.evidence.models import Blob, IssuedDocument
from central.review.acts import action_of, carry_out, case_row, check_seen, check_state
from central.review.deadlines import working_days_of
from central.review.doing import Doing
from central.review.fields import Document, Fields
from central.review.view import case_view
from central.review.views import CaseView, EventItem
from central.review.workflow import State
from central.web.documents.address import query_address
from central.web.documents.issued import IssuedItem, issued_upon
from central.web.documents.kinds import KINDS, Kind, basis_of, language_for
from central.web.documents.material import Material, gather
from central.web.documents.notice import Told, notice
from central.web.documents.proposal import proposal
from central.web.documents.sheet import sheet
from central.web.documents.writer import writer_in
from central.web.pages import Pages
from central.web.translation import CODES
from contract.faults import RejectError
from contract.media import sha256_hex


@dataclass(frozen=True, slots=True)
class _Due:
    """A document that may be issued: of what, in which language, upon which step of the case, dated when."""

    view: CaseView
    kind: Kind
    language: str
    basis: EventItem
    now_us: int

    def issued(self, session: Session) -> IssuedItem | None:
        return issued_upon(session, self.view.line.id, self.kind, self.language, self.basis.id)


def issue(central: Central, pages: Pages, case_id: int, asked: tuple[Kind, str], actor: Actor) -> IssuedItem:
    """Issue a document, or give the one that was issued on the same ground before; never two of one kind, language and ground.

    Parameters
    ----------
    central, pages
        The running central, and the templates and zone of its pages.
    case_id
        The case.
    asked
        Kind and language of the document.
    actor
        Who issues it.

    Raises
    ------
    RejectError
        ``no-case``, ``language-unknown``, ``document-not-due`` where the case has not come to it, ``proof-fails`` where the record's
        signature or hash does not hold, ``conflict`` where the case moved meanwhile.
    """
    now_us = central.now_us()
    with central.database.read() as session:
        view = case_view(session, case_id, None, now_us, central.settings.review)
        if view is None:
            raise RejectError("no-case", f"case {case_id}", "does not exist")
        due = _due(view, *asked, now_us)
        before = due.issued(session)
        material = None if before is not None else gather(session, central.blobs, pages.zone, view.line.station, view.line.seq)
    if before is not None:
        return before
    if material is None or material.proof.fault is not None:
        raise RejectError("proof-fails", f"case {case_id}", "the proofs of its record do not hold; nothing is issued upon it")
    data = print_pdf(_paper(central, pages, material, due))
    item = IssuedItem(case_id, due.kind, due.language, due.basis.id, sha256_hex(data), len(data), now_us, actor.person)
    with central.blobs.begin(item.sha256, item.size) as upload:
        upload.write(data)
        upload.finish()
    with central.database.write() as session:
        earlier = due.issued(session)
        if earlier is not None:  # another was quicker: his counts
            return earlier
        _enter(session, central, due, item, actor)
    return item


def _due(view: CaseView, kind: Kind, wanted: str, now_us: int) -> _Due:
    chosen = language_for(kind, wanted)
    if chosen is None:
        allowed = ", ".join(dict.fromkeys((*KINDS[kind].languages, *CODES)))
        raise RejectError("language-unknown", repr(wanted[:20]), f"is not offered; allowed are {allowed}")
    basis = basis_of(kind, view)
    if basis is None:
        acts = " or ".join(sorted(KINDS[kind].acts))
        what = f"stands as {view.line.state.value}; a {kind.value} is issued after {acts}, while that step stands"
        raise RejectError("document-not-due", f"case {view.line.id}", what)
    return _Due(view, kind, chosen, basis, now_us)


def _paper(central: Central, pages: Pages, material: Material, due: _Due) -> Paper:
    """Put a document into words."""
    view, settings = due.view, central.settings.review
    number = "" if view.notice is None else view.notice.number
    check = query_address(central.settings.web, number)
    writers = tuple(writer_in(pages, code) for code in due.language.split("-"))
    match due.kind:
        case Kind.SHEET:
            return sheet(material, writers[0], check=check, moment_us=due.now_us)
        case Kind.PROPOSAL:
            return proposal(material, view, due.basis, writers[0], check=check, moment_us=due.now_us)
        case Kind.NOTICE:
            days = working_days_of(State.NOTIFIED, settings) or 0
            return notice(Told(material, view, number, due.now_us, days, settings.hearing_working_days), writers, check=check)


def _enter(session: Session, central: Central, due: _Due, item: IssuedItem, actor: Actor) -> None:
    """Enter a document in the tables and in the case's history, in one transaction."""
    row, wanted = case_row(session, item.case_id), action_of("issue-document")
    check_state(wanted, row)
    check_seen(session, row, due.view.line.version)
    if session.get(Blob, item.sha256) is None:
        session.add(Blob(sha256=item.sha256, size=item.size, station=row.station, received_us=item.issued_us))
    session.add(
        IssuedDocument(
            case_id=row.id,
            kind=item.kind.value,
            language=item.language,
            basis=item.basis,
            sha256=item.sha256,
            size=item.size,
            issued_us=item.issued_us,
            person=item.person,
        )
    )
    fields = Fields(documents=(Document(title=f"{item.kind.value} {item.language}", sha256=item.sha256),))
    carry_out(Doing(session, row, wanted, actor, fields, item.issued_us, central.settings.review))
