"""Documents that were issued: which there are, their bytes as they were made, and who was given a copy."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.context import Central
from central.evidence.journal import Actor, Detail, Verb, note
from central.evidence.models import Deletion, IssuedDocument
from central.review.views import CaseView
from central.web.derivatives import sound_bytes
from central.web.documents.kinds import Kind, basis_of, language_for
from central.web.translation import names_of
from contract.faults import RejectError


@dataclass(frozen=True, slots=True)
class IssuedItem:
    """A document that was issued; `basis` is the event of the case that it rests on."""

    case_id: int
    kind: Kind
    language: str
    basis: int
    sha256: str
    size: int
    issued_us: int
    person: str

    @property
    def file_name(self) -> str:
        """Name for whoever saves it."""
        return f"case-{self.case_id}-{self.kind.value}.{self.language}.pdf"

    @property
    def language_name(self) -> str:
        """The language's own name for itself."""
        return names_of(self.language)

    def is_of(self, kind: Kind, wanted: str) -> bool:
        """Whether it is the document of a kind and language."""
        return self.kind is kind and self.language == language_for(kind, wanted)


def issued_documents(session: Session, case_id: int) -> tuple[IssuedItem, ...]:
    """Give the newest document of each kind and language of a case."""
    rows = session.scalars(select(IssuedDocument).where(IssuedDocument.case_id == case_id).order_by(IssuedDocument.id))
    newest = {(row.kind, row.language): _item(row) for row in rows}
    return tuple(sorted(newest.values(), key=lambda item: (list(Kind).index(item.kind), item.language)))


def issued_for(session: Session, view: CaseView, kind: Kind, wanted: str) -> IssuedItem | None:
    """Give the document of a kind that rests on where the case stands now, None where it is not issued."""
    basis, chosen = basis_of(kind, view), language_for(kind, wanted)
    if basis is None or chosen is None:
        return None
    return issued_upon(session, view.line.id, kind, chosen, basis.id)


def stored_bytes(central: Central, item: IssuedItem) -> bytes:
    """Give the bytes of a document as it was issued.

    Raises
    ------
    RejectError
        ``blob-hash`` if they are no longer what the case's history names, ``document-gone`` if they are not there.
    """
    try:
        return sound_bytes(central.blobs, item.sha256)
    except FileNotFoundError as error:
        with central.database.read() as session:
            deleted = session.get(Deletion, item.sha256) is not None
        what = "was deleted on schedule" if deleted else f"is gone: blob {item.sha256} is not in the blob folder"
        raise RejectError("document-gone", item.file_name, what) from error


def printed(central: Central, item: IssuedItem, actor: Actor) -> None:
    """Note that somebody was given a copy."""
    with central.database.write() as session:
        detail: Detail = {"kind": item.kind.value, "language": item.language, "sha256": item.sha256}
        note(session, actor, Verb.PRINTED, f"case/{item.case_id}", now_us=central.now_us(), detail=detail)


def issued_upon(session: Session, case_id: int, kind: Kind, chosen: str, basis: int) -> IssuedItem | None:
    """Give the document of a kind and language that rests on one step of a case."""
    query = select(IssuedDocument).where(
        IssuedDocument.case_id == case_id,
        IssuedDocument.kind == kind.value,
        IssuedDocument.language == chosen,
        IssuedDocument.basis == basis,
    )
    row = session.scalars(query).first()
    return None if row is None else _item(row)


def _item(row: IssuedDocument) -> IssuedItem:
    return IssuedItem(row.case_id, Kind(row.kind), row.language, row.basis, row.sha256, row.size, row.issued_us, row.person)
