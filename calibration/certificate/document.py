"""The certificate on paper: what it says, in words, and the PDF that typst makes of it."""

from __future__ import annotations

import io
import json
import threading
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

import cvttf_NotoSansCJK_Regular
import segno
import typst

from calibration.catalogue import LANGUAGES
from calibration.certificate.ledger import Ledger
from calibration.certificate.sections import Content, content_of
from calibration.told import told
from contract.faults import RejectError

STANDARD: Final = "a-2a"
"""PDF/A-2a (ISO 19005-2): to be kept for decades, with text that can be read out."""

_COMPILING: Final = threading.Lock()
"""The compiler takes one document at a time."""

REGIONS: Final = {"en": "GB", "zh": "CN"}


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
    content = content_of(book, book.certificate(number, str(ledger.path)), ledger.station, language)
    data = json.dumps({**content.data, "qr": _qr(content), "region": REGIONS[language], "lang": language}, ensure_ascii=False)
    moment = content.certificate.approval.time
    with _COMPILING:
        made = _compiler().compile(format="pdf", sys_inputs={"data": data}, pdf_standards=STANDARD, timestamp=int(moment.timestamp()))
    if not isinstance(made, bytes):
        msg = f"typst gave {type(made).__name__} for one document"
        raise TypeError(msg)
    return made


def _qr(content: Content) -> str:
    drawn = io.BytesIO()
    segno.make(content.check, error="m", micro=False).save(drawn, kind="svg", border=1, xmldecl=False, dark="#1f2937")
    return drawn.getvalue().decode()


@cache
def _compiler() -> typst.Compiler:
    """Make the one compiler, with the fonts read once."""
    template = Path(str(resources.files("calibration.certificate").joinpath("certificate.typ")))
    fonts = Path(cvttf_NotoSansCJK_Regular.__file__).parent
    return typst.Compiler(str(template), root=str(template.parent), font_paths=[str(fonts)], ignore_system_fonts=True)
