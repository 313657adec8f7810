"""What ``wim-central document`` does: give a document of a case as it was issued, issued first where it was not."""

from pathlib import Path

from central.clock import now_us
from central.commands.output import write_whole
from central.config import Settings
from central.context import Central
from central.evidence.accounts.grants import OPERATOR
from central.evidence.blobs import BlobStore
from central.evidence.database import Database
from central.evidence.derived import DerivedFolder
from central.web.documents.issued import printed, stored_bytes
from central.web.documents.issuing import issue
from central.web.documents.kinds import Kind
from central.web.pages import make_pages
from contract.faults import RejectError, StopError


def write_document(database: Database, settings: Settings, case_id: int, kind: str, *, language: str, output: Path) -> str:
    """Write the PDF and give its SHA-256.

    Raises
    ------
    RejectError
        ``document-unknown``, and what `issue` refuses.
    StopError
        ``output-unwritable``.
    """
    if kind not in set(Kind):
        raise RejectError("document-unknown", repr(kind[:40]), f"is no kind of document; there are {', '.join(Kind)}")
    central = Central(settings, database, BlobStore(settings.blob_folder), now_us, DerivedFolder(settings.derived_folder))
    item = issue(central, make_pages(settings.review.zone), case_id, (Kind(kind), language), OPERATOR)
    data = stored_bytes(central, item)
    try:
        write_whole(output, [data])
    except OSError as error:
        raise StopError("output-unwritable", str(output), f"cannot be written: {error}") from error
    printed(central, item, OPERATOR)
    return item.sha256
