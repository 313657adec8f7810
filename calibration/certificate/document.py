"""The certificate on paper: the PDF of what its sections say."""

from __future__ import annotations

from calibration.catalogue import LANGUAGES
from calibration.certificate.ledger import Ledger
from calibration.certificate.sections import paper_of
from calibration.printing import print_pdf
from calibration.told import told
from contract.faults import RejectError


def render_pdf(ledger: Ledger, number: int, language: str = LANGUAGES[0]) -> bytes:
    """Print a certificate; the same bytes for the same certificate and language.

    Raises
    ------
    RejectError
        ``certificate-unknown``, ``language-unknown``, or the ledger is broken.
    """
    if language not in LANGUAGES:
        raise RejectError("language-unknown", language, told("is not offered; allowed are %(languages)s", languages=", ".join(LANGUAGES)))
    book = ledger.book()
    return print_pdf(paper_of(book, book.certificate(number, str(ledger.path)), ledger.station, language))
